import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../src/config/parse.ts';
import { deployPreview } from '../../src/preview/deploy-preview.ts';
import type { DeployRequest } from '../../src/preview/deploy-request.ts';
import type { PreviewPorts } from '../../src/preview/preview-ports.ts';
import { observedPreview } from '../builders/preview.ts';
import { commit, pullRequest, withHead } from '../builders/pull-request.ts';
import { deployRequest } from '../builders/requests.ts';
import { inMemoryPullRequests } from '../fakes/in-memory-pull-requests.ts';
import { inMemoryTarget, type TargetBehaviour } from '../fakes/in-memory-target.ts';
import { killer } from '../fakes/killer.ts';
import { portsOf, type World, world } from '../fakes/world.ts';

const other = pullRequest({
  number: 3,
  head: { ...pullRequest().head, branch: 'another-branch', sha: commit('c') },
});

function shared(behaviour: TargetBehaviour = {}): World {
  return world({
    pullRequests: inMemoryPullRequests(pullRequest(), other),
    target: inMemoryTarget([], { shared: true, ...behaviour }),
  });
}

function run(made: World, ports: Partial<PreviewPorts> = {}) {
  return deployPreview(deployRequest(), portsOf(made, ports));
}

function commits({ target }: World): Record<number, string> {
  const previews = [...target.previews.values()];
  return Object.fromEntries(
    previews.map(({ pullRequest: number, commit: sha }) => [number, sha[0] ?? '']),
  );
}

/** The list shows this pull request instead of what it is when asked by its number. */
function listing(made: World, lagging: ReturnType<typeof pullRequest>) {
  const { port } = made.pullRequests;
  const open = async () =>
    (await port.open()).map((one) => (one.number === lagging.number ? lagging : one));
  return { pullRequests: { ...port, open } };
}

describe('previews that share one thing', () => {
  test('are deployed together, each at its head', async () => {
    const made = shared();
    expect((await run(made)).state).toBe('created');
    expect(commits(made)).toEqual({ 3: 'c', 7: 'a' });
  });

  test('a fresh database is for the one whose pull request asked', async () => {
    const made = shared();
    await deployPreview(deployRequest({ resetDatabase: 'comment-1' }), portsOf(made));
    const asked = [...made.target.previews.values()].filter((one) => 'resetDatabase' in one);
    expect(asked.map((one) => one.pullRequest)).toEqual([7]);
  });

  test('a newer commit of another is never replaced by the older one that a list shows late', async () => {
    const made = shared();
    await run(made);
    made.pullRequests.push(3, commit('d'));
    made.pullRequests.push(7, commit('b'));
    await run(made);
    expect(commits(made)).toEqual({ 3: 'd', 7: 'b' });
    made.pullRequests.push(7, commit('e'));
    await run(made, listing(made, other));
    expect(commits(made)).toEqual({ 3: 'd', 7: 'e' });
  });

  test('another that a list shows late as open goes', async () => {
    const made = shared();
    made.target.previews.set('3', observedPreview({ pullRequest: 3, previewId: '00000003' }));
    made.pullRequests.close(3);
    const late = {
      pullRequests: { ...made.pullRequests.port, open: async () => [pullRequest(), other] },
    };
    const sets: string[][] = [];
    const port = made.target.port;
    const watching = {
      ...port,
      deploy: (async (desired, watch) => {
        sets.push((await desired.all()).map(({ commit: sha }) => sha));
        return port.deploy(desired, watch);
      }) as typeof port.deploy,
    };
    await run(made, { ...late, target: watching });
    expect(sets).toEqual([[commit('a')]]);
  });
});

