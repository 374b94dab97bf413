import { type Instant, parseInstant } from '../../core/time.ts';
import type { Attempt, Promotion } from './record.ts';

/** The latest attempt, if there was one. */
export function lastAttempt({ attempts }: Promotion): Attempt | undefined {
  return attempts.at(-1);
}

/** The attempt that is neither known to have acted nor ended: its holder may act, or have acted and died. */
export function openClaim(promotion: Promotion): Attempt | undefined {
  const attempt = lastAttempt(promotion);
  return attempt && !attempt.effect && !attempt.outcome ? attempt : undefined;
}

/** The attempt whose effect is under way. */
export function openEffect(promotion: Promotion): Attempt | undefined {
  const attempt = lastAttempt(promotion);
  return attempt?.effect && !attempt.outcome ? attempt : undefined;
}

/** When the lease ends for all others. */
export function leaseEnd({ lease }: Attempt): Instant {
  const end = parseInstant(lease.until);
  if (end === undefined) throw new Error(`\`until\` of a lease is no time: ${lease.until}`);
  return end;
}
