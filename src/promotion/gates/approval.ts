import { own } from '../../core/own.ts';
import { after, type Instant } from '../../core/time.ts';
import type { Person } from '../facts.ts';
import { approvingPermissions, isAtLeast } from '../permissions.ts';
import type { ApprovalSettings } from '../pipeline.ts';
import type { Approval } from '../records/record.ts';
import type { Gate } from './gate.ts';

/** What approvals are judged by. */
export interface ApprovalFacts {
  /** Of this stage, for any version. */
  readonly approvals: readonly Approval[];
  readonly version: string;
  /** Who made what is promoted; `undefined` = it is not known. */
  readonly authors: readonly string[] | undefined;
  readonly people: Readonly<Record<string, Person>>;
  readonly now: Instant;
}

interface Counted {
  readonly by: string;
  readonly at: Instant;
  readonly until: Instant | undefined;
  readonly allowed: boolean | undefined;
}

/**
 * So many people of those named approved this version for this stage, none of them twice, none their own work unless
 * that is allowed, and not too long ago.
 */
export function approvalGate(settings: ApprovalSettings, facts: ApprovalFacts): Gate {
  const counted = countable(settings, facts);
  const valid = counted.filter(({ allowed }) => allowed === true);
  const doubtful = counted.filter(({ allowed }) => allowed === undefined);
  const have = `${valid.length} of ${settings.count} by ${settings.by.join(', ')}`;
  const who = valid.length > 0 ? `: ${valid.map(({ by }) => by).join(', ')}` : '';
  if (valid.length >= settings.count) return passed(settings, valid, `${have}${who}`);
  const unknown = doubtful.map(({ by }) => by).join(', ');
  const why = facts.authors
    ? ''
    : ', as the address of an author belongs to no account (`self: true` does not ask)';
  return valid.length + doubtful.length >= settings.count
    ? gate('unknown', `${have}${who}; whether ${unknown} may approve this is not known${why}`)
    : gate('waiting', `${have}${who}`);
}

/** Whether a person is among those named; `undefined` = it is not known. */
export function isAmong(
  by: readonly string[],
  login: string,
  person: Person | undefined,
): boolean | undefined {
  if (by.some((entry) => entry.toLowerCase() === `@${login.toLowerCase()}`)) return true;
  const others = by.filter((entry) => !entry.startsWith('@'));
  if (others.length === 0) return false;
  return person && others.some((entry) => matches(entry, person));
}

/** The slugs of teams among those named: what is no permission, and begins with no @. */
export function teamsIn(by: readonly string[]): string[] {
  return by.filter((entry) => !entry.startsWith('@') && !isPermission(entry));
}

function isPermission(entry: string): entry is (typeof approvingPermissions)[number] {
  return (approvingPermissions as readonly string[]).includes(entry);
}

function matches(entry: string, { permission, teams }: Person): boolean {
  return isPermission(entry) ? isAtLeast(permission, entry) : teams.includes(entry);
}

/** The latest word of each person that is still good, with whether it counts. */
function countable(settings: ApprovalSettings, facts: ApprovalFacts): Counted[] {
  const latest = new Map<string, Approval>();
  for (const approval of facts.approvals) {
    if (approval.version === facts.version) latest.set(approval.by.toLowerCase(), approval);
  }
  return [...latest.values()]
    .map(({ by, at }) => ({
      by,
      at,
      until: settings.expireAfter && after(at, settings.expireAfter),
      allowed: mayApprove(settings, by, facts),
    }))
    .filter(({ until }) => until === undefined || until > facts.now);
}

function mayApprove(
  { by, self }: ApprovalSettings,
  login: string,
  { authors, people }: ApprovalFacts,
): boolean | undefined {
  const named = isAmong(by, login, own(people, login));
  if (named === false || self) return named;
  if (authors === undefined) return undefined;
  return authors.some((author) => author.toLowerCase() === login.toLowerCase()) ? false : named;
}

function passed(settings: ApprovalSettings, valid: readonly Counted[], evidence: string): Gate {
  const byTime = [...valid].sort((a, b) => a.at - b.at);
  const decisive = byTime[settings.count - 1];
  // One too many may lapse before the gate shuts.
  const until = byTime[valid.length - settings.count]?.until;
  return {
    ...gate('passed', evidence),
    ...(decisive && { since: decisive.at }),
    ...(until !== undefined && { until }),
  };
}

function gate(state: Gate['state'], evidence: string): Gate {
  return { gate: 'approval', state, evidence };
}
