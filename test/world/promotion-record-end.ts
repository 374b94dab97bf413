import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { git } from './git.ts';
import { repository, type World } from './world.ts';

/** Of pull requests, by their numbers: those hang on which was opened first. */
export type Branches = ReadonlyMap<string, string>;

interface Stored {
  readonly stages: Readonly<Record<string, StoredStage>>;
}

interface StoredStage {
  readonly promotions: readonly StoredPromotion[];
  readonly visits: readonly { version: string; health: string }[];
  readonly [part: string]: unknown;
}

interface StoredPromotion {
  readonly id: string;
  readonly phase: string;
  readonly attempts: readonly StoredAttempt[];
  readonly [part: string]: unknown;
}

interface StoredAttempt {
  readonly lease: { until: string };
  readonly effect?: { kind: string; reference: string };
  readonly outcome?: { result: string };
}

/** As it is in the ledger; empty = there is none. */
export function recordText(world: World, pipeline: string): string {
  const bare = directoryOf(world);
  const ref = refOf(pipeline);
  // The stand-in packs no refs.
  return existsSync(join(bare, ref)) ? git(bare, 'show', `${ref}:record.json`) : '';
}

function refOf(pipeline: string): string {
  return `refs/understudy/promotion/${pipeline}`;
}

/** What the ledger says of a pipeline, one line for each thing. */
export function recordLines(
  world: World,
  pipeline: string,
  now: string,
  branches: Branches,
): string[] {
  const text = recordText(world, pipeline);
  if (text === '') return [];
  const { state, sequence } = JSON.parse(text) as { state: Stored; sequence: number };
  const commits = git(directoryOf(world), 'rev-list', '--count', refOf(pipeline));
  const stages = Object.entries(state.stages).flatMap(
    ([stage, { promotions, visits, ...rest }]) => [
      `${pipeline}/${stage}: ${timeless(rest)}`,
      ...visits.map(({ version, health }) => `${pipeline}/${stage} ran ${version} ${health}`),
      ...promotions.map((each) => `${pipeline}/${stage} ${promotionLine(each, now, branches)}`),
    ],
  );
  return [
    `${pipeline} has a commit for each transition: ${sequence === Number(commits)}`,
    ...stages,
  ];
}

/**
 * A further attempt is no further effect: one whose outcome nobody knew was given up, and made once more. What they did
 * is written down, and once; which of them came to what end is not compared of those before the last.
 */
function promotionLine(
  { attempts, ...rest }: StoredPromotion,
  now: string,
  branches: Branches,
): string {
  const { reason: _, evidence: __, ...kept } = rest;
  const open = attempts.filter((each) => isOpen(each, kept.phase, now)).length;
  const effects = attempts.flatMap(({ effect, outcome }) => {
    // What a run handed out that was killed reached nobody.
    const isGone = effect?.kind === 'outputs' && outcome?.result === 'lost';
    return effect && !isGone ? [`${effect.kind} ${referenceOf(effect, branches)}`] : [];
  });
  return timeless({ ...kept, open, effects, outcome: attempts.at(-1)?.outcome?.result });
}

/** Whether somebody may still act under it, or is still to look what was done under it. */
function isOpen({ effect, outcome, lease }: StoredAttempt, phase: string, now: string): boolean {
  if (effect || outcome) return false;
  return phase === 'pending' || phase === 'running' || Date.parse(lease.until) > Date.parse(now);
}

/** What `outputs` handed out is named by whoever holds it; runs by a number, and pull requests, which have a branch. */
function referenceOf(
  { kind, reference }: { kind: string; reference: string },
  branches: Branches,
): string {
  if (kind === 'outputs' || kind === 'run') return '*';
  return kind === 'pull-request' ? (branches.get(reference) ?? reference) : reference;
}

function timeless(value: unknown): string {
  const text = JSON.stringify(value, (key, each: unknown) =>
    momentKeys.has(key) ? undefined : each,
  );
  return plain(text);
}

const momentKeys = new Set([
  'at',
  'since',
  'until',
  'createdAt',
  'endedAt',
  'retryAt',
  'behindSince',
]);

/** Of the repository, with all its objects and refs. */
export function directoryOf({ github }: World): string {
  return github.repositories[repository] ?? '';
}

/** Of stand-ins. */
export const addresses = /127\.0\.0\.1:\d+/g;

/** Without times, and without numbers that hang on the order of things. */
export function plain(text: string): string {
  return text
    .replaceAll('\\', '')
    .replaceAll(addresses, '<github>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?Z| UTC)?/g, '<moment>')
    .replaceAll(/\b(?:\d+[dhms] ?)+\b/g, '<time>')
    .replaceAll(/\b(?:runs|pull)\/\d+|\battempt \d+|\bpull request #\d+/g, '<one>');
}
