import { describe, expect, test } from '@jest/globals';
import { promotionId } from '../../src/promotion/records/promotion-id.ts';
import { git } from '../world/git.ts';
import { type Raced, race } from '../world/promotion-racers.ts';
import { inWorld, repository, type World } from '../world/world.ts';

const atOnce = 32;
/** Rounds with kills and faults; then come quiet ones, until the pipeline is at rest. */
const wildRounds = 6;
const mostRounds = 30;
/** Pushed in wild rounds, one in each; one more comes after them. */
const pushed = 2;
const seed = Number(process.env.UNDERSTUDY_SEED ?? Date.now() % 1_000_000);

const permissions = {
  contents: 'write',
  pull_requests: 'write',
  actions: 'write',
  deployments: 'write',
} as const;

const production = (tag: string) => `image:\n  tag: "${tag}" # moved by promotions\n`;

const configuration = `
pipelines:
  shop:
    versions: { branch: main }
    order: queue
    stages:
      - name: staging
        via: { dispatch: { workflow: deploy.yml } }
      - name: canary
        after: [staging]
        observe: { ref: heads/canary }
        via: { ref: heads/canary }
      - name: production
        after: [staging]
        observe: { file: { file: envs/production.yaml, path: image.tag } }
        via:
          pull-request:
            edits: [{ file: envs/production.yaml, path: image.tag }]
            auto-merge: true
`;

const workflow = `name: Deploy
run-name: Deploy \${{ inputs.promotion }}
on:
  workflow_dispatch:
    inputs:
      promotion: { type: string }
jobs: {}
`;

/** All of it by one seed, but for who comes first. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What goes wrong between runs and GitHub; the lists of runs are not old, as GitHub's are not by the minutes of a lease. */
const faults = [
  ...['/dispatches', '/pulls', '/merge', '/git/refs', '/git/commits', '/deployments'].flatMap(
    (path) =>
      ['lose-answer', 'applied-502', 'error-502'].map((action) => ({
        match: { method: path === '/merge' ? 'PUT' : 'POST', path },
        action,
      })),
  ),
  ...['lose-answer', 'applied-502'].map((action) => ({
    match: { method: 'PATCH', path: '/git/refs/' },
    action,
  })),
  ...['/matching-refs/', '/git/ref/', '/pulls', '/contents/', '/compare/', '/deployments'].map(
    (path) => ({ match: { method: 'GET', path }, action: 'stale-read' }),
  ),
];

/** A pipeline, and what was done to it. */
class Story {
  readonly world: World;
  readonly random = randomFrom(seed);
  /** Commits that are to come to every stage, oldest first. */
  readonly versions: string[] = [];
  readonly tokens: string[] = [];
  /** What runs failed with that were not killed. */
  readonly failures: string[] = [];
  now = Date.parse('2026-11-23T08:00:00Z');
  rounds = 0;
  runs = 0;
  killed = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** Somebody commits to main. */
  async push(files: Record<string, string>): Promise<void> {
    git(this.world.clone, 'pull', '--quiet', 'origin', 'main');
    this.versions.push(await this.world.push('main', files));
  }

  /** One round, later than every lease of the one before; clocks differ by 20 s at most. */
  async round(size: number, kills = { runs: 0, writes: 0 }): Promise<Raced> {
    const { world, random } = this;
    this.now += 11 * 60_000;
    await world.must('POST', '/_lab/clock', { now: new Date(this.now).toISOString() });
    const now = () => new Date(this.now + Math.floor((random() - 0.5) * 20_000)).toISOString();
    const trigger = await world.schedule();
    const raced = await race(world, { size, trigger, permissions, now, random, kills });
    this.rounds += 1;
    this.runs += size;
    this.killed += raced.killed;
    this.tokens.push(...raced.tokens);
    for (const { exit, outputs, log } of raced.results)
      if (exit !== 0) this.failures.push(outputs.reason || log);
    await this.endRuns();
    return raced;
  }

  /** One with kills and faults. */
  async wildRound(): Promise<void> {
    for (let count = 0; count < 5; count += 1) {
      const fault = faults[Math.floor(this.random() * faults.length)];
      await this.world.must('POST', '/_lab/faults', { ...fault, times: 1 + (count % 2) });
    }
    await this.round(atOnce, { runs: 0.25, writes: 0.08 });
    await this.world.must('DELETE', '/_lab/faults');
  }

  /** Quiet rounds, until nothing is left to be done. */
  async rest(): Promise<void> {
    for (let isAtRest = false; !isAtRest; ) {
      const { results } = await this.round(4);
      isAtRest = results.every(({ outputs }) => outputs.decision === 'none');
      if (this.rounds > mostRounds) throw new Error(`no rest: ${results[0]?.outputs.promotions}`);
    }
  }

