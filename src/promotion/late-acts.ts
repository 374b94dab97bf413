import { after, duration, formatInstant, type Instant, instant } from '../core/time.ts';
import { type Decision, decision } from './decision.ts';
import type { EffectState } from './facts.ts';
import type { Stage } from './pipeline.ts';
import { withAttempt, withPromotion } from './records/change-promotion.ts';
import { leaseEnd, openClaim, openEffect } from './records/leases.ts';
import {
  type Attempt,
  hasEnded,
  type Outcome,
  type Promotion,
  type StageRecord,
} from './records/record.ts';
import type { StageContext } from './stage-context.ts';

/**
 * When a run that is given up has ended, if all is well: most within a minute, and GitHub ends what does not stop by
 * itself after five (docs: cancelling a workflow run). One that has not ended by the last of these needs a person.
 */
const looks = [1, 5, 15].map((minutes) => duration(minutes * 60_000));

/**
 * What may still come of promotions that have ended, by a holder that may still act, a job that was handed one, or a run
 * that is being cancelled, or took too long: nothing starts that could be overtaken by it.
 */
export function lateAct(context: StageContext): Decision | undefined {
  for (const promotion of context.record.promotions) {
    if (!hasEnded(promotion)) continue;
    const late = lateClaim(context, promotion) ?? lateRun(context, promotion);
    if (late) return late;
  }
  return undefined;
}

/** The run that may still deploy although its promotion has ended: one that was not seen to have ended itself. */
export function lateRunOf({ via }: Pick<Stage, 'via'>, promotion: Promotion): Attempt | undefined {
  const attempt = via === 'dispatch' && hasEnded(promotion) ? openEffect(promotion) : undefined;
  return attempt?.effect?.kind === 'run' ? attempt : undefined;
}

/** The stage with the ends of such runs, as far as they were seen. */
export function withRunEnds({ known, stage }: StageContext, record: StageRecord): StageRecord {
  return record.promotions.reduce((ended, promotion) => {
    const key = lateRunOf(stage, promotion)?.lease.effect ?? '';
    const outcome = Object.hasOwn(known.effects, key) && endOf(known.effects[key]);
    if (!outcome) return ended;
    return withPromotion(ended, promotion.id, (each) => withAttempt(each, { outcome }));
  }, record);
}

function endOf(seen: EffectState | undefined): Outcome | undefined {
  const result = seen && results[seen.state];
  return result && { result, at: seen.at, evidence: seen.evidence };
}

const results: Readonly<Record<EffectState['state'], Outcome['result'] | undefined>> = {
  done: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  closed: 'cancelled',
  open: undefined,
  unknown: undefined,
};

function lateClaim({ stage, known }: StageContext, promotion: Promotion): Decision | undefined {
  const handedOut = stage.via === 'outputs' ? openEffect(promotion) : undefined;
  const claim = openClaim(promotion) ?? handedOut;
  const end = claim && leaseEnd(claim);
  if (!end || end <= known.now) return undefined;
  const { id, version } = promotion;
  const sentence = `${claim.lease.holder} may still act on ${version}, which was ended meanwhile`;
  const about = { version, promotion: id, wakeAt: end };
  return decision(stage.name, 'wait', 'claimed', sentence, about);
}

function lateRun(context: StageContext, promotion: Promotion): Decision | undefined {
  const { stage, known } = context;
  const { id, version } = promotion;
  const run = lateRunOf(stage, promotion);
  const late = run ?? lostClaim(stage, promotion);
  if (!late) return undefined;
  const since = run ? endedAt(promotion, run) : leaseEnd(late);
  const url = run?.effect?.url ?? run?.effect?.reference;
  const what = url === undefined ? `a run of ${version}` : `the run of ${version}, ${url},`;
  const wakeAt = looks.map((length) => after(since, length)).find((look) => look > known.now);
  const about = { version, promotion: id, wakeAt };
  if (wakeAt !== undefined) {
    const sentence = `${what} may still deploy, although ${version} was given up; it is to end first`;
    return decision(stage.name, 'wait', 'cancelling', sentence, about);
  }
  const told = `\`mode: report\` with \`promotion: ${late.lease.effect}\` and \`result: cancelled\``;
  const stuck = `${what} is not seen to have ended, although ${version} was given up at ${formatInstant(since)}: cancel it on GitHub; if it has ended, say so by ${told}`;
  return decision(stage.name, 'blocked', 'cancelling', stuck, about);
}

function endedAt({ endedAt: end }: Promotion, { effect }: Attempt): Instant {
  return instant(Math.max(end ?? 0, effect?.at ?? 0));
}

/** A holder that died may have started a run that nobody noted; whoever clears away looks for it. */
function lostClaim({ via }: Stage, promotion: Promotion): Attempt | undefined {
  return via === 'dispatch' && !promotion.tidied ? openClaim(promotion) : undefined;
}
