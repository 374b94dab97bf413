import { own } from '../core/own.ts';
import type { Instant } from '../core/time.ts';
import { type Commander, refusalOfCommand } from './command-permission.ts';
import { teamsIn } from './gates/approval.ts';
import type { Command } from './instruction.ts';
import { type Circumstances, obey } from './obey.ts';
import { type Pipeline, stageNamed } from './pipeline.ts';
import type { Observed, Observer, PipelineRecords } from './ports.ts';
import { recordAnswer } from './record-answer.ts';
import { openEffect } from './records/leases.ts';
import { activePromotion, type PipelineRecord } from './records/record.ts';
import { contextOf, knownFrom, type StageContext } from './stage-context.ts';
import { type Answer, refuse } from './transitions/answer.ts';
import { approve } from './transitions/approve.ts';
import { versionsBetween } from './versions.ts';

/** A command as it was given. */
export interface GivenCommand {
  readonly pipeline: Pipeline;
  readonly command: Command;
  readonly by: string;
  readonly why: string;
  /** Address of the comment or the run. */
  readonly source: string;
  readonly dryRun: boolean;
}

/** What a command is carried out by. */
export interface CommandPorts {
  readonly records: PipelineRecords;
  readonly observer: Observer;
  /** What somebody may do; `teams` are those that matter. Throws where it cannot be told. */
  commander(login: string, teams: readonly string[]): Promise<Commander>;
  clock(): Instant;
}

/** What came of a command, and the facts it went by, if it needed any. */
export interface Obeyed {
  readonly answer: Answer;
  readonly observed: Observed | undefined;
}

/** Asks whether somebody may give a command, and writes down what it changes. Throws where that is not certain. */
export async function giveCommand(given: GivenCommand, ports: CommandPorts): Promise<Obeyed> {
  const { command, pipeline } = given;
  const who = await ports.commander(given.by, teamsFor(command, pipeline));
  const refusal = refusalOfCommand(command, pipeline, who);
  const observed =
    refusal === undefined && needsFacts(command)
      ? await ports.observer.observe(asIfGiven(given, await ports.records.read(), ports.clock()))
      : undefined;
  const answer = await recordAnswer(ports.records, given.dryRun, (record, at) =>
    refusal === undefined
      ? obey(record, command, circumstances(given, record, at, observed))
      : refuse(record, refusal),
  );
  return { answer, observed };
}

/** Who made a version is looked for once somebody approved it. */
function asIfGiven(
  { command, by, source }: GivenCommand,
  record: PipelineRecord,
  at: Instant,
): PipelineRecord {
  if (command.mode !== 'approve') return record;
  const { stage, version } = command;
  return approve(record, stage, { version, by, at, source }).record;
}

/** Names of versions are made out by their history; a rollback goes by what runs. */
function needsFacts(command: Command): boolean {
  return command.mode === 'rollback' || ('version' in command && command.version !== undefined);
}

function circumstances(
  { pipeline, command, by, why, source }: GivenCommand,
  record: PipelineRecord,
  at: Instant,
  observed: Observed | undefined,
): Circumstances {
  const known = observed && knownFrom({ pipeline, ...observed, record, now: at });
  const context =
    known && command.stage !== undefined ? contextOf(known, command.stage) : undefined;
  return {
    pipeline,
    author: { by, at, why },
    source,
    current: context?.current,
    isUnmerged: context !== undefined && isUnmerged(context),
    isOwnWork:
      context !== undefined && command.mode === 'approve' && hasMade(by, context, command.version),
    order: known?.order,
  };
}

/** What is not known to be open may be merged. */
function isUnmerged({ stage, record, known }: StageContext): boolean {
  const active = activePromotion(record);
  if (!active || stage.via !== 'pull-request') return false;
  const attempt = openEffect(active);
  const state = attempt && own(known.effects, attempt.lease.effect)?.state;
  return !attempt || state === 'open' || state === 'closed';
}

/** Whether somebody is known to have made any of what would come with a version. */
function hasMade(login: string, { known: { order }, current }: StageContext, version: string) {
  return versionsBetween(order, current, order.keyOf(version)).some(({ authors = [] }) =>
    authors.some((author) => author.toLowerCase() === login.toLowerCase()),
  );
}

function teamsFor(command: Command, pipeline: Pipeline): string[] {
  if (command.mode !== 'approve') return [];
  return teamsIn(stageNamed(pipeline, command.stage).gates.approval?.by ?? []);
}
