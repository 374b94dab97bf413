/** What a call throws in a process that was killed. */
export class Killed extends Error {}

/** Where a process is killed: before the call, in its midst, or after it with the answer lost. */
export interface Kill {
  /** Counts from 0 over all calls of all ports. */
  readonly call: number;
  readonly when: 'before' | 'midst' | 'after';
}

type Method = (...given: unknown[]) => Promise<unknown>;
type Halves = Readonly<Record<string, (...given: never[]) => void>>;

/** Watches all ports of one run. Once killed, no call has an effect any more. */
export interface Killer {
  /** `port.method` of every call, in order: the boundaries at which a run can be killed. */
  readonly calls: readonly string[];
  wrap<Port extends object>(name: string, port: Port, halves?: Halves): Port;
}

/** A killer that strikes once, or never. */
export function killer(kill?: Kill): Killer {
  const calls: string[] = [];
  let dead = false;
  const die = () => {
    dead = true;
    throw new Killed(`killed ${kill?.when} call ${kill?.call}`);
  };
  const watched =
    (label: string, act: Method, half: Halves[string] | undefined): Method =>
    async (...given) => {
      if (dead) throw new Killed('a dead process calls nobody');
      const index = calls.push(label) - 1;
      const now = kill?.call === index ? kill.when : undefined;
      if (now === 'before') die();
      if (now === 'midst') {
        half?.(...(given as never[]));
        die();
      }
      const answer = await act(...given);
      if (now === 'after') die();
      if (dead) throw new Killed('the answer reaches nobody');
      return answer;
    };
  return {
    calls,
    wrap: (name, port, halves = {}) => {
      const wrapped = Object.entries(port).map(([method, act]) => [
        method,
        watched(`${name}.${method}`, act as Method, halves[method]),
      ]);
      return Object.fromEntries(wrapped);
    },
  };
}
