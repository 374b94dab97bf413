import type { Instance } from './instance.ts';
import { capLog, LogFollower } from './log-file.ts';

/** Tells new lines of all logs, and keeps the logs within bounds, until the answer is called. */
export function followLogs(
  instances: readonly Instance[],
  tell: (service: string, line: string) => void,
): () => void {
  const followers = instances.map(
    ({ parts: { log, specification } }) =>
      new LogFollower(log, (line) => tell(specification.name, line)),
  );
  const poll = () => {
    for (const follower of followers) follower.poll();
    for (const { parts } of instances) capLog(parts.log, parts.machine.limits.log);
  };
  const timer = setInterval(poll, 150).unref();
  return () => {
    clearInterval(timer);
    poll();
  };
}
