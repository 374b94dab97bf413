import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
    ...pipelines.flatMap((pipeline) => recordLines(world, pipeline, story.now)),
    ...refLines(world),
    ...(await pullLines(world)),
    ...(await runLines(world)),
    ...(await deploymentLines(world)),
    ...(await releaseLines(world)),
    ...eventLines(world),
  ];
}

/**
 * All that a later run can come to see, as one text: two worlds with the same have the same future, as a run keeps
 * nothing elsewhere. Of what differs from world to world nothing is in it: names of holders and commits of the ledger.
 */
export async function promotionsState(story: PipelineStory): Promise<string> {
  const records = pipelines.map((pipeline) => recordText(story.world, pipeline));
  const text = [...records, ...(await promotionsEnd(story))].join('\n');
  return text
    .replaceAll(/run-\d+-\d+-[0-9a-f]{8}/g, '*')
    .replaceAll(/"(?:operation": "[^"]*"|previous": \[[^\]]*\])/g, '')
    .replaceAll(addresses, '<github>');
}

const pipelines = ['shop', 'cli'] as const;

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

function recordText(world: World, pipeline: string): string {
  const bare = directoryOf(world);
  const ref = refOf(pipeline);
  // The stand-in packs no refs.
  return existsSync(join(bare, ref)) ? git(bare, 'show', `${ref}:record.json`) : '';
}

function refOf(pipeline: string): string {
  return `refs/understudy/promotion/${pipeline}`;
}

function recordLines(world: World, pipeline: string, now: string): string[] {
  const text = recordText(world, pipeline);
  if (text === '') return [];
  const { state, sequence } = JSON.parse(text) as { state: Stored; sequence: number };
  const commits = git(directoryOf(world), 'rev-list', '--count', refOf(pipeline));
  const stages = Object.entries(state.stages).flatMap(
    ([stage, { promotions, visits, ...rest }]) => [
      `${pipeline}/${stage}: ${timeless(rest)}`,
      ...visits.map(({ version, health }) => `${pipeline}/${stage} ran ${version} ${health}`),
      ...promotions.map((each) => `${pipeline}/${stage} ${promotionLine(each, now)}`),
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
function promotionLine({ attempts, ...rest }: StoredPromotion, now: string): string {
  const { reason: _, evidence: __, ...kept } = rest;
  const open = attempts.filter((each) => isOpen(each, kept.phase, now)).length;
  const effects = attempts.flatMap(({ effect, outcome }) => {
    // What a run handed out that was killed reached nobody.
    const isGone = effect?.kind === 'outputs' && outcome?.result === 'lost';
    return effect && !isGone ? [`${effect.kind} ${referenceOf(effect)}`] : [];
  });
  return timeless({ ...kept, open, effects, outcome: attempts.at(-1)?.outcome?.result });
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

/** By what they hold, as commits of merges have the time in them, with all that led there. */
function refLines(world: World): string[] {
  const bare = directoryOf(world);
  const refs = git(bare, 'for-each-ref', '--format=%(refname) %(tree)%(*tree)').split('\n');
  const commits = git(bare, 'log', '--branches', '--tags', '--format=commit %T %s').split('\n');
  const shown = refs.filter((line) => !/^refs\/(?:pull|understudy\/promotion)\//.test(line));
  return [...shown, ...commits];
}

async function pullLines(world: World): Promise<string[]> {
  const path = `/repos/${repository}/pulls?state=all&per_page=100`;
  const { body } = await world.must('GET', path);
  const lines: string[] = [];
  for (const { number, title, state, merged_at, head, base, labels, body: text } of body) {
    const names = (labels as { name: string }[]).map(({ name }) => name);
    const what = merged_at ? 'merged' : state;
    lines.push(`#${number} ${title} ${what} ${head.ref} ${base.ref} ${names} ${plain(text)}`);
    const said = await commentLines(world, number);
    // Of one that was merged it is true; whoever saw it open still, by an old answer, says so.
    lines.push(...said.filter((line) => !merged_at || !line.includes('promotion-ended:')));
  }
  return lines;
}

async function commentLines(world: World, number: number): Promise<string[]> {
  const { body } = await world.must('GET', `/repos/${repository}/issues/${number}/comments`);
  // Where all other stages are stays as it was when the promotion ended, which may be a run later; what took its place
  // may have its address later still.
  const steady = (text: string) =>
    plain(text.replace(/^Pipeline `.*$|(?<=superseded: by \w+), http.*$/gm, ''));
  return (body as { body: string }[]).map((each) => `#${number} says ${steady(each.body)}`);
}

const addresses = /127\.0\.0\.1:\d+/g;

function plain(text: string): string {
  return text
    .replaceAll('\\', '')
    .replaceAll(addresses, '<github>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?Z| UTC)?/g, '<moment>')
    .replaceAll(/\b(?:\d+[dhms] ?)+\b/g, '<time>')
    .replaceAll(/\bruns\/\d+|\battempt \d+/g, '<one>');
}

/** A further attempt, after one that did nothing, has a key of its own. */
async function runLines(world: World): Promise<string[]> {
  const { body } = await world.must('GET', `/repos/${repository}/actions/runs`);
  const runs = body.workflow_runs as Record<string, string>[];
  return runs.map(
    ({ display_title = '', status, conclusion }) =>
      `run ${display_title.replace(/-a\d+\)$/, '-a*)')} ${status} ${conclusion}`,
  );
}

async function deploymentLines(world: World): Promise<string[]> {
  const path = `/repos/${repository}/deployments`;
  const { body } = await world.must('GET', `${path}?per_page=100`);
  const lines: string[] = [];
  for (const { id, sha, environment, task, description, payload } of body) {
    const { body: states } = await world.must('GET', `${path}/${id}/statuses?per_page=100`);
    const what = `${task} ${plain(`${description} ${JSON.stringify(payload)}`)}`;
    lines.push(`deployment ${environment} ${sha} ${what}: ${stateLine(states[0] ?? {})}`);
  }
  return lines;
}

/** The run that says it may be a later one. */
function stateLine({ state, description, environment_url }: Record<string, string>): string {
  return plain([state, description, environment_url].join(' '));
}

async function releaseLines(world: World): Promise<string[]> {
  const path = `/repos/${repository}/releases`;
  const { body } = await world.must('GET', path);
  if (body.length === 0) return [];
  const { body: latest } = await world.api('GET', `${path}/latest`);
  return (body as Record<string, string>[]).map(
    ({ tag_name, name, draft, prerelease }) =>
      `release ${tag_name} ${name} draft ${draft} prerelease ${prerelease} latest ${tag_name === latest.tag_name}`,
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
