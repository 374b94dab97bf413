import { type Duration, duration, type Instant } from '../core/time.ts';
import type { Decision } from './decision.ts';
import { type CommandPorts, giveCommand } from './give-command.ts';
import type { Command, Instruction } from './instruction.ts';
import { type MovePorts, moveOn } from './move-on.ts';
import { stageNamed } from './pipeline.ts';
import type { Observed } from './ports.ts';
import { type Proceeded, proceedAll } from './proceed.ts';
import type { PipelineRecord } from './records/record.ts';
import { afterReport, giveReport, mergeOf } from './report-result.ts';
import type { PipelineSettings } from './settings.ts';
import { type TidyPorts, tidyEnded } from './tidy.ts';
import { type Answer, refuse } from './transitions/answer.ts';
import type { StageWay } from './ways/way.ts';

/** One run over one pipeline. */
export interface PromoteRequest {
  readonly settings: PipelineSettings;
  readonly instruction: Instruction;
  /** Who asks; GitHub's word, never an input. */
  readonly by: string;
  /** Empty = no reason was given. */
  readonly why: string;
  /** Address of the comment or the run. */
  readonly source: string;
  /** Unique to this process. */
  readonly holder: string;
  /** What holders of this run begin with, whichever of its jobs they are in. */
  readonly ownHolder: string;
  /** From 0 to below 1. */
  readonly jitter: number;
  readonly dryRun: boolean;
  /** See `MoveRequest`. */
  readonly withoutFiles?: boolean;
}

/** The world of a run. */
export interface PromotePorts extends MovePorts, CommandPorts {
  way(stage: string): StageWay;
  warn(line: string): void;
}

/** What a run came to. */
export interface Promoted {
  /** Of the stages that something was decided about. */
  readonly decisions: readonly Decision[];
  readonly record: PipelineRecord;
  readonly observed: Observed | undefined;
  /** What came of a command or report; absent = none was given. */
  readonly answer?: Pick<Answer, 'outcome' | 'reason'>;
  readonly proceeded: readonly Proceeded[];
  /** The earliest moment at which more can be done than the decisions say. */
  readonly wakeAt: Instant | undefined;
  /** What was thrown after something had been claimed; the next run goes on with it. */
  readonly faults: readonly unknown[];
}

/** How long nobody else may act after a claim: several times what an act may take. */
const lease: Duration = duration(10 * 60_000);

/** Moves a pipeline on, or does what a person or a job says of it. */
export async function promote(request: PromoteRequest, ports: PromotePorts): Promise<Promoted> {
  const { instruction } = request;
  if (instruction.mode === 'advance') return move(request, ports, instruction);
  if (instruction.mode === 'report') return reported(request, ports, instruction);
  return commanded(request, ports, instruction);
}

async function reported(
  request: PromoteRequest,
  ports: PromotePorts,
  told: Extract<Instruction, { mode: 'report' }>,
): Promise<Promoted> {
  const { pipeline } = request.settings;
  const mergedAt = await mergeOf({ pipeline, told }, ports.records, (stage) => ports.way(stage));
  const answer = await giveReport({ ...request, pipeline, told, mergedAt }, ports.records);
  const after = afterReport(answer.record, told.promotion);
  // What comes after the stage may go on now.
  const wakeAt = after?.decision === 'wait' ? undefined : ports.clock();
  return said(answer, after ? [after] : [], undefined, wakeAt);
}

async function commanded(
  request: PromoteRequest,
  ports: PromotePorts,
  command: Command,
): Promise<Promoted> {
  const { pipeline } = request.settings;
  const { answer, observed } = await giveCommand({ ...request, pipeline, command }, ports);
  if (answer.outcome === 'refused' || request.dryRun || !opens(command))
    return said(await tidied(request, ports, answer), [], observed, undefined);
  const { stage } = command;
  // What is handed out to a run that does not deploy would wait for its report in vain.
  const handsOut = stage === undefined || stageNamed(pipeline, stage).via === 'outputs';
  if (handsOut) return said(answer, [], observed, ports.clock());
  // What is in the way is told to end before it is looked whether it has.
  await clearAway(request, ports, answer.record);
  return { ...(await move(request, ports, { stage })), answer };
}

/** Whether something may go on by it. */
function opens({ mode }: Command): boolean {
  return mode !== 'hold' && mode !== 'abort';
}

/** What was aborted is cleared away at once: an open pull request is not to be merged any more. */
async function tidied(
  request: PromoteRequest,
  ports: PromotePorts,
  answer: Answer,
): Promise<Answer> {
  if (request.dryRun || answer.outcome === 'refused') return answer;
  return { ...answer, record: await clearAway(request, ports, answer.record) };
}

/**
 * Of a stage that the configuration no longer has, nothing says any more how it acted. What fails is for the next run, so
 * that what this one was handed is not lost with it.
 */
async function clearAway(
  { settings: { stages } }: PromoteRequest,
  ports: PromotePorts,
  record: PipelineRecord,
): Promise<PipelineRecord> {
  const tidying: TidyPorts = {
    records: ports.records,
    way: (stage) => (Object.hasOwn(stages, stage) ? ports.way(stage) : undefined),
    clock: () => ports.clock(),
    warn: (line) => ports.warn(line),
  };
  try {
    return await tidyEnded(tidying, record);
  } catch (cause) {
    ports.warn(
      `that something was cleared away is not written down: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
    return record;
  }
}

function said(
  { record, outcome, reason }: Answer,
  decisions: readonly Decision[],
  observed: Observed | undefined,
  wakeAt: Instant | undefined,
): Promoted {
  const answer = { outcome, reason };
  const later = outcome === 'done' ? wakeAt : undefined;
  return { decisions, record, observed, answer, proceeded: [], wakeAt: later, faults: [] };
}

async function move(
  request: PromoteRequest,
  ports: PromotePorts,
  asked: { readonly stage?: string; readonly version?: string },
): Promise<Promoted> {
  const { settings, holder, jitter, dryRun, withoutFiles = false } = request;
  const { pipeline, stages } = settings;
  const moved = await moveOn(
    { pipeline, settings: stages, asked, holder, lease, jitter, dryRun, withoutFiles },
    ports,
  );
  const { retryAt: wakeAt, refusal, ...rest } = moved;
  if (refusal !== undefined)
    return said(refuse(moved.record, refusal), [], moved.observed, undefined);
  if (dryRun || moved.faults.length > 0) return { ...rest, proceeded: [], wakeAt };
  const proceeded = await proceedAll(ports, moved);
  const record = await clearAway(request, ports, moved.record);
  return { ...rest, record, proceeded, wakeAt };
}
