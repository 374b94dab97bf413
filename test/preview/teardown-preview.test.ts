import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { deployPreview } from '../../src/preview/deploy-preview.ts';
import { type TeardownRequest, teardownPreview } from '../../src/preview/teardown-preview.ts';
import { observedPreview } from '../builders/preview.ts';
import { pullRequest } from '../builders/pull-request.ts';
import { deployRequest, teardownRequest } from '../builders/requests.ts';
import { inMemoryPullRequests } from '../fakes/in-memory-pull-requests.ts';
import { inMemoryTarget } from '../fakes/in-memory-target.ts';
import { killer } from '../fakes/killer.ts';
import { portsOf, type World, world } from '../fakes/world.ts';

async function closed(): Promise<World> {
  const made = world();
  await deployPreview(deployRequest(), portsOf(made));
  made.pullRequests.close(7);
  return made;
}

function teardown(made: World, request: Partial<TeardownRequest> = {}) {
  return teardownPreview(teardownRequest(request), portsOf(made));
}

describe('a teardown', () => {
  test('removes the preview of a closed pull request and says so', async () => {
    const made = await closed();
    const outcome = await teardown(made);
    expect(outcome).toEqual({
      reason: 'closed: the pull request is closed',
      removed: [
        { previewId: '1d0fd508', pullRequest: 7, reason: 'closed: the pull request is closed' },
      ],
      kept: [],
      leftovers: [],
      warnings: [],
    });
    expect(made.target.previews.size).toBe(0);
    expect(made.comments.bodyOf(7)).toContain('Preview is removed');
    expect(made.deployments.states()).toEqual(['aaaaaaa inactive']);
  });

  test('that need not wait says what is still being removed, and claims no absence', async () => {
    const made = await closed();
    made.target.behaviour.slow = true;
    const outcome = await teardown(made, { wait: false });
    expect(outcome).toMatchObject({
      reason: 'closed: the pull request is closed; it is still being removed',
      removed: [],
      leftovers: [{ type: 'process', id: '1d0fd508', removing: true }],
    });
    expect(made.comments.bodyOf(7)).toContain('Preview is being removed');
    expect((await teardown(made)).removed).toHaveLength(1);
    expect(made.comments.bodyOf(7)).toContain('Preview is removed');
  });

  test('that need not wait says that it is gone where that is proved', async () => {
    const made = await closed();
    const outcome = await teardown(made, { wait: false });
    expect(outcome).toMatchObject({ removed: [{ pullRequest: 7 }], leftovers: [] });
    expect(made.comments.bodyOf(7)).toContain('Preview is removed');
  });

  test('of what is not there succeeds', async () => {
    const made = world({ pullRequests: inMemoryPullRequests(pullRequest({ state: 'closed' })) });
    const outcome = await teardown(made);
    expect(outcome).toMatchObject({ removed: [], leftovers: [] });
    expect(outcome.reason).toMatch(/^none: /);
    expect(made.comments.kept).toEqual([]);
  });

  test('corrects a comment that a killed run left behind', async () => {
    const made = await closed();
    made.target.previews.clear();
    await teardown(made);
    expect(made.comments.bodyOf(7)).toContain('Preview is removed');
    expect(made.deployments.states()).toEqual(['aaaaaaa inactive']);
  });

  test('spares a pull request that is open again', async () => {
    const made = world();
    await deployPreview(deployRequest(), portsOf(made));
    const outcome = await teardown(made);
    expect(outcome.removed).toEqual([]);
    expect(outcome.kept).toMatchObject([{ previewId: '1d0fd508', pullRequest: 7 }]);
    expect(outcome.reason).toMatch(/^open: /);
    expect(made.comments.bodyOf(7)).toContain('Preview is ready');
    expect(made.deployments.states()).toEqual(['aaaaaaa success']);
  });

  test('removes the preview of an open one when someone means it', async () => {
    const made = world();
    await deployPreview(deployRequest(), portsOf(made));
    const outcome = await teardown(made, { force: true, reason: 'requested: /preview down' });
    expect(outcome.removed).toHaveLength(1);
    expect(made.comments.bodyOf(7)).toContain('requested');
  });

  test('needs the identifier alone', async () => {
    const made = await closed();
    const outcome = await teardown(made, { pullRequest: undefined, previewId: '1d0fd508' });
    expect(outcome.removed).toMatchObject([{ previewId: '1d0fd508', pullRequest: 7 }]);
    expect(made.comments.bodyOf(7)).toContain('Preview is removed');
  });

  test('by an identifier spares a pull request that is open', async () => {
    const made = world();
    await deployPreview(deployRequest(), portsOf(made));
    const outcome = await teardown(made, { pullRequest: undefined, previewId: '1d0fd508' });
    expect(outcome.kept).toHaveLength(1);
    expect(made.target.previews.size).toBe(1);
  });

  test('touches nobody else’s preview', async () => {
    const foreign = observedPreview({ repository: 'acme/other' });
    const neighbour = observedPreview({ previewId: '22222222', pullRequest: 8 });
    const made = world({
      pullRequests: inMemoryPullRequests(pullRequest({ state: 'closed' })),
      target: inMemoryTarget([foreign, neighbour, observedPreview()]),
    });
    await teardown(made);
    expect([...made.target.previews.values()]).toEqual([foreign, neighbour]);
  });

  test('says what is left over, and claims no removal of it', async () => {
    const made = await closed();
    made.target.behaviour.stuck = new Set(['1d0fd508']);
    const outcome = await teardown(made);
    expect(outcome).toMatchObject({
      removed: [],
      leftovers: [{ type: 'process', id: '1d0fd508', reason: 'it does not end' }],
    });
    expect(outcome.reason).toMatch(/^leftovers: /);
    expect(made.comments.bodyOf(7)).toContain('it does not end');
  });

  test('whose outcome is unknown counts as left over', async () => {
    const made = await closed();
    const ports = portsOf(made);
    const destroy = async () => {
      throw new Error('socket hang up');
    };
    const outcome = await teardownPreview(teardownRequest(), {
      ...ports,
      target: { ...ports.target, destroy },
    });
    expect(outcome.leftovers).toEqual([
      { type: 'preview', id: '1d0fd508', reason: 'socket hang up' },
    ]);
    expect(made.comments.bodyOf(7)).toContain('socket hang up');
  });

  test('that a user can mend says how', async () => {
    const made = await closed();
    const ports = portsOf(made);
    const destroy = async () => {
      throw new UserError('AWS denies it', 'Add the statement.');
    };
    const target = { ...ports.target, destroy };
    const { leftovers } = await teardownPreview(teardownRequest(), { ...ports, target });
    expect(leftovers).toMatchObject([{ reason: 'AWS denies it', hint: 'Add the statement.' }]);
  });

  test('of a dry run changes nothing', async () => {
    const made = await closed();
    const before = [...made.comments.written];
    const outcome = await teardown(made, { dryRun: true });
    expect(outcome.removed).toHaveLength(1);
    expect(made.target.previews.size).toBe(1);
    expect(made.comments.written).toEqual(before);
    expect(made.deployments.states()).toEqual(['aaaaaaa success']);
  });

  test.each(['get', 'observe'])('that cannot read (%s) removes nothing', async (method) => {
    const made = await closed();
    const ports = portsOf(made);
    const broken = async () => {
      throw new Error('502');
    };
    const half = { ...ports, pullRequests: { ...ports.pullRequests }, target: { ...ports.target } };
    Object.assign(method === 'get' ? half.pullRequests : half.target, { [method]: broken });
    await expect(teardownPreview(teardownRequest(), half)).rejects.toThrow('502');
    expect(made.target.previews.size).toBe(1);
  });

  test('that was cancelled while it removes throws instead of calling it left over', async () => {
    const made = await closed();
    const abort = new AbortController();
    const ports = portsOf(made, { signal: abort.signal });
    const destroy = async () => {
      abort.abort(new Error('cancelled'));
      throw new Error('cancelled');
    };
    const stopping = { ...ports, target: { ...ports.target, destroy } };
    await expect(teardownPreview(teardownRequest(), stopping)).rejects.toThrow('cancelled');
  });

  test('waits for absence', async () => {
    const made = await closed();
    const ports = portsOf(made, {}, killer());
    const waits: boolean[] = [];
    const destroy: typeof ports.target.destroy = async (key, watch) => {
      waits.push(watch.wait);
      return made.target.port.destroy(key, watch);
    };
    await teardownPreview(teardownRequest(), { ...ports, target: { ...ports.target, destroy } });
    expect(waits).toEqual([true]);
  });
});
