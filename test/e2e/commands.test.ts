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
const labelled = `${defaultConfiguration}  eligible: { labels: { any: [preview] } }\n`;

/** Somebody who may push says something at pull request 1. */
async function say(world: World, body: string, by = 'ada') {
  return world.step(await world.comment(1, body, by));
}

async function withAda(world: World) {
  await world.collaborator('ada', 'write');
  return world.pullRequest('feature/lamp');
}

async function reactions(world: World): Promise<readonly string[]> {
  const sent = world.requests().filter(({ path }) => path.endsWith('/reactions'));
  return sent.map(({ body }) => JSON.parse(body.toString()).content);
}

describe('comments with commands', () => {
  test('/preview deploys whatever labels say, and later pushes follow', () =>
    inWorld({ configuration: labelled }, async (world) => {
      const opened = await withAda(world);
      const skipped = await world.step(opened);
      expect(skipped.outputs.reason).toMatch(/^label: /);
      const result = await say(world, 'Show me.\n\n/preview\n');
      expect(result).toMatchObject({
        exit: 0,
        outputs: { action: 'deploy-preview', state: 'created' },
      });
      expect(await reactions(world)).toEqual(['eyes']);
      const pushed = await world.update('feature/lamp', { greeting: 'again' });
      expect((await world.step(pushed)).outputs.state).toBe('updated');
      expect((await world.observe()).processes).toEqual([headOf(pushed)]);
    }));

  test('/preview down removes it, and the next push brings it back', () =>
    inWorld({}, async (world) => {
      await world.step(await withAda(world));
      const result = await say(world, '/preview down');
      expect(result.outputs).toMatchObject({ action: 'teardown-preview', leftovers: '[]' });
      expect(result.outputs.reason).toMatch(/^requested: /);
      expect(machineOf(await world.observe())).toMatchObject(nothing);
      const pushed = await world.update('feature/lamp', { greeting: 'again' });
      expect((await world.step(pushed)).outputs.state).toBe('created');
    }));

  test('/preview keep 3d moves the expiry that the next sweep looks at', () =>
    inWorld({ configuration: `${defaultConfiguration}  expire-after: 1d\n` }, async (world) => {
      await world.step(await withAda(world));
      const result = await say(world, '/preview keep 3d');
      expect(result).toMatchObject({ exit: 0, outputs: { action: 'none' } });
      expect(result.outputs.reason).toMatch(/^keep: /);
      const sweepAt = async (days: number) => {
        const now = new Date(Date.now() + days * 86_400_000).toISOString();
        return world.step(await world.schedule(), { env: { UNDERSTUDY_NOW: now } });
      };
      expect((await sweepAt(2)).outputs.removed).toBe('[]');
      const late = await sweepAt(4);
      expect(JSON.parse(late.outputs.removed ?? '')).toMatchObject([
        { pullRequest: 1, reason: expect.stringMatching(/^expired: /) },
      ]);
    }));

  test('/preview help and what is not known are answered in one comment', () =>
    inWorld({}, async (world) => {
      await withAda(world);
      await say(world, '/preview help');
      const unknown = await say(world, '/preview upwards');
      expect(unknown).toMatchObject({ exit: 0, outputs: { action: 'none' } });
      expect(unknown.outputs.reason).toContain('/preview upwards');
      const { comments } = await world.observe();
      const answers = comments['1']?.filter((body) => body.startsWith('<!--')) ?? [];
      expect(answers).toHaveLength(1);
      expect(answers[0]).toContain('/preview keep 3d');
      expect(answers[0]).toContain('upwards');
      expect(await reactions(world)).toEqual(['eyes', 'confused']);
    }));

  test('do nothing for someone without write access, whatever the comment says of them', () =>
    inWorld({ configuration: labelled }, async (world) => {
      await withAda(world);
      await world.collaborator('eve', 'triage');
      for (const command of ['/preview', '/preview down', '/preview keep 3d']) {
        const result = await say(world, command, 'eve');
        expect(result).toMatchObject({ exit: 0, outputs: { action: 'none' } });
        expect(result.outputs.reason).toMatch(/^permission: eve /);
      }
      expect(machineOf(await world.observe())).toMatchObject(nothing);
      expect(await reactions(world)).toEqual(['confused', 'confused', 'confused']);
    }));

  test('do nothing for a bot, without a request', () =>
    inWorld({}, async (world) => {
      await withAda(world);
      const result = await say(world, '/preview', 'helper[bot]');
      expect(result.outputs.reason).toMatch(/^author: /);
      expect(world.requests()).toEqual([]);
    }));

  test('are none when quoted, indented, in code or in the middle of a line', () =>
    inWorld({}, async (world) => {
      await withAda(world);
      const quoted = [
        '> /preview',
        '    /preview',
        '```\n/preview\n```',
        'try /preview',
        '`/preview`',
      ];
      for (const body of quoted) {
        const result = await say(world, body);
        expect(result.outputs.reason).toMatch(/^command: /);
      }
      expect(world.requests()).toEqual([]);
    }));

  test('mean nothing on an issue', () =>
    inWorld({}, async (world) => {
      await world.collaborator('ada', 'write');
      await world.must('POST', `/repos/${world.repository}/issues`, { title: 'An issue' });
      const result = await say(world, '/preview');
      expect(result.outputs).toMatchObject({ action: 'none' });
      expect(world.requests()).toEqual([]);
    }));
});
