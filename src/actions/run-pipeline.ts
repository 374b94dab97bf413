import { duration } from '../core/time.ts';
import { type Problem, UserError } from '../core/user-error.ts';
import type { AskedFor, Instruction } from '../promotion/instruction.ts';
import { projectDeployments } from '../promotion/project-deployments.ts';
import { type Promoted, promote } from '../promotion/promote.ts';
import { rememberingChanges } from '../promotion/records/own-changes.ts';
import type { PipelineRecord } from '../promotion/records/record.ts';
import { unfinishedIn } from '../promotion/records/stored-record.ts';
import { promotionComments } from '../promotion/report/comment.ts';
import { mainDecision } from '../promotion/report/conclude.ts';
import { promotionOutputs } from '../promotion/report/outputs.ts';
import { promotionNotice, renderPromotionSummary } from '../promotion/report/summary.ts';
import type { PipelineView } from '../promotion/report/view.ts';
import type { PipelineSettings } from '../promotion/settings.ts';
import type { ActionOutcome } from '../runner/run-action.ts';
import { checkoutOf } from './checked-out-commit.ts';
import { toldFaults, withoutGraveFault } from './promotion/told-faults.ts';
import { openPromotionWorld, type PromotionWorld } from './promotion-world.ts';
import type { Configured, Session } from './session.ts';

/** What is asked of a pipeline, by whom, and where. */
export interface Asked {
  readonly instruction: Instruction;
  readonly by: string;
  readonly why: string;
  /** Address of the comment or the run. */
  readonly source: string;
  readonly dryRun: boolean;
  /** Somebody asks how it stands, and knows that nothing is done; with `dryRun`. */
  readonly isStatus?: boolean;
}

/** Does what is asked of one pipeline, and shows people how it stands then. */
export async function runPipeline(
  configured: Configured,
  settings: PipelineSettings,
  asked: Asked,
): Promise<ActionOutcome> {
  const { session } = configured;
  const { run } = session;
  const world = await openPromotionWorld(
    configured,
    settings,
    askedFor(asked.instruction),
    asked.by,
  ).catch(explainStop(run.signal));
  const { holder, ownHolder, jitter } = world;
  const { records, before } = rememberingChanges(world.ports.records);
  const withoutFiles = lacksFiles(session, asked.instruction);
  const request = { ...asked, settings, holder, ownHolder, jitter, withoutFiles };
  const promoted = await promote(request, { ...world.ports, records })
    .then((ended) => withoutGraveFault(session, settings, asked.instruction, ended))
    .catch(explainStop(run.signal));
  const problems = world.observer.warnings();
  const view = viewOf(session, settings, asked, promoted, problems);
  if (!asked.dryRun) await show(session, world.ledger, view, before(promoted.record));
  return outcomeOf(view, promoted, problems, session);
}

/** A run that moved the record longer ago is over, or as good as over: nothing keeps it from showing that. */
const longestRun = duration(10 * 60_000);
/** For so long runs try to show what could not be shown; what changes later is shown nevertheless. */
const longestTrying = duration(24 * 60 * 60_000);

function askedFor(instruction: Instruction): AskedFor {
  return instruction.mode === 'advance' ? instruction : undefined;
}

/** A run that carries out what people say has no need of a checkout: what fails for the lack of it says nothing. */
function lacksFiles({ context }: Session, { mode }: Instruction): boolean {
  const isSaid = mode !== 'advance' || context.eventName === 'issue_comment';
  return isSaid && checkoutOf(context.workspace) === 'none';
}

function explainStop(signal: AbortSignal) {
  return (cause: unknown): never => {
    if (!signal.aborted) throw cause;
    throw new UserError(
      'cancelled: the run was cancelled',
      'Run it again; what was begun is looked for first, and goes on.',
      { cause },
    );
  };
}

/** That a command was obeyed is no failure, whatever else the stage is at. */
function viewOf(
  { links, now, context }: Session,
  settings: PipelineSettings,
  { dryRun, isStatus = false }: Asked,
  promoted: Promoted,
  problems: readonly Problem[],
): PipelineView {
  const { answer, record, observed, proceeded, wakeAt } = promoted;
  const decisions = answer
    ? promoted.decisions.map((each) =>
        each.decision === 'failed' ? { ...each, decision: 'blocked' as const } : each,
      )
    : promoted.decisions;
  return {
    settings,
    record,
    decisions,
    observed,
    proceeded,
    wakeAt,
    now: now(),
    dryRun,
    isStatus,
    said: answer?.reason,
    warnings: problems.map(({ message }) => message),
    links: { ...links, repository: context.repository },
  };
}

