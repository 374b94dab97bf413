/** Runs tasks, no more than so many at a time; the others wait in line. */
export type Limiter = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** A limiter of its own. Tasks must not wait for others of the same limiter. */
export function atMost(limit: number): Limiter {
  let free = limit;
  const waiting: (() => void)[] = [];
  const turn = () => {
    if (free === 0) return new Promise<void>((resolve) => waiting.push(resolve));
    free -= 1;
    return Promise.resolve();
  };
  const done = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async (task) => {
    await turn();
    try {
      return await task();
    } finally {
      done();
    }
  };
}

/**
 * The same port, whose every question is asked once: a second one with the same arguments shares the answer, or the
 * failure. Arguments must be plain values.
 */
export function shared<Port extends object>(port: Port, limiter: Limiter): Port {
  const answers = new Map<string, Promise<unknown>>();
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: readonly unknown[]) => {
        const key = JSON.stringify([String(name), ...given]);
        const answer =
          answers.get(key) ?? limiter(async () => Reflect.apply(member, target, given) as unknown);
        answers.set(key, answer);
        return answer;
      };
    },
  });
}
