import { git } from './git.ts';
import type { PipelineStory } from './promotion-story.ts';
import { repository, type World } from './world.ts';

/** What there is of promotions, one line for each; without times, and without ids that chance gives. */
export type PromotionsEnd = readonly string[];

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

/** The ledger and all that GitHub has, as it is compared. */
export async function promotionsEnd(story: PipelineStory): Promise<PromotionsEnd> {
  const { world } = story;
  await world.github.takeInPushes();
  return [
    ...['shop', 'cli'].flatMap((pipeline) => recordLines(world, pipeline, story.now)),
    ...refLines(world),
    ...(await pullLines(world)),
    ...(await runLines(world)),
    ...(await deploymentLines(world)),
    ...eventLines(world),
  ];
}

/** What is there and should not be, and what should and is not; empty = the same. */
export function differenceOf(seen: PromotionsEnd, end: PromotionsEnd): string {
  const without = (some: PromotionsEnd, others: PromotionsEnd) =>
    some.filter((line, at) => count(some.slice(0, at + 1), line) > count(others, line));
  const [more, less] = [without(seen, end), without(end, seen)];
  if (more.length + less.length === 0) return '';
  return `there is\n  ${more.join('\n  ')}\ninstead of\n  ${less.join('\n  ')}`;
}

function count(lines: PromotionsEnd, line: string): number {
  return lines.filter((each) => each === line).length;
}

function recordLines(world: World, pipeline: string, now: string): string[] {
  const bare = directoryOf(world);
  const ref = `refs/understudy/promotion/${pipeline}`;
  if (git(bare, 'for-each-ref', ref) === '') return [];
  const { state } = JSON.parse(git(bare, 'show', `${ref}:record.json`)) as { state: Stored };
  return Object.entries(state.stages).flatMap(([stage, { promotions, visits, ...rest }]) => [
    `${pipeline}/${stage}: ${timeless(rest)}`,
    ...visits.map(({ version, health }) => `${pipeline}/${stage} ran ${version} ${health}`),
    ...promotions.map((each) => `${pipeline}/${stage} ${promotionLine(each, now)}`),
  ]);
}

/**
 * A further attempt is no further effect: one whose outcome nobody knew was given up, and made once more. Of a promotion
 * whose version was seen to arrive, the record need not know by what: its holder may have died before it wrote that down.
 */
function promotionLine({ attempts, ...rest }: StoredPromotion, now: string): string {
  const last = attempts.at(-1);
  const { reason: _, evidence: __, ...kept } = rest;
  const open = attempts.filter((each) => isOpen(each, kept.phase, now)).length;
  if (kept.phase === 'succeeded') return timeless({ ...kept, open });
  const of = last?.effect && { kind: last.effect.kind, reference: referenceOf(last.effect) };
  return timeless({ ...kept, open, effect: of, outcome: last?.outcome?.result });
}

/** Whether somebody may still act under it, or is still to look what was done under it. */
function isOpen({ effect, outcome, lease }: StoredAttempt, phase: string, now: string): boolean {
  if (effect || outcome) return false;
  return phase === 'pending' || phase === 'running' || Date.parse(lease.until) > Date.parse(now);
}

/** What `outputs` handed out is named by whoever holds it; runs by a number. */
function referenceOf({ kind, reference }: { kind: string; reference: string }): string {
  return kind === 'outputs' || kind === 'run' ? '*' : reference;
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

function directoryOf({ github }: World): string {
  return github.repositories[repository] ?? '';
}

/** By what they hold: commits of merges have the time in them. */
function refLines(world: World): string[] {
  const format = '--format=%(refname) %(tree)%(*tree)';
  return git(directoryOf(world), 'for-each-ref', format, 'refs/heads', 'refs/tags').split('\n');
}

async function pullLines(world: World): Promise<string[]> {
  const path = `/repos/${repository}/pulls?state=all&per_page=100`;
  const { body } = await world.must('GET', path);
  const lines: string[] = [];
  for (const { number, title, state, merged_at, head, base, labels, body: text } of body) {
    const names = (labels as { name: string }[]).map(({ name }) => name);
    const what = merged_at ? 'merged' : state;
    lines.push(`#${number} ${title} ${what} ${head.ref} ${base.ref} ${names} ${plain(text)}`);
    lines.push(...(await commentLines(world, number)));
  }
  return lines;
}

async function commentLines(world: World, number: number): Promise<string[]> {
  const { body } = await world.must('GET', `/repos/${repository}/issues/${number}/comments`);
  // Where all other stages are stays as it was when the promotion ended, which may be a run later.
  const steady = (text: string) => plain(text.replace(/^Pipeline `.*$/m, ''));
  return (body as { body: string }[]).map((each) => `#${number} says ${steady(each.body)}`);
}

function plain(text: string): string {
  return text
    .replaceAll('\\', '')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<github>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?Z| UTC)?/g, '<moment>')
    .replaceAll(/\b(?:\d+[dhms] ?)+\b/g, '<time>');
}

async function runLines(world: World): Promise<string[]> {
  const { body } = await world.must('GET', `/repos/${repository}/actions/runs`);
  const runs = body.workflow_runs as {
    display_title: string;
    status: string;
  }[];
  // A further attempt, after one that did nothing, has a key of its own.
  const title = (text: string) => text.replace(/-a\d+\)$/, '-a*)');
  return runs.map(
    // A run that is cancelled a run later may have ended by itself.
    ({ display_title, status }) => `run ${title(display_title)} ${status}`,
  );
}

async function deploymentLines(world: World): Promise<string[]> {
  const path = `/repos/${repository}/deployments`;
  const { body } = await world.must('GET', `${path}?per_page=100`);
  return Promise.all(
    (body as { id: number; sha: string; environment: string }[]).map(
      async ({ id, sha, environment }) => {
        const { body: states } = await world.must('GET', `${path}/${id}/statuses`);
        return `deployment ${environment} ${sha} ${(states as { state: string }[])[0]?.state}`;
      },
    ),
  );
}

/** How often what cannot be taken back was done. */
function eventLines({ github }: World): string[] {
  const lines = github.events().flatMap(({ event, action, payload }) => {
    if (event === 'workflow_dispatch') return ['event workflow_dispatch'];
    if (event === 'release' && action === 'released') return ['event released'];
    if (event === 'pull_request' && (action === 'opened' || action === 'closed'))
      return [`event pull_request ${action}`];
    const ref = event === 'push' ? String(payload.ref) : '';
    return /^refs\/(?:heads\/(?!understudy\/)|tags\/)/.test(ref) ? [`event push ${ref}`] : [];
  });
  return lines.sort();
}
