import { own } from '../core/own.ts';
import type { Instant } from '../core/time.ts';
import { approvalGate } from './gates/approval.ts';
import { checksGate } from './gates/checks.ts';
import { type Gate, isOpen, leastAgainst } from './gates/gate.ts';
import { holdGate, pinGate } from './gates/hold.ts';
import { liveOverrides, overridden } from './gates/override.ts';
import { healthGate, soakGate } from './gates/upstream.ts';
import { verificationGate } from './gates/verification.ts';
import { windowGate } from './gates/window.ts';
import { type StageContext, upstreamsOf } from './stage-context.ts';
import { versionsBetween } from './versions.ts';

/** All gates of a stage for one version, those that hold for every version first. */
export function gatesFor(
  context: StageContext,
  version: string,
  common = commonGates(context, undefined),
): Gate[] {
  return overridden([...common, ...versionGates(context, version)], overridesOf(context, version));
}

/** Whether nothing about the version itself is in its way; the cheapest questions first. */
export function passesVersionGates(context: StageContext, version: string): boolean {
  const overrides = overridesOf(context, version);
  for (const gate of versionGates(context, version)) {
    const [shown] = overridden([gate], overrides);
    if (shown && !isOpen(shown)) return false;
  }
  return true;
}

/** Gates about the version itself. */
export function* versionGates(context: StageContext, version: string): Generator<Gate> {
  const { known, stage, record } = context;
  const { verification } = stage.gates;
  yield* upstreamGates(context, version);
  const checks = requiredChecks(context);
  if (checks.length > 0) yield checksGate(checks, own(known.checks, version));
  if (stage.gates.approval) yield approvalOf(context, version);
  // Last, as a run makes these of itself once nothing else is in the way.
  if (verification) yield verificationGate(verification, record.verifications, version, known.now);
}

/**
 * Gates that are the same for every version.
 * @param promotion The one that is under way: it does not count against itself.
 */
export function commonGates(context: StageContext, promotion: string | undefined): Gate[] {
  const { known, stage, record } = context;
  const { windows } = stage.gates;
  const gates = [
    holdGate([known.record.freeze, record.hold], known.now),
    pinGate(record.pin),
    windows && windowGate(windows, startsBefore(context, promotion), known.now, calendar(context)),
  ];
  return gates.filter((gate) => gate !== undefined);
}

/** Names of the checks that a version needs here. */
export function requiredChecks({ known, stage }: StageContext): string[] {
  const ofVersions = stage.after.length === 0 ? known.pipeline.requiredChecks : [];
  return [...new Set([...ofVersions, ...(stage.gates.checks ?? [])])];
}

/** What the settings of windows are read with; a missing one is a fault of ours. */
export function calendar({ known, stage }: StageContext) {
  const zone = stage.gates.windows?.timezone ?? 'UTC';
  const found = own(known.calendars, zone);
  if (!found) throw new RangeError(`no calendar was opened for ${zone}`);
  return found;
}

function upstreamGates(context: StageContext, version: string): readonly Gate[] {
  const { known, stage } = context;
  const { soak } = stage.gates;
  const groups = upstreamsOf(context, version).map((upstream) => [
    healthGate(upstream),
    ...(soak === undefined ? [] : [soakGate(upstream, soak, known.now)]),
  ]);
  return stage.need === 'all' ? groups.flat() : leastAgainst(groups);
}

function approvalOf({ known, stage, record, current }: StageContext, version: string): Gate {
  const settings = stage.gates.approval;
  if (!settings) throw new RangeError(`${stage.name} asks for no approval`);
  const { approvals } = record;
  // Whose work it is matters only once someone approved, and is the dearest question.
  const authors = approvals.some((each) => each.version === version)
    ? authorsOf(versionsBetween(known.order, current, version).map((each) => each.authors))
    : [];
  return approvalGate(settings, {
    approvals,
    version,
    authors,
    people: known.people,
    now: known.now,
  });
}

function authorsOf(all: readonly (readonly string[] | undefined)[]): string[] | undefined {
  const authors: string[] = [];
  for (const some of all) {
    if (some === undefined) return undefined;
    authors.push(...some);
  }
  return all.length === 0 ? undefined : authors;
}

function startsBefore({ record }: StageContext, promotion: string | undefined): Instant[] {
  return record.promotions
    .filter(
      ({ id, kind, attempts }) => id !== promotion && kind === 'forward' && attempts.length > 0,
    )
    .map(({ createdAt }) => createdAt);
}

function overridesOf({ known, record }: StageContext, version: string) {
  return liveOverrides(record.overrides, version, known.now);
}
