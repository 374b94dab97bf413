import { covers } from './gates/override.ts';
import { healthGate, soakGate } from './gates/upstream.ts';
import type { Promotion } from './records/record.ts';
import { contextOf, type StageContext, upstreamsOf } from './stage-context.ts';
import { newestOf } from './versions.ts';

/** Why a version may not start here, however its gates stand. */
export interface Refusal {
  /**
   * `none`: it is there. `once`: it had its promotion. `downgrade`: older. `order`: not comparable. `health`: nothing is
   * offered, as a stage before is unknown.
   */
  readonly rule: 'none' | 'once' | 'downgrade' | 'order' | 'health';
  readonly reason: string;
}

/**
 * Versions that are offered to a stage, oldest first: those of the history where nothing comes before it, those that
 * were seen on the stages before it otherwise.
 */
export function offeredVersions(context: StageContext): string[] {
  const { known, stage } = context;
  if (stage.after.length === 0) return known.order.versions.map(({ key }) => key);
  const offered = new Set([...upstreamVersions(context), ...urgentVersions(context)]);
  const sorted = [...offered].filter((key) => known.order.position(key) !== undefined);
  return sorted.sort((a, b) => (known.order.relate(a, b) === 'newer' ? 1 : -1));
}

/**
 * Whether a version may start here at all: newer than what runs and than all that was ever started, or let in once
 * more by a person, and not started before in this generation.
 */
export function refusalOf(context: StageContext, version: string): Refusal | undefined {
  const { known, stage, record, current } = context;
  if (version === current) return { rule: 'none', reason: `${stage.name} runs ${version}` };
  const had = record.promotions.find(
    (each) => each.version === version && each.generation === record.generation,
  );
  if (had) return { rule: 'once', reason: `${version} had its promotion: ${had.reason}` };
  if (isRearmed(context, version)) return undefined;
  for (const [other, what] of [
    [current, `which ${stage.name} runs`],
    [record.frontier, `the newest that was started in ${stage.name}`],
  ] as const) {
    if (other === undefined) continue;
    const relation = known.order.relate(version, other);
    if (relation === 'same') return { rule: 'once', reason: `${version} had its promotion before` };
    if (relation === 'older')
      return { rule: 'downgrade', reason: `${version} is older than ${other}, ${what}` };
    if (relation !== 'newer')
      return {
        rule: 'order',
        reason: `how ${version} stands to ${other}, ${what}, is ${relation}; \`release\` of ${version} for ${stage.name} lets it in`,
      };
  }
  return undefined;
}

/** A version that left the stages before without having earned its way on: it never will. */
export function isGone(context: StageContext, version: string): boolean {
  const { stage, known } = context;
  const { soak } = stage.gates;
  if (stage.after.length === 0 || isUrgent(context, version)) return false;
  const gone = upstreamsOf(context, version).map((upstream) => {
    if (upstream.current) return false;
    const unsoaked = soak && soakGate(upstream, soak, known.now).state !== 'passed';
    return unsoaked || upstream.visit?.soakingSince === undefined;
  });
  return stage.need === 'all' ? gone.some(Boolean) : gone.every(Boolean);
}

/**
 * Whether the stage got something newer by another way (a person's) since a promotion began: going on with it would
 * take the stage back.
 */
export function isPassed({ known, current }: StageContext, promotion: Promotion): boolean {
  const { kind, version, from } = promotion;
  if (kind === 'rollback' || current === undefined || current === from) return false;
  return known.order.relate(current, version) === 'newer';
}

/** What the stages before run now, for `pairwise`: one version, or none. */
export function pairedVersion(context: StageContext): string | undefined {
  const { known, stage } = context;
  const upstreams = stage.after.map((name) => contextOf(known, name));
  const runs = upstreams.map(({ current }) => current).filter((key) => key !== undefined);
  if (stage.need === 'all')
    return runs.length === upstreams.length && new Set(runs).size === 1 ? runs[0] : undefined;
  const well = upstreams.filter(({ stage: { name }, current, record, observation }) => {
    const visit = record.visits.find(({ version }) => version === current);
    return healthGate({ stage: name, observation, visit, current: true }).state === 'passed';
  });
  const keys = well.map(({ current }) => current).filter((key) => key !== undefined);
  return newestOf(known.order, keys.length > 0 ? keys : runs);
}

/** It lapses when another version goes in before it: a stage goes back by rollback alone. */
function isRearmed({ record }: StageContext, version: string): boolean {
  const { generation, promotions, rearmed } = record;
  if (promotions.some((promotion) => promotion.generation === generation)) return false;
  return rearmed.some((each) => each.version === version && each.generation === generation);
}

function upstreamVersions({ known, stage }: StageContext): string[] {
  const seen = stage.after.map((name) =>
    contextOf(known, name).record.visits.map(({ version }) => version),
  );
  const [first = [], ...rest] = seen;
  return stage.need === 'all'
    ? first.filter((version) => rest.every((versions) => versions.includes(version)))
    : seen.flat();
}

/** Versions that an emergency lets past the stages before. */
function urgentVersions({ record, known }: StageContext): string[] {
  return record.overrides
    .filter((override) => override.until > known.now && covers(override, 'health'))
    .map(({ version }) => version);
}

function isUrgent(context: StageContext, version: string): boolean {
  return urgentVersions(context).includes(version);
}
