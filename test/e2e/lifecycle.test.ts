import { afterAll, describe, expect, test } from '@jest/globals';
import { defaultConfiguration } from '../world/app.ts';
import { machineOf } from '../world/observe.ts';
import { Traffic } from '../world/traffic.ts';
import { headOf, numberOf, type Trigger, type World } from '../world/world.ts';

const traffic = new Traffic();
const { inWorld } = traffic;

afterAll(() => {
  const { exchanges, problems } = traffic.judge();
  expect(problems).toEqual([]);
  expect(exchanges).toBeGreaterThan(20);
});

const nothing = { previews: [], processes: [], worktrees: 0 };

async function deployed(world: World, trigger: Trigger, state = 'created') {
  const result = await world.step(trigger);
  expect(result).toMatchObject({ exit: 0, outputs: { action: 'deploy-preview', state } });
  return result;
}

/** The one comment of a pull request. */
async function commentOf(world: World, number: number): Promise<string> {
  const { comments } = await world.observe();
  expect(comments[number]).toHaveLength(1);
  return comments[number]?.[0] ?? '';
}

describe('a pull request from the repository itself', () => {
  test('gets a preview that answers with exactly its commit, a comment, a deployment and a summary', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await deployed(world, opened);
      const head = headOf(opened);
      const { host } = new URL(result.outputs.url ?? '');
      expect(host).toMatch(/^[0-9a-f]{8}\.localhost:\d+$/);
      expect(await world.gateway?.visit(host)).toEqual({ status: 200, body: `app ${head}` });
      const seen = await world.observe();
      expect(seen.comments['1']?.[0]).toContain('Preview is ready');
      expect(seen.deployments).toHaveLength(1);
      expect(seen.deployments[0]).toContain(`${head} success http://`);
      expect(seen.processes).toEqual([head]);
      expect(result.summary).toContain(head.slice(0, 7));
      expect(JSON.parse(result.outputs.changes ?? '')).toMatchObject([{ action: 'add' }]);
      expect(world.requests().length).toBeLessThanOrEqual(12);
    }));

  test('is renewed by a push, within the budget of requests, in the same comment', () =>
    inWorld({}, async (world) => {
      await deployed(world, await world.pullRequest('feature/lamp'));
      const pushed = await world.update('feature/lamp', { greeting: 'brighter' });
      world.tap.reset();
      await deployed(world, pushed, 'updated');
      expect(world.requests().length).toBeLessThanOrEqual(12);
      const seen = await world.observe();
      const head = headOf(pushed);
      expect(seen.previews).toMatchObject([
        { commit: head, services: { app: `ready 200 app ${head}` } },
      ]);
      expect(seen.processes).toEqual([head]);
      expect(seen.comments['1']).toHaveLength(1);
      expect(seen.deployments.map((line) => line.split(' ')[3]).sort()).toEqual([
        'inactive',
        'success',
      ]);
    }));

  test('is left as it is by a second run for the same commit', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      await deployed(world, opened);
      const before = await world.observe();
      await deployed(world, opened, 'unchanged');
      expect(await world.observe()).toEqual(before);
    }));

  test('keeps its old commit serving when the new one fails, and says why with the log', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      await deployed(world, opened);
      const result = await world.step(
        await world.update('feature/lamp', { broken: 'no oil left' }),
      );
      expect(result).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      const [error] = result.annotations.filter(({ level }) => level === 'error');
      expect(error?.message).toContain('no oil left');
      expect(result.summary).toContain('no oil left');
      const seen = await world.observe();
      expect(seen.processes).toEqual([headOf(opened)]);
      expect(seen.previews[0]?.services.app).toBe(`ready 200 app ${headOf(opened)}`);
      const comment = await commentOf(world, 1);
      expect(comment).toContain('Preview failed');
      expect(comment).toContain('no oil left');
      expect(comment).toContain('the previous commit keeps serving');
      await deployed(world, await world.update('feature/lamp', { greeting: 'oiled' }), 'updated');
      expect(await commentOf(world, 1)).toContain('Preview is ready');
    }));

  test('stands beside another one, each at its own address', () =>
    inWorld({}, async (world) => {
      const one = await world.pullRequest('feature/lamp');
      const two = await world.pullRequest('feature/wick');
      await deployed(world, one);
      await deployed(world, two);
      const { previews } = await world.observe();
      expect(previews.map(({ services }) => services.app)).toEqual(
        [one, two].map((trigger) => `ready 200 app ${headOf(trigger)}`),
      );
      await world.step(await world.closePull(numberOf(one)));
      const left = await world.observe();
      expect(left.processes).toEqual([headOf(two)]);
    }));

  test('leaves nothing when it is closed, and comes back when reopened', () =>
    inWorld({}, async (world) => {
      const before = machineOf(await world.observe());
      const opened = await world.pullRequest('feature/lamp');
      const { outputs } = await deployed(world, opened);
      const result = await world.step(await world.closePull(1));
      expect(result).toMatchObject({
        exit: 0,
        outputs: { action: 'teardown-preview', leftovers: '[]' },
      });
      expect(JSON.parse(result.outputs.removed ?? '')).toMatchObject([{ pullRequest: 1 }]);
      const { host } = new URL(outputs.url ?? '');
      const gone = await world.gateway?.visit(host);
      expect(gone).toMatchObject({ status: 404, body: expect.stringContaining('No preview here') });
      const seen = await world.observe();
      expect(machineOf(seen)).toMatchObject(nothing);
      expect(withoutMirror(seen.files)).toEqual(withoutMirror(before.files));
      expect(seen.deployments[0]).toContain('inactive');
      expect(await commentOf(world, 1)).toContain('Preview is removed');
      await deployed(world, await world.reopenPull(1));
      expect(await commentOf(world, 1)).toContain('Preview is ready');
    }));

  test('loses its preview with the label no-preview and gets it back without', () =>
    inWorld({}, async (world) => {
      await deployed(world, await world.pullRequest('feature/lamp'));
      const refused = await world.step(await world.label(1, 'no-preview'));
      expect(refused.outputs).toMatchObject({ action: 'teardown-preview' });
      expect(refused.outputs.reason).toMatch(/^label: /);
      expect(machineOf(await world.observe())).toMatchObject(nothing);
      await deployed(world, await world.unlabel(1, 'no-preview'));
    }));

  test('gets none as a draft where drafts get none, until it is ready for review', () => {
    const configuration = `${defaultConfiguration}  eligible: { drafts: false }\n`;
    return inWorld({ configuration }, async (world) => {
      await world.push('feature/lamp', { greeting: 'draft' });
      const result = await world.step(await world.openPull('feature/lamp', { draft: true }));
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'skipped' } });
      expect(result.outputs.reason).toMatch(/^draft: /);
      await world.must('PATCH', `/repos/${world.repository}/pulls/1`, { draft: false });
      await deployed(world, world.last('pull_request', 'ready_for_review'));
    });
  });

  test('gets none when nothing below the configured paths is touched', () => {
    const configuration = `${defaultConfiguration}  eligible: { paths: ["web/**"] }\n`;
    return inWorld({ configuration }, async (world) => {
      const result = await world.step(await world.pullRequest('feature/lamp'));
      expect(result.outputs).toMatchObject({ state: 'skipped' });
      expect(result.outputs.reason).toMatch(/^paths: /);
      await deployed(world, await world.update('feature/lamp', { 'web/page.html': 'page\n' }));
    });
  });

  test('waits, and says for what, when as many previews live as are allowed', () => {
    const configuration = `${defaultConfiguration}  eligible: { max: 1 }\n`;
    return inWorld({ configuration }, async (world) => {
      await deployed(world, await world.pullRequest('feature/lamp'));
      const second = await world.pullRequest('feature/wick');
      const waiting = await world.step(second);
      expect(waiting).toMatchObject({ exit: 0, outputs: { state: 'skipped' } });
      expect(waiting.outputs.reason).toMatch(/^max: /);
      expect(await commentOf(world, 2)).toContain('Preview is waiting');
      expect(waiting.summary).toContain('max');
      await world.step(await world.closePull(1));
      await deployed(world, second);
    });
  });

  test('is superseded when its head moved on before the run began', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const pushed = await world.update('feature/lamp', { greeting: 'later' });
      const late = await world.step(opened);
      expect(late).toMatchObject({ exit: 0, outputs: { state: 'superseded' } });
      expect(machineOf(await world.observe())).toMatchObject(nothing);
      await deployed(world, pushed);
    }));

  test('leaves nothing behind when it is closed while it deploys', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp', { slow: 600 });
      const running = world.start(opened);
      await untilDeploying(world);
      const closed = await world.closePull(1);
      const result = await running.finished;
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'superseded' } });
      expect(result.outputs.reason).toMatch(/^closed: /);
      expect(machineOf(await world.observe())).toMatchObject(nothing);
      await world.step(closed);
      expect(await commentOf(world, 1)).toContain('Preview is removed');
    }));

  test('changes nothing in a dry run, and shows what would be sent', () =>
    inWorld({}, async (world) => {
      const before = await world.observe();
      const opened = await world.pullRequest('feature/lamp');
      const result = await world.step(opened, { inputs: { 'dry-run': 'true' } });
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'planned' } });
      const { readFileSync } = await import('node:fs');
      const rendered = JSON.parse(readFileSync(result.outputs.rendered ?? '', 'utf8'));
      expect(rendered).toMatchObject({ commit: headOf(opened), services: [{ name: 'app' }] });
      expect(await world.observe()).toEqual(before);
      expect(world.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    }));

  test('runs each of two services at an address of its own', () => {
    const configuration = `preview:
  local: { run: exec node server.js }
  services:
    web: { local: { run: exec node server.js, env: { SERVICE: web } } }
    api: { local: { run: exec node server.js, env: { SERVICE: api } } }
`;
    return inWorld({ configuration }, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await deployed(world, opened);
      const urls = JSON.parse(result.outputs.urls ?? '') as Record<string, string>;
      for (const name of ['web', 'api']) {
        const { host } = new URL(urls[name] ?? '');
        const body = `${name} ${headOf(opened)}`;
        expect(await world.gateway?.visit(host)).toEqual({ status: 200, body });
      }
      const comment = await commentOf(world, 1);
      expect(comment).toContain('| `web` |');
      expect(comment).toContain('| `api` |');
      await world.step(await world.closePull(1));
      expect(machineOf(await world.observe())).toMatchObject(nothing);
    });
  });

  test('starts the gateway itself where none runs, and leaves it running', () =>
    inWorld({ gateway: false }, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await deployed(world, opened);
      const { visit } = await import('../world/gateway.ts');
      const { host, port } = new URL(result.outputs.url ?? '');
      expect(await visit(Number(port), host)).toMatchObject({ body: `app ${headOf(opened)}` });
      await world.step(await world.closePull(1));
      expect(await visit(Number(port), host)).toMatchObject({ status: 404 });
    }));
});

async function untilDeploying(world: World): Promise<void> {
  for (let round = 0; round < 500; round += 1) {
    const listed = (await world.gateway?.previews()) ?? [];
    if (listed.some(({ deploying }) => deploying)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('no deploy began');
}

/** The mirror of the repository stays, for the next fetch. */
function withoutMirror(files: readonly string[]): readonly string[] {
  return files.filter((file) => !file.startsWith('repositories/'));
}
