import { duration, formatInstant } from '../core/time.ts';
import { type Command, momentOf, type Until } from './instruction.ts';
import { refusalOfUnknown, wasThere } from './known-versions.ts';
import { type ApprovalSettings, type Pipeline, stageNamed } from './pipeline.ts';
import { type PipelineRecord, stageRecord } from './records/record.ts';
import { abort } from './transitions/abort.ts';
import { type Answer, type Author, answer, refuse } from './transitions/answer.ts';
import { approve, override } from './transitions/approve.ts';
import { hold, release } from './transitions/hold.ts';
import { rearm } from './transitions/rearm.ts';
import { rollback } from './transitions/rollback.ts';
import type { VersionOrder } from './versions.ts';

/** What a command is carried out with. */
export interface Circumstances {
  readonly pipeline: Pipeline;
  readonly author: Author;
  /** Where the command was given: address of a comment or a run. */
  readonly source: string;
  /** What the command's stage runs; `undefined` = nothing yet, or it is not known. */
  readonly current: string | undefined;
  /** Whether what is under way there is a pull request that is not merged. */
  readonly isUnmerged?: boolean;
  /** Whether the author is known to have made what is approved, alone or among others. */
  readonly isOwnWork?: boolean;
  /** What versions there are; `undefined` where the command names none. */
  readonly order: VersionOrder | undefined;
}

/** An emergency without an end of its own. */
const usualEmergency: Until = { in: duration(4 * 60 * 60_000) };

/**
 * The record after a command of someone who may give it. Pure; the same command twice changes nothing the second time,
 * but for an end that is counted from now.
 */
export function obey(
  record: PipelineRecord,
  command: Command,
  circumstances: Circumstances,
): Answer {
  const { author, order } = circumstances;
  const known = withKey(command, order);
  const refusal = refusalOfEnd(known, author) ?? refusalOfVersion(record, known, circumstances);
  if (refusal !== undefined) return refuse(record, refusal);
  switch (known.mode) {
    case 'approve':
      return approveOnce(record, known, circumstances);
    case 'hold':
      return hold(record, known.stage, author, known.until && momentOf(known.until, author.at));
    case 'release':
      return known.stage !== undefined && known.version !== undefined
        ? rearm(record, known.stage, known.version, author)
        : release(record, known.stage, author);
    case 'rollback': {
      const { current, isUnmerged } = circumstances;
      return rollback(record, known.stage, author, current, known.version, isUnmerged);
    }
    case 'abort':
      return abort(record, known.stage, author, known.promotion);
    case 'override':
      return overrideOnce(record, known, author);
  }
}

/** The command with the version as the record calls it; people write the start of a commit. */
function withKey(command: Command, order: VersionOrder | undefined): Command {
  return 'version' in command && command.version !== undefined && order
    ? { ...command, version: order.keyOf(command.version) }
    : command;
}

/** Whoever says a moment that is over believes in a hold that nobody keeps. */
function refusalOfEnd(command: Command, { at }: Author): string | undefined {
  if (!('until' in command) || command.until === undefined) return undefined;
  const end = momentOf(command.until, at);
  return end > at ? undefined : `until: ${formatInstant(end)} is over already`;
}

function refusalOfVersion(
  record: PipelineRecord,
  command: Command,
  { order, current }: Circumstances,
): string | undefined {
  if (!('version' in command) || command.version === undefined) return undefined;
  const { stage: name, version } = command;
  const stage = stageRecord(record, name ?? '');
  if (command.mode === 'rollback') {
    const newest = current ?? stage.visits.at(-1)?.version ?? stage.frontier;
    const isOlder = newest !== undefined && order?.relate(version, newest) === 'older';
    return isOlder || wasThere(stage, version) ? undefined : noWayBack(name ?? '', version);
  }
  return refusalOfUnknown(record, name === undefined ? [] : [name], order, version);
}

/** Gates are passed by what the stage had before, and by nothing new: that is what an override is for. */
function noWayBack(stage: string, version: string): string {
  return `rollback: ${stage} did not run ${version} before, and it is not known to be older than what it runs`;
}

/** Where approvals do not expire, a second word of the same person says nothing new. */
function approveOnce(
  record: PipelineRecord,
  { stage, version }: Extract<Command, { mode: 'approve' }>,
  circumstances: Circumstances,
): Answer {
  const { pipeline, author, source } = circumstances;
  const { by, at } = author;
  const { approval } = stageNamed(pipeline, stage).gates;
  const expires = approval?.expireAfter !== undefined;
  const isThere = stageRecord(record, stage).approvals.some(
    (each) => each.version === version && each.by === by,
  );
  const given =
    isThere && !expires
      ? answer(record, record, `approval: ${by} has approved ${version} for ${stage} before`)
      : approve(record, stage, { version, by, at, source });
  return { ...given, reason: `${given.reason}${noteOn(approval, stage, circumstances)}` };
}

/** Why an approval that is written down opens nothing. */
function noteOn(
  approval: ApprovalSettings | undefined,
  stage: string,
  { author: { by }, isOwnWork = false }: Circumstances,
): string {
  if (!approval) return `; ${stage} asks for no approval, so that none is needed`;
  if (approval.self || !isOwnWork) return '';
  return `; it does not count, as ${by} made it, alone or among others: it takes ${approval.count} of ${approval.by.join(', ')} who did not`;
}

/** Said again without an end of its own, an emergency that still lasts stays as it is. */
function overrideOnce(
  record: PipelineRecord,
  { stage, version, gates, until }: Extract<Command, { mode: 'override' }>,
  author: Author,
): Answer {
  const lasting = stageRecord(record, stage).overrides.find(
    (each) =>
      each.version === version &&
      each.by === author.by &&
      each.gates.join() === gates.join() &&
      each.until > author.at,
  );
  if (lasting && !until)
    return answer(record, record, `override: ${author.by} passes ${gates.join(', ')} already`);
  const end = momentOf(until ?? usualEmergency, author.at);
  return override(record, stage, version, gates, author, end);
}
