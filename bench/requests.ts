import { createHash } from 'node:crypto';
import { instant } from '../src/core/time.ts';
import { type PreviewRecord, writeRecord } from '../src/targets/local/registry.ts';
import { stateFolder } from '../src/targets/local/state-folder.ts';
import { inWorld, repository, type Trigger, type World } from '../test/world/world.ts';
import type { Section } from './section.ts';
import { table, verdict } from './table.ts';

interface Count {
  readonly what: string;
  readonly api: number;
  readonly git: number;
  readonly limit?: number;
}

const many = 1000;

/** How many requests to GitHub each thing costs. */
export async function requests(): Promise<Section> {
  const figures = [...(await ofOnePullRequest()), await ofManySwept()];
  const rows = figures.map(({ what, api, git, limit }) => [what, api, git, verdict(api, limit)]);
  const text = table(['run of the root action', 'API requests', 'git requests', 'limit'], rows);
  return { title: 'Requests to GitHub', text, figures };
}

async function ofOnePullRequest(): Promise<readonly Count[]> {
  const counts: Count[] = [];
  await inWorld({}, async (world) => {
    const count = async (what: string, trigger: Trigger, limit?: number) =>
      void counts.push(await counted(world, what, trigger, limit));
    await count('first deploy', await world.pullRequest('one'), 12);
    const pushed = await world.update('one', { greeting: 'again' });
    await count('update', pushed, 12);
    await count('unchanged', pushed, 12);
    await count('sweep that removes nothing', await world.schedule());
    await count('teardown', await world.closePull(1), 12);
    await world.step(await world.pullRequest('two'));
    await world.closePull(2);
    await count('sweep that removes one', await world.schedule());
  });
  return counts;
}

async function ofManySwept(): Promise<Count> {
  let found: Count | undefined;
  await inWorld({ gateway: false }, async (world) => {
    const pulls = Array.from({ length: many }, (_, index) => ({ branch: `seed-${index + 1}` }));
    world.github.seedPullRequests(repository, pulls);
    pulls.forEach(({ branch }, index) => {
      writeRecord(stateFolder(world.home), recordOf(branch, index + 1));
    });
    const what = `sweep of ${many} open pull requests and ${many} previews`;
    found = await counted(world, what, await world.schedule(), 25, ({ kept = '[]' }) => {
      if (JSON.parse(kept).length !== many) throw new Error(`${what} kept ${kept.length}`);
    });
  });
  if (!found) throw new Error('nothing was swept');
  return found;
}

async function counted(
  world: World,
  what: string,
  trigger: Trigger,
  limit?: number,
  check: (outputs: Readonly<Record<string, string>>) => void = () => {},
): Promise<Count> {
  world.tap.reset();
  const { exit, log, outputs } = await world.step(trigger);
  if (exit !== 0) throw new Error(`${what} failed: ${log}`);
  check(outputs);
  const api = world.requests().length;
  const git = world.tap.calls.length - api;
  return { what, api, git, ...(limit !== undefined && { limit }) };
}

function recordOf(branch: string, number: number): PreviewRecord {
  const previewId = createHash('sha256').update(branch).digest('hex').slice(0, 8);
  return {
    version: 1,
    repository,
    previewId,
    pullRequest: number,
    commit: createHash('sha1').update(branch).digest('hex'),
    requested: false,
    fingerprint: 'bench',
    createdAt: instant(Date.now()),
    services: [],
    passing: [],
  };
}
