import type { Probe } from '../../target.ts';
import type { Launched } from './launch.ts';
import { type Health, type ProbeTarget, untilHealthy } from './probe.ts';

/** What comes first: the end of the process, as words, or the end of the probing. Rejects when aborted. */
export async function firstHealth(
  launched: Launched,
  target: ProbeTarget,
  life: AbortSignal,
): Promise<string | Health> {
  const over = new AbortController();
  const health = untilHealthy(target, AbortSignal.any([over.signal, life]));
  health.catch(() => undefined);
  const ended = launched.exit.then(({ words }) => `the process ${words}`);
  try {
    return await Promise.race([ended, health]);
  } finally {
    over.abort();
  }
}

/** Why a service was given up, in words. */
export function unhealthy({ path, within }: Probe, health: Health): string {
  const detail = health.healthy ? '' : health.detail;
  return `not healthy at ${path} within ${Math.round(within / 100) / 10} s: ${detail}`;
}
