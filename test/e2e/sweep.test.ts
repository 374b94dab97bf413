import { afterAll, describe, expect, test } from '@jest/globals';
import { defaultConfiguration } from '../world/app.ts';
import { machineOf } from '../world/observe.ts';
import { Traffic } from '../world/traffic.ts';
import { headOf, type World } from '../world/world.ts';

const traffic = new Traffic();
const { inWorld } = traffic;

afterAll(() => {
  const { exchanges, problems } = traffic.judge();
  expect(problems).toEqual([]);
  expect(exchanges).toBeGreaterThan(20);
});

const nothing = { previews: [], processes: [], worktrees: 0 };

/** Too long to wait for. */
const refused = { action: 'secondary-limit', milliseconds: 600_000, times: 9 };

async function sweep(world: World, inputs: Record<string, string> = {}, days = 0) {
  const env = days
    ? { UNDERSTUDY_NOW: new Date(Date.now() + days * 86_400_000).toISOString() }
    : undefined;
  return world.step(await world.schedule(), { inputs, ...(env && { env }) });
}

/** Deploys a pull request for each branch. */
async function previews(world: World, ...branches: string[]) {
  for (const branch of branches) {
    const result = await world.step(await world.pullRequest(branch));
    expect(result.outputs.state).toBe('created');
  }
}

describe('the sweep', () => {
  test('removes the preview of a pull request whose close was missed, and keeps the others', () =>
    inWorld({}, async (world) => {
      await previews(world, 'one', 'two');
      await world.closePull(1);
      const result = await sweep(world);
      expect(result).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      expect(JSON.parse(result.outputs.removed ?? '')).toMatchObject([
        { pullRequest: 1, reason: expect.stringMatching(/^closed: /) },
      ]);
      expect(JSON.parse(result.outputs.kept ?? '')).toMatchObject([{ pullRequest: 2 }]);
      const seen = await world.observe();
      expect(seen.previews.map(({ pullRequest }) => pullRequest)).toEqual([2]);
      expect(seen.comments['1']?.[0]).toContain('Preview is removed');
      expect(seen.comments['2']?.[0]).toContain('Preview is ready');
    }));

  test('removes nothing when more than max-removals would go', () =>
    inWorld({}, async (world) => {
      await previews(world, 'one', 'two');
      await world.closePull(1);
      await world.closePull(2);
      const before = await world.observe();
      const result = await sweep(world, { 'max-removals': '1' });
      expect(result).toMatchObject({ exit: 1, outputs: { removed: '[]' } });
      expect(result.outputs.reason).toMatch(/^max-removals: 2 /);
      expect(await world.observe()).toEqual(before);
      expect((await sweep(world, { 'max-removals': '2' })).exit).toBe(0);
      expect(machineOf(await world.observe())).toMatchObject(nothing);
    }));

  test('removes what expired, but not what the label keep-preview keeps', () =>
    inWorld({ configuration: `${defaultConfiguration}  expire-after: 2d\n` }, async (world) => {
      await previews(world, 'one', 'two');
      await world.label(2, 'keep-preview');
      expect((await sweep(world, {}, 1)).outputs.removed).toBe('[]');
      const result = await sweep(world, {}, 3);
      expect(JSON.parse(result.outputs.removed ?? '')).toMatchObject([
        { pullRequest: 1, reason: expect.stringMatching(/^expired: /) },
      ]);
      expect(JSON.parse(result.outputs.kept ?? '')).toMatchObject([
        { pullRequest: 2, reason: expect.stringMatching(/^keep: /) },
      ]);
      expect(result.annotations).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining('UNDERSTUDY_NOW') }),
      );
    }));

  test('lets a push extend the life of a preview', () =>
    inWorld({ configuration: `${defaultConfiguration}  expire-after: 2d\n` }, async (world) => {
      await previews(world, 'one');
      const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
      const pushed = await world.update('one', { greeting: 'more' });
      await world.step(pushed, { env: { UNDERSTUDY_NOW: tomorrow } });
      expect((await sweep(world, {}, 2.5)).outputs.removed).toBe('[]');
      expect((await world.observe()).processes).toEqual([headOf(pushed)]);
    }));

  test('shows in a dry run what it would remove, and removes nothing', () =>
    inWorld({}, async (world) => {
      await previews(world, 'one');
      await world.closePull(1);
      const before = await world.observe();
      const result = await sweep(world, { 'dry-run': 'true' });
      expect(result).toMatchObject({ exit: 0 });
      expect(result.outputs.reason).toMatch(/^dry-run: 1 /);
      expect(await world.observe()).toEqual(before);
    }));

  test('touches nothing when the list of pull requests cannot be read to its end', () =>
    inWorld({}, async (world) => {
      await previews(world, 'one');
      await world.closePull(1);
      const before = await world.observe();
      const match = { method: 'GET', path: `/repos/${world.repository}/pulls` };
      await world.must('POST', '/_lab/faults', { match, ...refused });
      const result = await sweep(world);
      expect(result.exit).toBe(1);
      expect(await world.observe()).toEqual(before);
    }));

  test('leaves a preview alone whose pull request the list misses but GitHub knows to be open', () =>
    inWorld({}, async (world) => {
      await previews(world, 'one');
      const match = { method: 'GET', path: `/repos/${world.repository}/pulls` };
      await world.must('POST', '/_lab/faults', { match, action: 'stale-read', times: 1 });
      const result = await sweep(world);
      expect(result.outputs.removed).toBe('[]');
      expect((await world.observe()).previews).toHaveLength(1);
    }));

  test('spends no request on GitHub where there is no preview, but for the configuration', () =>
    inWorld({}, async (world) => {
      const result = await sweep(world);
      expect(result).toMatchObject({ exit: 0, outputs: { removed: '[]', kept: '[]' } });
      expect(world.requests().length).toBeLessThanOrEqual(1);
    }));
});
