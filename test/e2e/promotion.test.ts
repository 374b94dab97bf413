import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { git } from '../world/git.ts';
import { inWorld, repository, type StepSettings, type World } from '../world/world.ts';

/** What docs/promotions.md gives a job that moves a pipeline with all these ways. */
const permissions = {
  contents: 'write',
  pull_requests: 'write',
  deployments: 'write',
  checks: 'read',
  statuses: 'read',
} as const;

const configuration = `
pipelines:
  shop:
    versions: { branch: main, checks: [build] }
    stages:
      - name: staging
        via: outputs
        timeout: 1h
      - name: production
        after: [staging]
        observe: { file: { file: envs/production.yaml, path: image.tag } }
        gates:
          soak: 24h
          windows: { allow: ["Mon-Thu 09:00-16:00"], deny: ["2026-12-20/2027-01-05"], timezone: Europe/Berlin }
          approval: { by: [maintain], count: 1 }
        via:
          pull-request:
            edits: [{ file: envs/production.yaml, path: image.tag, value: "{version}" }]
`;

/** Every byte but that of the tag stays. */
const production = (tag: string) =>
  `# What production runs\nimage:\n  tag: "${tag}" # moved by promotions\nreplicas: 3\n`;

/** A pipeline at a stand-in whose clock, and that of every run, is moved by hand. */
class PipelineStory {
  readonly world: World;
  #now = '';

  constructor(world: World) {
    this.world = world;
  }

  async at(moment: string): Promise<void> {
    this.#now = moment;
    await this.world.must('POST', '/_lab/clock', { now: moment });
  }

