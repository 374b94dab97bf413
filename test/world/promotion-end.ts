import { git } from './git.ts';
import { addresses, directoryOf, plain, recordLines, recordText } from './promotion-record-end.ts';
import type { PipelineStory } from './promotion-story.ts';
import { repository, type World } from './world.ts';

/** What there is of promotions, one line for each; without times, and without ids that chance gives. */
export type PromotionsEnd = readonly string[];

/** The ledger and all that GitHub has, as it is compared. */
export async function promotionsEnd(story: PipelineStory): Promise<PromotionsEnd> {
  const { world } = story;
  await world.github.takeInPushes();
  const pulls = await pullsOf(world);
  const branches = new Map(pulls.map(({ number, head }) => [String(number), head.ref]));
  return [
    ...pipelines.flatMap((pipeline) => recordLines(world, pipeline, story.now, branches)),
    ...refLines(world),
    ...(await pullLines(world, pulls)),
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

/** By what they hold, as commits of merges have the time in them, with all that led there. */
function refLines(world: World): string[] {
  const bare = directoryOf(world);
  const refs = git(bare, 'for-each-ref', '--format=%(refname) %(tree)%(*tree)').split('\n');
  const commits = git(bare, 'log', '--branches', '--tags', '--format=commit %T %s');
  const shown = refs.filter((line) => !/^refs\/(?:pull|understudy\/promotion)\//.test(line));
  return [...shown, ...plain(commits).split('\n')];
}

async function pullsOf(world: World) {
  const { body } = await world.must('GET', `/repos/${repository}/pulls?state=all&per_page=100`);
  // biome-ignore lint/suspicious/noExplicitAny: as GitHub answers it.
  return body as any[];
}

async function pullLines(
  world: World,
  pulls: Awaited<ReturnType<typeof pullsOf>>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const { number, title, state, merged_at, head, base, labels, body: text } of pulls) {
    const names = (labels as { name: string }[]).map(({ name }) => name);
    const what = merged_at ? 'merged' : state;
    lines.push(`${head.ref}: ${title} ${what} ${base.ref} ${names} ${plain(text)}`);
    const said = await commentsOf(world, number);
    // Of one that was merged it is true; whoever saw it open still, by an old answer, says so.
    const kept = said.filter((each) => !merged_at || !each.includes('promotion-ended:'));
    lines.push(...kept.map((each) => `${head.ref} says ${each}`));
  }
  return lines;
}

async function commentsOf(world: World, number: number): Promise<string[]> {
  const { body } = await world.must('GET', `/repos/${repository}/issues/${number}/comments`);
  // Where all other stages are stays as it was when the promotion ended, which may be a run later; what took its place
  // may have its address later still.
  const steady = (text: string) =>
    plain(text.replace(/^Pipeline `.*$|(?<=superseded: by \w+), http.*$/gm, ''));
  return (body as { body: string }[]).map(({ body: text }) => steady(text));
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
