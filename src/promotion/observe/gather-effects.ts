import type { Instant } from '../../core/time.ts';
import { type Problem, UserError } from '../../core/user-error.ts';
import type { EffectState, PromotionFacts } from '../facts.ts';
import { lateRunOf } from '../late-acts.ts';
import { type Pipeline, type Stage, stageNamed, type Via } from '../pipeline.ts';
import type { ActOrder } from '../ports.ts';
import { openEffect } from '../records/leases.ts';
import { type Effect, hasEnded, type PipelineRecord, stageRecord } from '../records/record.ts';
import type { StageWay } from '../ways/way.ts';
import { wordsOf } from './observe-stage.ts';
import type { Limiter } from './shared-calls.ts';
import type { Looking } from './stage-view.ts';

interface OpenEffect {
  readonly order: ActOrder;
  readonly effect: Effect;
}

/** The kinds of effects that each way makes. */
const kinds: Readonly<Record<Via, readonly string[]>> = {
  outputs: ['outputs'],
  dispatch: ['run'],
  'pull-request': ['pull-request', 'commit'],
  ref: ['ref'],
  release: ['release'],
};

/**
 * What became of the effects that are under way, by the key of their attempt. A look that fails is unknown, and so is what
 * was begun in another way than that of the stage now: nobody looks after it any more.
 */
export async function gatherEffects(
  pipeline: Pipeline,
  record: PipelineRecord,
  way: (stage: string) => StageWay,
  { now, warn, limiter }: Pick<Looking, 'now' | 'warn'> & { readonly limiter: Limiter },
): Promise<PromotionFacts['effects']> {
  const open = pipeline.stages.flatMap((stage) => effectsUnderWay(pipeline.name, record, stage));
  const found = await Promise.all(
    open.map(async ({ order, effect }): Promise<[string, EffectState]> => {
      const { via } = stageNamed(pipeline, order.stage);
      if (!kinds[via].includes(effect.kind)) {
        const problem = otherWay(order, effect, via);
        warn(problem);
        return [order.key, { state: 'unknown', at: now(), evidence: problem.message }];
      }
      const look = limiter(async () => way(order.stage).look(order, effect));
      const state = await look.catch((cause: unknown) => {
        if (cause instanceof UserError) for (const problem of cause.problems) warn(problem);
        return notSeen(cause, now());
      });
      return [order.key, state];
    }),
  );
  return Object.fromEntries(found);
}

/** Of the promotion that is under way, and runs that are to end although theirs was given up. */
function effectsUnderWay(pipeline: string, record: PipelineRecord, stage: Stage): OpenEffect[] {
  const { promotions } = stageRecord(record, stage.name);
  return promotions.flatMap((promotion) => {
    const attempt = hasEnded(promotion) ? lateRunOf(stage, promotion) : openEffect(promotion);
    if (!attempt?.effect) return [];
    const { number, lease, effect } = attempt;
    const key = lease.effect;
    return [{ order: { pipeline, stage: stage.name, promotion, attempt: number, key }, effect }];
  });
}

function otherWay({ stage, promotion }: ActOrder, { kind, reference }: Effect, via: Via): Problem {
  return {
    message: `${promotion.version} is on its way to ${stage} by ${kind} ${reference}, and the stage acts by ${via} now`,
    hint: `If it does not arrive, \`/promote abort ${stage}\` ends it.`,
  };
}

function notSeen(cause: unknown, at: Instant): EffectState {
  return { state: 'unknown', at, evidence: `it could not be looked at: ${wordsOf(cause)}` };
}