  /** One run of promote-environment, started by a schedule or by a person. */
  async run(inputs: Record<string, string> = {}, by?: string) {
    const { world } = this;
    const { event, payload } = await world.schedule();
    const trigger = by
      ? { event: 'workflow_dispatch', payload: { ...payload, sender: { login: by } } }
      : { event, payload };
    const settings: StepSettings = {
      action: 'promote-environment',
      inputs,
      token: world.tokenFor(trigger, permissions),
      env: { UNDERSTUDY_NOW: this.#now },
    };
    return world.step(trigger, settings);
  }

  /** Decides; answers decision and reason for each stage, and the outputs. */
  async advance(inputs: Record<string, string> = {}) {
    const { exit, outputs, annotations, summary } = await this.run(inputs);
    expect({ exit, errors: annotations.filter(({ level }) => level === 'error') }).toEqual({
      exit: 0,
      errors: [],
    });
    const decided = JSON.parse(outputs.promotions ?? '[]') as Record<string, string>[];
    const stages = decided.map(({ stage, decision, reason = '' }) => [
      stage,
      decision,
      reason.split(':')[0],
    ]);
    return { outputs, stages, summary };
  }

  /** Someone with an account commits to main. */
  async push(file: string, text: string): Promise<string> {
    const { clone, github } = this.world;
    git(clone, 'pull', '--quiet', 'origin', 'main');
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    writeFileSync(join(clone, file), text);
    git(clone, 'add', '--all');
    const author = 'Grace <7+grace@users.noreply.github.com>';
    git(clone, 'commit', '--quiet', `--author=${author}`, '--message', `Change ${file}`);
    git(clone, 'push', '--quiet', 'origin', 'main');
    await github.takeInPushes();
    return git(clone, 'rev-parse', 'HEAD');
  }

  pass(commit: string) {
    return this.world.must('POST', `/repos/${repository}/statuses/${commit}`, {
      state: 'success',
      context: 'build',
    });
  }

  async pulls(state = 'open') {
    const { body } = await this.world.must('GET', `/repos/${repository}/pulls?state=${state}`);
    return body as { number: number; title: string; html_url: string; head: { ref: string } }[];
  }

  /** Commits that were deployed to an environment and how that stands, oldest first. */
  async deployments(environment: string) {
    const path = `/repos/${repository}/deployments`;
    const { body } = await this.world.must('GET', `${path}?environment=${environment}`);
    const found = (body as { id: number; sha: string }[]).reverse();
    return Promise.all(
      found.map(async ({ id, sha }) => {
        const { body: states } = await this.world.must('GET', `${path}/${id}/statuses`);
        return [sha, (states as { state: string }[])[0]?.state];
      }),
    );
  }

  file(ref = 'main') {
    return git(
      this.world.github.repositories[repository] ?? '',
      'show',
      `${ref}:envs/production.yaml`,
    );
  }
}

function play(story: (pipeline: PipelineStory, initial: string) => Promise<void>) {
  return inWorld({ configuration, gateway: false }, async (world) => {
    await world.collaborator('ada', 'maintain');
    await world.collaborator('grace', 'write');
    const pipeline = new PipelineStory(world);
    const initial = git(world.clone, 'rev-parse', 'HEAD');
    await pipeline.push('envs/production.yaml', production(initial));
    await story(pipeline, initial);
  });
}

describe('a version on its way to production', () => {
  test('goes through soak, window, approval and pull request, each once, and back again', () =>
    play(async (pipeline, initial) => {
      const { world } = pipeline;
      await pipeline.at('2026-11-23T08:00:00Z');
      const one = await pipeline.push('app.txt', 'one');
      expect((await pipeline.advance()).stages).toContainEqual(['staging', 'wait', 'checks']);

      await pipeline.pass(one);
      const first = await pipeline.advance();
      expect(first.outputs).toMatchObject({ decision: 'promote', stage: 'staging', version: one });
      const [job] = JSON.parse(first.outputs.matrix ?? '[]') as { key: string; commit: string }[];
      expect(job?.commit).toBe(one);
      expect((await pipeline.advance()).outputs).toMatchObject({ decision: 'wait', matrix: '[]' });
      const report = { mode: 'report', promotion: job?.key ?? '', result: 'success' };
      expect((await pipeline.run(report)).exit).toBe(0);
      expect((await pipeline.run(report)).exit).toBe(0);

      await pipeline.at('2026-11-23T09:00:00Z');
      const soaking = await pipeline.advance();
      expect(soaking.stages).toEqual([
        ['staging', 'none', expect.anything()],
        ['production', 'wait', 'soak'],
      ]);
      expect(Date.parse(soaking.outputs['wake-at'] ?? '')).toBeGreaterThan(
        Date.parse('2026-11-24T07:59:00Z'),
      );

      await pipeline.at('2026-11-24T20:00:00Z');
      const closed = await pipeline.advance();
      expect(closed.stages[1]).toEqual(['production', expect.anything(), expect.anything()]);
      const shut = JSON.parse(closed.outputs.gates ?? '[]') as { gate: string; state: string }[];
      expect(shut.filter(({ state }) => state === 'waiting').map(({ gate }) => gate)).toEqual(
        expect.arrayContaining(['window', 'approval']),
      );

      await pipeline.at('2026-11-25T09:00:00Z');
      const unapproved = await pipeline.advance();
      expect(unapproved.stages[1]?.[2]).toBe('approval');
      const words = { mode: 'approve', stage: 'production', version: one.slice(0, 7) };
      const refused = await pipeline.run(words, 'grace');
      expect((await pipeline.advance()).stages[1]?.[2]).toBe('approval');
      const twice = await Promise.all([1, 2].map(() => pipeline.run(words, 'ada')));
      expect([refused, ...twice].map(({ exit }) => exit)).toEqual([1, 0, 0]);
      expect(twice.map(({ outputs }) => outputs.decision).sort()).toEqual(['promote', 'wait']);
      const [pull, ...others] = await pipeline.pulls();
      expect(others).toEqual([]);
      expect(await pipeline.file(pull?.head.ref ?? '')).toBe(production(one).trim());
      const waiting = await pipeline.advance();
      expect(waiting.outputs['pull-request-url']).toBe(pull?.html_url);

      await world.must('PUT', `/repos/${repository}/pulls/${pull?.number}/merge`, {}, 'ada');
      const merged = git(world.github.repositories[repository] ?? '', 'rev-parse', 'main');
      await pipeline.pass(merged);
      const arrived = await pipeline.advance();
      expect(arrived.stages).toEqual([
        ['staging', 'none', expect.anything()],
        ['production', 'none', expect.anything()],
      ]);
      expect((await pipeline.advance()).stages).toEqual(arrived.stages);
      expect(await pipeline.pulls()).toEqual([]);
      expect(await pipeline.deployments('production')).toEqual([[one, 'success']]);

      const back = { mode: 'rollback', stage: 'production', why: 'orders fail' };
      expect((await pipeline.run(back, 'grace')).outputs.decision).toBe('promote');
      const [undo] = await pipeline.pulls();
      await world.must('PUT', `/repos/${repository}/pulls/${undo?.number}/merge`, {}, 'ada');
      expect(await pipeline.file()).toBe(production(initial).trim());
      expect((await pipeline.advance()).stages[1]).toEqual(['production', 'none', 'once']);
      expect((await pipeline.run(back, 'grace')).exit).toBe(0);
      expect(await pipeline.pulls()).toEqual([]);

      const two = await pipeline.push('app.txt', 'two');
      await pipeline.pass(two);
      const { outputs } = await pipeline.advance();
      const [next] = JSON.parse(outputs.matrix ?? '[]') as { key: string }[];
      await pipeline.run({ mode: 'report', promotion: next?.key ?? '', result: 'success' });
      await pipeline.at('2026-11-30T12:00:00Z');
      expect((await pipeline.advance()).stages[1]).toEqual(['production', 'blocked', 'pin']);
      await pipeline.run({ mode: 'release', stage: 'production', why: 'mended' }, 'ada');
      const last = { mode: 'approve', stage: 'production', version: two };
      expect((await pipeline.run(last, 'ada')).outputs.decision).toBe('promote');
      expect((await pipeline.pulls()).map(({ title }) => title)).toEqual([
        `Promote production to ${two.slice(0, 7)}`,
      ]);
    }));
});
