import type { Instant } from '../core/time.ts';
import { type AdvancePorts, type AdvanceRequest, advance } from './advance.ts';
import type { Decision } from './decision.ts';
import type { Observed, Observer } from './ports.ts';
import type { PipelineRecord } from './records/record.ts';
import { concluded } from './report/conclude.ts';
import type { StageSettings } from './settings.ts';
import { verify } from './transitions/approve.ts';
import {
  type DueVerification,
  dueVerifications,
  type VerificationFacts,
  verificationRetryAt,
} from './verification-runs.ts';

/** A pipeline that is to be moved on, with the verifications that the run makes itself. */
export interface MoveRequest extends AdvanceRequest {
  readonly settings: Readonly<Record<string, Pick<StageSettings, 'verifications'>>>;
  /** Leaves verifications by command to other runs, as this one may not have the files that they need. */
  readonly withoutFiles?: boolean;
}

/** How a verification came out; `evidence` is shown, and holds no secret. */
export interface Verified {
  readonly result: 'passed' | 'failed' | 'unknown';
  readonly evidence: string;
}

/** What a pipeline is moved on by. */
export interface MovePorts extends AdvancePorts {
  /** Throws nothing: what goes wrong is a result. */
  verify(due: DueVerification, observed: Observed): Promise<Verified>;
}

/** What came of it. */
export interface Moved {
  /** As they came out; see `concluded`. */
  readonly decisions: readonly Decision[];
  readonly record: PipelineRecord;
  readonly observed: Observed | undefined;
  /** When a verification may be tried again. */
  readonly retryAt: Instant | undefined;
  /** What was thrown after something had been claimed, which is not to be lost with it. */
  readonly faults: readonly unknown[];
  /** See `Advanced`. */
  readonly refusal?: string;
}

/**
 * Advances, runs the verifications that alone are in the way of a version, and advances again by what they said: by
 * facts that are gathered anew, as they may have taken their time.
 */
export async function moveOn(request: MoveRequest, ports: MovePorts): Promise<Moved> {
  const first = await advanceOnce(request, ports);
  const { pipeline, settings } = request;
  const factsOf = ({ record, decisions }: Moved): VerificationFacts => ({
    pipeline,
    settings,
    record,
    decisions,
    now: ports.clock(),
  });
  const due = request.dryRun || first.faults.length > 0 ? [] : runnable(request, factsOf(first));
  if (due.length === 0 || !first.observed)
    return { ...first, retryAt: verificationRetryAt(factsOf(first)) };
  try {
    await runVerifications(due, first.observed, ports);
    const second = await advanceOnce(request, ports);
    const decisions = withActs(first.decisions, second.decisions);
    return { ...second, decisions, retryAt: verificationRetryAt(factsOf(second)) };
  } catch (cause) {
    if (!first.decisions.some(isAct)) throw cause;
    return { ...first, faults: [cause] };
  }
}

function runnable({ withoutFiles = false }: MoveRequest, facts: VerificationFacts) {
  return dueVerifications(facts).filter(({ run }) => !withoutFiles || run.kind !== 'command');
}

function isAct({ decision: kind }: Decision): boolean {
  return kind === 'promote';
}

/** What the first round carried out is not what the second one thinks of it. */
function withActs(first: readonly Decision[], second: readonly Decision[]): Decision[] {
  const acts = first.filter(isAct);
  const others = second.filter(({ stage }) => !acts.some((act) => act.stage === stage));
  const order = [...first, ...second].map(({ stage }) => stage);
  return [...acts, ...others].sort((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage));
}

/** One after the other: they look at the same places. */
async function runVerifications(
  due: readonly DueVerification[],
  observed: Observed,
  { records, verify: look }: MovePorts,
): Promise<void> {
  for (const each of due) {
    const { stage, version, run } = each;
    const verified = await look(each, observed);
    await records.change((record, at) => {
      const said = verify(record, stage, { version, name: run.name, at, ...verified });
      return { record: said.record, why: said.reason };
    });
  }
}

async function advanceOnce(request: MoveRequest, ports: MovePorts): Promise<Moved> {
  const { observer, observed } = rememberingObserver(ports.observer);
  const { holder, dryRun } = request;
  const { faults, ...advanced } = await advance(request, { ...ports, observer });
  const decisions = concluded({ ...advanced, holder, dryRun });
  const { record, refusal } = advanced;
  const moved = { decisions, record, observed: observed(), retryAt: undefined, faults };
  return refusal === undefined ? moved : { ...moved, refusal };
}

function rememberingObserver(observer: Observer) {
  let last: Observed | undefined;
  const observe = async (record: PipelineRecord) => {
    last = await observer.observe(record);
    return last;
  };
  return { observer: { observe }, observed: () => last };
}