  /** What was started ends well. */
  private async endRuns(): Promise<void> {
    for (const { id } of await this.listed('actions/runs?status=queued', 'workflow_runs')) {
      const ended = { repository, id, status: 'completed', conclusion: 'success' };
      await this.world.must('POST', '/_lab/runs', ended);
    }
  }

  async listed(path: string, list?: string) {
    const more = path.includes('?') ? '&per_page=100' : '?per_page=100';
    const { body } = await this.world.must('GET', `/repos/${repository}/${path}${more}`);
    // biome-ignore lint/suspicious/noExplicitAny: lists of every shape.
    return (list ? body[list] : body) as any[];
  }

  get bare(): string {
    return this.world.github.repositories[repository] ?? '';
  }
}

/** For each version its id in a stage; see `promotionId`. */
function idsIn(stage: string, { versions }: Story): string[] {
  const key = { pipeline: 'shop', stage, generation: 0 };
  return versions.map((version) => promotionId({ ...key, version })).sort();
}

async function expectEffectsOnce(story: Story): Promise<void> {
  const runs = await story.listed('actions/runs?event=workflow_dispatch', 'workflow_runs');
  const keys = runs.map(({ display_title }) => display_title.replace(/^Deploy |-a1$/g, ''));
  expect(keys.sort()).toEqual(idsIn('staging', story));
  const pulls = await story.listed('pulls?state=all');
  const heads = pulls.map(({ head }) => head.ref.replace('understudy/', ''));
  expect(heads.sort()).toEqual(idsIn('production', story));
  expect(pulls.every(({ merged_at }) => merged_at !== null)).toBe(true);
  const moves = story.world.github
    .events()
    .filter(({ event, payload }) => event === 'push' && payload.ref === 'refs/heads/canary')
    .map(({ payload }) => payload.after);
  expect(moves).toEqual(story.versions);
}

async function expectShownOnce(story: Story): Promise<void> {
  const deployments = await story.listed('deployments');
  const shown = deployments.map(({ payload }) => payload.promotion as string);
  // The version of the quiet rounds came to each stage, which took away what killed runs had left.
  expect(shown.filter((id, index) => shown.indexOf(id) !== index)).toEqual([]);
}

/** Answers how many transitions there were. */
function expectLedger(story: Story): number {
  const ref = 'refs/understudy/promotion/shop';
  const commits = git(story.bare, 'log', '--reverse', '--format=%H', ref).split('\n');
  const texts = commits.map((commit) => git(story.bare, 'show', `${commit}:record.json`));
  const records = texts.map((text) => JSON.parse(text));
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
  expect(new Set(records.map(({ operation }) => operation)).size).toBe(records.length);
  expect(git(story.bare, 'rev-list', '--merges', ref)).toBe('');
  const told = [...texts, git(story.bare, 'log', '--format=fuller', ref)].join('\n');
  expect(story.tokens.filter((token) => told.includes(token))).toEqual([]);
  expect(told).not.toMatch(/gh[a-z]_\w{16}/);
  for (const stage of ['staging', 'canary', 'production']) {
    const { promotions } = records.at(-1).state.stages[stage];
    const ended = promotions.map(({ version, phase }: Record<string, unknown>) => [version, phase]);
    expect(ended).toEqual(story.versions.map((version) => [version, 'succeeded']));
    // None where an old answer hid from whoever took a claim over how the version, which was there, had come.
    const attempts = promotions.map((each: { attempts: unknown[] }) => each.attempts.length);
    expect(Math.max(...attempts)).toBe(1);
  }
  return records.length;
}

describe('32 runs at once, killed at random, at a stand-in that loses answers and gives old ones', () => {
  test(
    'have each effect once, and bring each version to each stage',
    () =>
      inWorld(
        { configuration, gateway: false, files: { '.github/workflows/deploy.yml': workflow } },
        async (world) => {
          const story = new Story(world);
          const initial = git(world.clone, 'rev-parse', 'HEAD');
          await story.push({ 'envs/production.yaml': production(initial) });
          const begun = performance.now();
          await story.round(1);
          for (let round = 0; round < wildRounds; round += 1) {
            if (round < pushed) await story.push({ 'app.txt': `version ${round}` });
            await story.wildRound();
          }
          await story.push({ 'app.txt': 'in quiet' });
          await story.rest();
          const seconds = ((performance.now() - begun) / 1000).toFixed(0);
          const transitions = expectLedger(story);
          const { runs, rounds, killed, versions, failures } = story;
          console.info(
            `seed ${seed}: ${runs} processes in ${rounds} rounds, ${killed} killed, ${failures.length} failed, ` +
              `${transitions} transitions, ${3 * versions.length} effects, ${seconds} s`,
          );
          await expectEffectsOnce(story);
          await expectShownOnce(story);
          for (const failure of failures)
            expect(failure).toMatch(
              /^it is not known whether|^GitHub (could not be reached|failed)/,
            );
        },
      ),
    600_000,
  );
});