describe('a run whose head moves while it waits for what is shared', () => {
  /** The newer run deploys while the older one waits. */
  function overtaken(): World {
    const made = shared();
    made.target.behaviour.meanwhile = () => {
      made.pullRequests.push(7, commit('b'));
      made.target.previews.set('acme/shop 1d0fd508', observedPreview({ commit: commit('b') }));
    };
    return made;
  }

  test('ends superseded and puts no older commit there', async () => {
    const made = overtaken();
    const outcome = await run(made);
    expect(outcome).toMatchObject({
      state: 'superseded',
      reason: 'superseded: the head moved from aaaaaaa to bbbbbbb',
    });
    expect(commits(made)).toEqual({ 7: 'b' });
  });

  test('leaves the comment saying what serves, and its own deployment inactive', async () => {
    const made = overtaken();
    await run(made);
    expect(made.comments.bodyOf(7)).toContain('Preview is ready');
    expect(made.comments.bodyOf(7)).toContain('bbbbbbb');
    expect(made.deployments.states()).toEqual(['aaaaaaa inactive']);
    expect(made.target.prepared.size).toBe(0);
  });

  test('ends superseded when it moved before the plan, and nothing is done or said', async () => {
    const made = shared();
    const watcher = killer();
    const port = made.target.port;
    const target = watcher.wrap('target', {
      ...port,
      plan: (async (desired, purpose) => {
        made.pullRequests.push(7, commit('b'));
        return port.plan(desired, purpose);
      }) as typeof port.plan,
    });
    const outcome = await run(made, { target });
    expect(outcome.state).toBe('superseded');
    expect(watcher.calls).not.toContain('target.deploy');
    expect(made.comments.kept).toEqual([]);
    expect(made.deployments.kept).toEqual([]);
  });

  test('goes on where only the list lags behind', async () => {
    const made = shared();
    const lagging = withHead(pullRequest(), { sha: commit('9') });
    expect((await run(made, listing(made, lagging))).state).toBe('created');
    expect(commits(made)[7]).toBe('a');
  });

  test('removes what there is when the pull request was closed meanwhile', async () => {
    const made = shared();
    made.target.behaviour.meanwhile = () => made.pullRequests.close(7);
    const outcome = await run(made);
    expect(outcome).toMatchObject({ state: 'superseded' });
    expect(outcome.reason).toMatch(/^closed: /);
    expect(commits(made)).toEqual({});
  });
});

describe('what is given to one run alone', () => {
  const { preview: plain } = parseConfiguration(
    'preview: { target: cloudformation, cloudformation: { template: preview.yaml } }',
    'understudy.yml',
  );
  const withParameters = (overrides: Record<string, string>) => ({
    ...plain,
    services: plain.services.map((service) => ({
      ...service,
      ...(service.cloudformation && { cloudformation: { ...service.cloudformation, overrides } }),
    })),
  });
  const images = new Map([['app', `registry.example.com/app@sha256:${'1'.repeat(64)}`]]);
  const deploy = (made: World, request: Partial<DeployRequest>) =>
    deployPreview(deployRequest({ configuration: plain, ...request }), portsOf(made));
  const fingerprints = ({ target }: World) =>
    Object.fromEntries(
      [...target.previews.values()].map((one) => [one.pullRequest, one.fingerprint]),
    );

  test.each([
    ['parameters', { configuration: withParameters({ Size: 'large' }) }],
    ['images', { images }],
  ])('as %s is no change to the previews of others', async (_, given) => {
    const made = shared();
    await deploy(made, {});
    const before = fingerprints(made);
    expect((await deploy(made, given)).reason).toBe('update: the configuration changed');
    const after = fingerprints(made);
    expect(after[3]).toBe(before[3]);
    expect(after[7]).not.toBe(before[7]);
    await deploy(made, { pullRequest: 3, requested: true });
    expect(fingerprints(made)).toEqual(after);
    expect((await deploy(made, given)).state).toBe('unchanged');
  });

  test('does not hide that the configuration of another changed', async () => {
    const made = shared();
    await deploy(made, { pullRequest: 3, images });
    const before = fingerprints(made)[3];
    const host = { ...plain, services: plain.services.map((one) => ({ ...one, host: '{id}.io' })) };
    await deploy(made, { configuration: host });
    const after = fingerprints(made)[3];
    expect(after).not.toBe(before);
    expect(after?.split('-')[1]).toBe(before?.split('-')[1]);
  });
});
