import { describe, expect, test } from '@jest/globals';
import { git } from '../world/git.ts';
import { PipelineStory } from '../world/promotion-story.ts';
import { inWorld, repository } from '../world/world.ts';

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
