import { isGone, offeredVersions, pairedVersion, type Refusal, refusalOf } from './candidates.ts';
import type { Gate } from './gates/gate.ts';
import { healthGate } from './gates/upstream.ts';
import { contextOf, type StageContext } from './stage-context.ts';
import { passesVersionGates } from './stage-gates.ts';

/** The version whose turn it is, or why it is nobody's. */
export type Selection =
  | {
      readonly version: string;
      /** Older ones that are left out for it, oldest first. */
      readonly leftOut: readonly string[];
    }
  | { readonly version: undefined; readonly refusal: Refusal };

/** Says by the order of the pipeline which version's turn it is on a stage. */
export function selectVersion(context: StageContext): Selection {
  const { known, stage } = context;
  const asked = known.asked?.version;
  if (asked !== undefined) return selectAsked(context, known.order.keyOf(asked));
  const { order } = known.pipeline;
  const paired = order === 'pairwise' && stage.after.length > 0;
  const offered = paired ? only(pairedVersion(context)) : offeredVersions(context);
  const admitted = offered.filter((version) => !refusalOf(context, version));
  const possible = admitted.filter((version) => !isGone(context, version));
  const version = order === 'queue' ? nextInQueue(context, possible) : newest(context, possible);
  if (version === undefined) return nobody(context, offered.at(-1), admitted.at(-1));
  return { version, leftOut: order === 'queue' ? [] : olderThan(context, admitted, version) };
}

function selectAsked(context: StageContext, version: string): Selection {
  const refusal = refusalOf(context, version);
  if (refusal) return { version: undefined, refusal };
  const offered = offeredVersions(context);
  if (!offered.includes(version))
    return none(
      'order',
      `${version} was not seen on ${context.stage.after.join(', ') || 'the source of versions'}`,
    );
  const admitted = offered.filter((each) => !refusalOf(context, each));
  return { version, leftOut: olderThan(context, admitted, version) };
}

/** The newest that passes its own gates, so that one that waits holds up none that may go; else the newest. */
function newest(context: StageContext, possible: readonly string[]): string | undefined {
  return possible.findLast((version) => passesVersionGates(context, version)) ?? possible.at(-1);
}

/** The oldest whose commit is a version at all; of a stage that never had any, the newest: queues begin there. */
function nextInQueue(context: StageContext, possible: readonly string[]): string | undefined {
  const { known, stage, record, current } = context;
  if (stage.after.length > 0) return possible[0];
  if (current === undefined && record.frontier === undefined) return newest(context, possible);
  const { requiredChecks } = known.pipeline;
  return possible.find((version) => {
    const checks = known.checks[version];
    return !requiredChecks.some((name) => checks?.[name]?.state === 'failure');
  });
}

function nobody(
  context: StageContext,
  offered: string | undefined,
  admitted: string | undefined,
): Selection {
  const { stage } = context;
  if (admitted !== undefined)
    return none('once', `${admitted} left ${stage.after.join(', ')} before it was ready to go on`);
  if (offered === undefined) return nothingOffered(context);
  const refusal = refusalOf(context, offered);
  return { version: undefined, refusal: refusal ?? { rule: 'none', reason: 'nothing is newer' } };
}

function nothingOffered(context: StageContext): Selection {
  const { after } = context.stage;
  if (after.length === 0) return none('none', 'there are no versions yet');
  const unknown = unknownBefore(context).map(({ evidence }) => evidence);
  return unknown.length > 0
    ? none('health', unknown.join('; '))
    : none('none', `nothing was seen on ${after.join(', ')} yet`);
}

/** The gates of stages before that nothing can come from, as nobody knows what they run. */
export function unknownBefore({ known, stage: { after, need } }: StageContext): Gate[] {
  const unknown = after
    .map((stage) => {
      const { observation } = contextOf(known, stage);
      return healthGate({ stage, observation, visit: undefined, current: false });
    })
    .filter(({ state }) => state === 'unknown');
  return need === 'all' || unknown.length === after.length ? unknown : [];
}

function olderThan(context: StageContext, versions: readonly string[], version: string): string[] {
  return versions.filter((each) => context.known.order.relate(each, version) === 'older');
}

function only(version: string | undefined): string[] {
  return version === undefined ? [] : [version];
}

function none(rule: Refusal['rule'], reason: string): Selection {
  return { version: undefined, refusal: { rule, reason } };
}
