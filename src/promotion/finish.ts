import { isGone, refusalOf } from './candidates.ts';
import { isOpen } from './gates/gate.ts';
import { holdGate } from './gates/hold.ts';
import { type Stage, stagesAfter } from './pipeline.ts';
import { activePromotion, hasEnded } from './records/record.ts';
import { contextOf, type StageContext } from './stage-context.ts';
import { calendar, versionGates } from './stage-gates.ts';
import { openingAt } from './windows/openings.ts';

/** A stage that must take what this one runs, before this one takes anything newer. */
export interface Unfinished {
  readonly stage: string;
  readonly version: string;
  readonly reason: string;
}

/** What has to finish first, by the order of the pipeline; `undefined` = this stage is free to move on. */
export function unfinished(context: StageContext): Unfinished | undefined {
  const { known, stage, current, observation } = context;
  if (current === undefined || observation?.health === 'unhealthy') return undefined;
  const { order } = known.pipeline;
  if (order === 'queue') return firstWithout(context, stagesAfter(known.pipeline, stage.name));
  if (order === 'finish-first')
    return stage.after.length === 0 ? firstWithout(context, descendants(context)) : undefined;
  const starving = stagesAfter(known.pipeline, stage.name).filter((each) =>
    isStarving(contextOf(known, each.name), current),
  );
  return firstWithout(context, starving);
}

/** Whether a stage has been behind for so long that what is in it is overtaken no more. */
export function isLongBehind({ known, record }: StageContext): boolean {
  const { behindSince } = record;
  return behindSince !== undefined && known.now - behindSince >= known.pipeline.finishWithin;
}

function firstWithout(
  { known, stage, current }: StageContext,
  stages: readonly Stage[],
): Unfinished | undefined {
  if (current === undefined) return undefined;
  const contexts = stages.map(({ name }) => contextOf(known, name));
  if (known.pipeline.order === 'finish-first' && contexts.some((each) => failedIn(each, current)))
    return undefined;
  const next = contexts.find((each) => !hasTaken(each, current) && mayTake(each, current));
  return (
    next && {
      stage: next.stage.name,
      version: current,
      reason: `${next.stage.name} must take ${current} before ${stage.name} takes a newer one`,
    }
  );
}

/** Whether the version turned out badly in this stage, so that the next one is to mend it. */
function failedIn({ record, current, observation }: StageContext, version: string): boolean {
  if (current === version && observation?.health === 'unhealthy') return true;
  const last = record.promotions.findLast((each) => each.version === version);
  return last !== undefined && hasEnded(last) && last.phase !== 'succeeded';
}

/** Whether the stage has the version or a newer one, or has had its promotion and that came to an end. */
function hasTaken({ known, record, current }: StageContext, version: string): boolean {
  const isPast = (key: string | undefined) =>
    key !== undefined && ['same', 'newer'].includes(known.order.relate(key, version));
  if (isPast(current)) return true;
  const isUnderWay = activePromotion(record)?.version === version;
  if (known.pipeline.order === 'finish-first' && isUnderWay) return false;
  return record.pin !== undefined || isPast(record.frontier);
}

/** Whether the version can still come here: it is on its way, or not refused, and can come to the stages before. */
function mayTake(context: StageContext, version: string): boolean {
  const { known, stage, record } = context;
  if (activePromotion(record)?.version === version) return true;
  if (refusalOf(context, version)) return false;
  if (!isGone(context, version)) return true;
  const comes = stage.after.map((name) => {
    const before = contextOf(known, name);
    return before.current === version || mayTake(before, version);
  });
  return stage.need === 'all' ? comes.every(Boolean) : comes.some(Boolean);
}

/**
 * Whether a stage that was behind for too long could take the version soon: nobody holds it, nothing about the
 * version is refused, and its windows open before another version could earn its way.
 */
function isStarving(context: StageContext, version: string): boolean {
  const { known, stage, record } = context;
  if (!isLongBehind(context) || record.pin) return false;
  if (holdGate([known.record.freeze, record.hold], known.now)) return false;
  const { soak = 0, windows } = stage.gates;
  if (windows) {
    const opening = openingAt(windows, known.now, calendar(context));
    const opens = opening.open ? known.now : opening.until;
    if (opens === undefined || opens > known.now + soak) return false;
  }
  const gates = [...versionGates(context, version)].filter((gate) => !isOpen(gate));
  // People may take as long as they like over what has earned its way: nothing takes that away from it meanwhile.
  if (gates.length > 0 && gates.every(({ gate }) => gate === 'approval')) return false;
  return !gates.some(({ gate, state }) => state === 'refused' && gate !== 'health');
}

function descendants({ known, stage }: StageContext): Stage[] {
  const found = new Set<Stage>();
  const add = (name: string) => {
    for (const next of stagesAfter(known.pipeline, name)) {
      if (found.has(next)) continue;
      found.add(next);
      add(next.name);
    }
  };
  add(stage.name);
  return [...found];
}