/**
 * Shows what this run changed, and what others changed that died or could not show it. What may go well later is left to a
 * later run. Throws nothing: what was handed out in this run is not to be lost with it.
 */
async function show(
  session: Session,
  ledger: PromotionWorld['ledger'],
  view: PipelineView,
  before: PipelineRecord,
): Promise<void> {
  const { pipeline } = view.settings;
  try {
    const unshown = await unfinishedIn(ledger, pipeline.name, longestRun);
    const isShown = await project(session, view, unshown?.before ?? before);
    const isTriedLong = (unshown?.since ?? view.now) <= view.now - longestTrying;
    await (isShown || isTriedLong ? ledger.witness() : ledger.leave());
  } catch (cause) {
    session.run.warn(`what changed is not shown to people yet: ${messageOf(cause)}`);
    await ledger.leave();
  }
}

/** What people see at GitHub; failing to tell them fails nothing. Answers whether a later run has nothing to do over again. */
async function project(
  { github, run }: Session,
  view: PipelineView,
  before: PipelineRecord,
): Promise<boolean> {
  const { promotionDeployments: deployments, mayPass, comments } = github;
  const warn = (line: string) => run.warn(line);
  let isDone = await projectDeployments({ deployments, warn, mayPass }, view, before);
  for (const { pullRequest, marker, body } of promotionComments(view, before)) {
    await comments.upsert(pullRequest, marker, body).catch((cause: unknown) => {
      warn(`the comment could not be written: ${messageOf(cause)}`);
      isDone &&= !mayPass(cause);
    });
  }
  return isDone;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Outputs, summary and exit of a run. */
function outcomeOf(
  view: PipelineView,
  promoted: Promoted,
  problems: readonly Problem[],
  session: Session,
): ActionOutcome {
  const { answer } = promoted;
  const main = mainDecision(view.decisions);
  const failures: Problem[] = [];
  if (answer?.outcome === 'refused') failures.push(refusal(answer.reason));
  else if (main?.decision === 'failed') failures.push(failure(main.stage, main.reason));
  const faults = toldFaults(session, view.settings, promoted);
  failures.push(...faults.failures);
  const others = view.decisions.filter((each) => each.decision === 'failed' && each !== main);
  return {
    outputs: promotionOutputs(view),
    notice: promotionNotice(view),
    summary: renderPromotionSummary(view),
    warnings: [
      ...problems.map(({ message, hint }) => `${message}\n${hint}`),
      ...others.map(({ stage, reason }) => `${stage} failed: ${reason}`),
      ...faults.warnings,
    ],
    failures,
  };
}

function failure(stage: string, reason: string): Problem {
  return {
    message: `${stage} failed: ${reason}`,
    hint: `${handedOut(reason)}A newer version goes on by itself; for this one, mend the cause, then say \`/promote release\` with the stage and the version, or run \`mode: release\` with both.`,
  };
}

/** Stages without `via` are deployed by the workflow itself, which is easily overlooked. */
function handedOut(reason: string): string {
  return reason.includes('nobody reported')
    ? 'The workflow that promotes has to deploy what is in its output `matrix`, and to report it: see docs/promotions.md#outputs. '
    : '';
}

/** The next step for somebody whose command was refused, by the rule that refused it. */
function refusal(reason: string): Problem {
  const rule = reason.split(':')[0] ?? '';
  return {
    message: reason,
    hint: hints[rule] ?? 'Look at the summary of the last run for what is under way.',
  };
}

const hints: Readonly<Record<string, string>> = {
  permission:
    'Ask somebody who may; who that is stands in the configuration and in the settings of the repository.',
  version: 'Write the whole tag, or at least 7 digits of the commit.',
  rollback: 'Name a version that ran there before; one that is new goes in by `mode: override`.',
  release: 'Run `mode: abort` with this stage first.',
  abort: 'Leave `promotion` out to end whatever is under way there.',
  report:
    'Pass the output `promotion` of the run that decided, the same `pipeline`, and `stage` and `version` of that promotion or neither.',
  override: 'Name the gates and say why, as `/promote override production v1.2 soak because …`.',
  until: 'Say a moment to come, as 2026-11-24T18:00:00Z, or a length of time, as 4h.',
};
