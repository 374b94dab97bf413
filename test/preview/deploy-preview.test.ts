import { describe, expect, test } from '@jest/globals';
import type { ServiceConfiguration } from '../../src/config/schema.ts';
import { duration, instant } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';
import { deployPreview } from '../../src/preview/deploy-preview.ts';
import type { DeployRequest } from '../../src/preview/deploy-request.ts';
import type { PreviewPorts } from '../../src/preview/preview-ports.ts';
import { configuration, rules } from '../builders/configuration.ts';
import { observedPreview } from '../builders/preview.ts';
import { commit, pullRequest, withHead } from '../builders/pull-request.ts';
import { deployRequest } from '../builders/requests.ts';
import { inMemoryPullRequests } from '../fakes/in-memory-pull-requests.ts';
import { inMemoryTarget } from '../fakes/in-memory-target.ts';
import { killer } from '../fakes/killer.ts';
import { noon, portsOf, type World, world } from '../fakes/world.ts';

function deploy(
  made: World,
  request: Partial<DeployRequest> = {},
  ports: Partial<PreviewPorts> = {},
) {
  return deployPreview(deployRequest(request), portsOf(made, ports));
}

async function deployed(): Promise<World> {
  const made = world();
  await deploy(made);
  return made;
}

function only(made: World) {
  const [preview, ...others] = [...made.target.previews.values()];
  expect(others).toEqual([]);
  return preview;
}

function worldWith(asked: Parameters<typeof pullRequest>[0]): World {
  return world({ pullRequests: inMemoryPullRequests(pullRequest(asked)) });
}

const failure = {
  kind: 'failed',
  service: 'app',
  reason: 'health: GET / answered 500',
  log: ['listening', 'boom'],
  stillServing: false,
} as const;

describe('a deploy', () => {
  test('creates the preview of the head, and tells people where it is', async () => {
    const made = world();
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'created', deploymentId: 1, warnings: [] });
    expect(outcome.reason).toMatch(/^create: /);
    expect(outcome.changes).toHaveLength(1);
    expect(only(made)).toMatchObject({
      previewId: '1d0fd508',
      pullRequest: 7,
      commit: commit('a'),
      requested: false,
      expiresAt: noon + 7 * 24 * 3_600_000,
    });
    expect(made.comments.bodyOf(7)).toContain('http://1d0fd508.localhost:7420');
    expect(made.deployments.states()).toEqual(['aaaaaaa success']);
    expect(made.deployments.kept[0]).toMatchObject({
      environment: 'preview',
      task: 'understudy:preview:7',
    });
    expect(made.deployments.kept[0]?.statuses.at(-1)?.environmentUrl).toBe(
      'http://1d0fd508.localhost:7420',
    );
  });

  test('tells the pull request of another preview that made what they share fail', async () => {
    const made = world();
    const reason = 'ServiceBADBAD00 the container crashed';
    const other = { previewId: 'badbad00', pullRequest: 9, commit: commit('c'), reason };
    made.target.behaviour.leftOut = [other, { ...other, pullRequest: 11 }];
    const marker = '<!-- understudy:preview:9 -->';
    await made.comments.port.upsert(9, marker, `${marker} ready before`);
    expect(await deploy(made)).toMatchObject({ state: 'created' });
    expect(made.comments.bodyOf(9)).toContain(reason);
    expect(made.comments.bodyOf(9)).toContain('left out');
    expect(made.comments.bodyOf(11)).toBeUndefined();
  });

  test('says that it goes on before it says that it is done', async () => {
    const made = await deployed();
    const headings = made.comments.written.map((body) => body.split('\n')[1]);
    expect(headings).toEqual(['### 🔵 Preview is deploying', '### 🟢 Preview is ready']);
  });

  test('updates to a new head and retires the former deployment', async () => {
    const made = await deployed();
    made.pullRequests.push(7, commit('b'));
    const outcome = await deploy(made);
    expect(outcome.state).toBe('updated');
    expect(outcome.reason).toContain('aaaaaaa');
    expect(only(made)?.commit).toBe(commit('b'));
    expect(made.deployments.states()).toEqual(['aaaaaaa inactive', 'bbbbbbb success']);
    expect(made.comments.kept).toHaveLength(1);
  });

  test('that was asked for a fresh database updates what runs already', async () => {
    const made = await deployed();
    const outcome = await deploy(made, { resetDatabase: 'comment-1' });
    expect(outcome).toMatchObject({ state: 'updated' });
    expect(outcome.reason).toBe('update: a fresh database was asked for');
    expect(only(made)).toMatchObject({ resetDatabase: 'comment-1' });
  });

  test('of what runs already changes nothing at the target', async () => {
    const made = await deployed();
    const watcher = killer();
    const outcome = await deployPreview(deployRequest(), portsOf(made, {}, watcher));
    expect(outcome).toMatchObject({ state: 'unchanged', changes: [], deploymentId: 1 });
    expect(watcher.calls).not.toContain('target.deploy');
    expect(made.deployments.states()).toEqual(['aaaaaaa success']);
  });

  test('of what runs already shows the expiry it has, not a later one', async () => {
    const made = await deployed();
    const later = instant(noon + 3 * 24 * 3_600_000);
    const outcome = await deploy(made, {}, { now: () => later });
    expect(outcome.state).toBe('unchanged');
    expect(made.comments.bodyOf(7)).toContain('expires 2026-11-28 12:00 UTC');
    expect(only(made)?.expiresAt).toBe(noon + 7 * 24 * 3_600_000);
  });

  test('never shortens an expiry that someone extended', async () => {
    const made = await deployed();
    const kept = instant(noon + 30 * 24 * 3_600_000);
    await made.target.port.extend({ repository: 'acme/shop', previewId: '1d0fd508' }, kept);
    made.pullRequests.push(7, commit('b'));
    await deploy(made);
    expect(only(made)?.expiresAt).toBe(kept);
  });

  test('updates when only the configuration changed', async () => {
    const made = await deployed();
    const [app] = configuration().services;
    const services = [{ ...(app as ServiceConfiguration), host: '{id}.example.com' }];
    const outcome = await deploy(made, { configuration: configuration({ services }) });
    expect(outcome).toMatchObject({
      state: 'updated',
      reason: 'update: the configuration changed',
    });
  });

  test.each(['failed', 'starting', 'unknown'] as const)(
    'mends a preview that is %s',
    async (state) => {
      const made = await deployed();
      const [[key, preview] = []] = [...made.target.previews];
      const services = (preview?.services ?? []).map((service) => ({ ...service, state }));
      made.target.previews.set(key ?? '', { ...observedPreview(), ...preview, services });
      expect((await deploy(made)).state).toBe('updated');
      expect(only(made)?.services[0]?.state).toBe('ready');
    },
  );

  test('leaves a sleeping preview asleep', async () => {
    const made = await deployed();
    const [[key, preview] = []] = [...made.target.previews];
    const services = (preview?.services ?? []).map((one) => ({
      ...one,
      state: 'sleeping' as const,
    }));
    made.target.previews.set(key ?? '', { ...observedPreview(), ...preview, services });
    expect((await deploy(made)).state).toBe('unchanged');
    expect(made.deployments.states()).toEqual(['aaaaaaa success']);
  });

  test('that need not wait says that the preview is starting, not that it is ready', async () => {
    const made = world();
    const services = [{ name: 'app', state: 'starting', url: 'http://x.localhost' }] as const;
    made.target.behaviour.result = { kind: 'accepted', services };
    const outcome = await deploy(made, { wait: false });
    expect(outcome.state).toBe('created');
    expect(made.comments.bodyOf(7)).toContain('is deploying');
    expect(made.deployments.states()).toEqual(['aaaaaaa in_progress']);
  });

  test.each(['unknown', 'failed'] as const)(
    'does not call a service ready that is %s',
    async (state) => {
      const made = world();
      made.target.behaviour.result = {
        kind: 'accepted',
        services: [{ name: 'app', state, url: '' }],
      };
      await deploy(made, { wait: false });
      expect(made.deployments.states()).toEqual(['aaaaaaa in_progress']);
      expect(made.comments.bodyOf(7)).not.toContain('is ready');
    },
  );

  test('removes what the pull request has under a former identifier', async () => {
    const former = observedPreview({ previewId: 'pr-7' });
    const made = world({ target: inMemoryTarget([former]) });
    await deploy(made);
    expect(only(made)?.previewId).toBe('1d0fd508');
  });

  test('deploys only the service asked for, and refuses one that there is not', async () => {
    const [app] = configuration().services;
    const named = (name: string) => ({ ...(app as ServiceConfiguration), name });
    const two = configuration({ services: [named('web'), named('api')] });
    const made = world();
    await deploy(made, { configuration: two, service: 'api' });
    expect(only(made)?.services.map(({ name }) => name)).toEqual(['api']);
    await expect(deploy(world(), { configuration: two, service: 'wep' })).rejects.toThrow(
      'service "wep" does not exist, allowed: web, api',
    );
  });

  test('refuses two services on one host before anything is done', async () => {
    const [app] = configuration().services;
    const named = (name: string) => ({
      ...(app as ServiceConfiguration),
      name,
      host: '{id}.x.org',
    });
    const made = world();
    const two = configuration({ services: [named('web'), named('api')] });
    await expect(deploy(made, { configuration: two })).rejects.toThrow(
      'two services have the host',
    );
    expect(made.comments.kept).toEqual([]);
    expect(made.target.previews.size).toBe(0);
  });

  test('of a pull request that does not exist is the user’s to mend', async () => {
    await expect(deploy(world(), { pullRequest: 8 })).rejects.toThrow(UserError);
  });
});

describe('a dry run', () => {
  test('shows the plan and changes nothing', async () => {
    const made = world();
    const watcher = killer();
    const request = deployRequest({ dryRun: true });
    const outcome = await deployPreview(request, portsOf(made, {}, watcher));
    expect(outcome).toMatchObject({ state: 'planned', deploymentId: undefined });
    expect(outcome.changes).toHaveLength(1);
    expect(outcome.rendered?.text).toContain('1d0fd508');
    expect(watcher.calls).toEqual(['pullRequests.get', 'target.observe', 'target.plan']);
  });

  test.each([
    ['closed', { state: 'closed' as const }],
    ['of a fork', { head: { ...pullRequest().head, repository: 'mallory/shop' } }],
  ])('for a pull request that is %s changes nothing either', async (_, asked) => {
    const made = worldWith(asked);
    made.target.previews.set('p', observedPreview());
    await deploy(made, { dryRun: true });
    expect(made.target.previews.size).toBe(1);
    expect(made.comments.written).toEqual([]);
    expect(made.deployments.kept).toEqual([]);
  });
});

describe('a deploy is superseded', () => {
  test('when the head has moved before', async () => {
    const made = world();
    const outcome = await deploy(made, { commit: commit('9') });
    expect(outcome).toMatchObject({ state: 'superseded' });
    expect(outcome.reason).toBe('superseded: the head moved from 9999999 to aaaaaaa');
    expect(made.target.previews.size).toBe(0);
    expect(made.comments.kept).toEqual([]);
  });

  test('when the head moves meanwhile', async () => {
    const made = world();
    made.target.behaviour.meanwhile = () => made.pullRequests.push(7, commit('b'));
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'superseded' });
    expect(outcome.reason).toContain('from aaaaaaa to bbbbbbb');
  });

  test('when it fails and the head has moved meanwhile: the newer run has the word', async () => {
    const made = world();
    made.target.behaviour.result = failure;
    made.target.behaviour.meanwhile = () => made.pullRequests.push(7, commit('b'));
    expect((await deploy(made)).state).toBe('superseded');
    expect(made.comments.bodyOf(7)).not.toContain('failed');
    expect(made.deployments.states()).toEqual(['aaaaaaa inactive']);
  });

  test('when the pull request was closed before, and what a killed run left is removed', async () => {
    const made = await deployed();
    made.pullRequests.close(7);
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'superseded' });
    expect(outcome.reason).toMatch(/^closed: /);
    expect(made.target.previews.size).toBe(0);
    expect(made.comments.bodyOf(7)).toContain('Preview is removed');
    expect(made.deployments.states()).toEqual(['aaaaaaa inactive']);
  });

  test.each([
    ['succeeds', undefined],
    ['fails', failure],
  ])('when the pull request is closed while it %s, and nothing is left', async (_, result) => {
    const made = world();
    if (result) made.target.behaviour.result = result;
    made.target.behaviour.meanwhile = () => made.pullRequests.close(7);
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'superseded' });
    expect(outcome.reason).toMatch(/^closed: .* while the preview deployed$/);
    expect(made.target.previews.size).toBe(0);
    expect(made.comments.bodyOf(7)).toContain('Preview is removed');
    expect(made.deployments.states()).toEqual(['aaaaaaa inactive']);
  });

  test('but fails when what it has to remove stays', async () => {
    const made = world();
    made.target.behaviour.meanwhile = () => made.pullRequests.close(7);
    made.target.behaviour.stuck = new Set(['1d0fd508']);
    const outcome = await deploy(made);
    expect(outcome.state).toBe('failed');
    expect(outcome.reason).toContain('process 1d0fd508 (it does not end)');
    expect(made.comments.bodyOf(7)).toContain('not all could be removed');
  });
});

describe('a deploy that fails', () => {
  test('shows the reason and the last lines of the log', async () => {
    const made = world();
    made.target.behaviour.result = failure;
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'failed', reason: failure.reason });
    expect(made.comments.bodyOf(7)).toContain('listening\nboom');
    expect(made.deployments.states()).toEqual(['aaaaaaa failure']);
  });

  test('says when the previous commit keeps serving, and leaves its deployment alone', async () => {
    const made = await deployed();
    made.pullRequests.push(7, commit('b'));
    made.target.behaviour.result = { ...failure, stillServing: true };
    const outcome = await deploy(made);
    expect(outcome.reason).toContain('the previous commit keeps serving');
    expect(only(made)?.commit).toBe(commit('a'));
    expect(made.deployments.states()).toEqual(['aaaaaaa success', 'bbbbbbb failure']);
    expect(made.comments.bodyOf(7)).toContain('http://1d0fd508.localhost:7420');
  });

  test.each([
    ['what the user can mend', new UserError('git has no access', 'Give it.'), 'git has no access'],
    ['anything else', new Error('password=hunter2'), 'the deploy broke off'],
  ])('by %s throws, and the comment does not go on for ever', async (_, thrown, shown) => {
    const made = world();
    made.target.behaviour.meanwhile = () => {
      throw thrown;
    };
    await expect(deploy(made)).rejects.toBe(thrown);
    expect(made.comments.bodyOf(7)).toContain('Preview failed');
    expect(made.comments.bodyOf(7)).toContain(shown);
    expect(made.comments.bodyOf(7)).not.toContain('hunter2');
    expect(made.deployments.states()).toEqual(['aaaaaaa failure']);
  });

  test.each([
    ['timeout', new DOMException('', 'TimeoutError')],
    ['cancelled', new Error('the run was cancelled')],
  ])('by %s says so instead of throwing', async (rule, reason) => {
    const made = world();
    const abort = new AbortController();
    made.target.behaviour.meanwhile = () => {
      abort.abort(reason);
      throw reason;
    };
    const outcome = await deploy(made, {}, { signal: abort.signal });
    expect(outcome.state).toBe('failed');
    expect(outcome.reason).toMatch(new RegExp(`^${rule}: `));
    expect(made.deployments.states()).toEqual(['aaaaaaa failure']);
  });
});

describe('eligibility', () => {
  test('refused without a preview skips in silence', async () => {
    const made = worldWith({ labels: ['no-preview'] });
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'skipped', obsolete: false });
    expect(outcome.reason).toMatch(/^label: /);
    expect(made.comments.kept).toEqual([]);
  });

  test('lost while there is a preview says that it is obsolete', async () => {
    const made = await deployed();
    made.pullRequests.all.set(7, pullRequest({ labels: ['no-preview'] }));
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'skipped', obsolete: true });
  });

  test('of a fork’s commit waits for approval, and the comment says how', async () => {
    const fork = withHead(pullRequest(), { repository: 'mallory/shop' });
    const made = world({ pullRequests: inMemoryPullRequests(fork) });
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({ state: 'skipped', obsolete: false });
    expect(outcome.reason).toMatch(/^fork: /);
    expect(made.target.previews.size).toBe(0);
    expect(made.comments.bodyOf(7)).toContain('waits for approval');
  });

  test('of a fork’s commit is given by a review of it, and of no other', async () => {
    const fork = withHead(pullRequest(), { repository: 'mallory/shop' });
    const made = world({ pullRequests: inMemoryPullRequests(fork) });
    made.pullRequests.approvals.add(`7 ${commit('9')}`);
    expect((await deploy(made)).state).toBe('skipped');
    made.pullRequests.approvals.add(`7 ${commit('a')}`);
    expect((await deploy(made)).state).toBe('created');
    made.pullRequests.push(7, commit('b'));
    const again = await deploy(made);
    expect(again).toMatchObject({ state: 'skipped', obsolete: false });
    expect(only(made)?.commit).toBe(commit('a'));
  });

  test.each([
    ['the whole commit', commit('a'), 'created'],
    ['its first seven digits, which another commit may share', 'aaaaaaa', 'skipped'],
    ['all but the last digit', 'a'.repeat(39), 'skipped'],
    ['another commit', commit('b'), 'skipped'],
    ['no commit', undefined, 'skipped'],
  ])(
    'of a fork’s commit, asked for by a command that names %s: %s',
    async (_, approvedCommit, state) => {
      const fork = withHead(pullRequest(), { repository: 'mallory/shop' });
      const made = world({ pullRequests: inMemoryPullRequests(fork) });
      const outcome = await deploy(made, { requested: true, approvedCommit });
      expect(outcome.state).toBe(state);
    },
  );

  test('overridden by a command is remembered with the next push', async () => {
    const made = worldWith({ draft: true });
    const strict = { configuration: configuration({ eligible: rules({ drafts: false }) }) };
    expect((await deploy(made, strict)).state).toBe('skipped');
    expect((await deploy(made, { ...strict, requested: true })).state).toBe('created');
    made.pullRequests.push(7, commit('b'));
    expect((await deploy(made, strict)).state).toBe('updated');
  });

  test('overridden by a command on a preview that is there already is remembered too', async () => {
    const made = await deployed();
    await deploy(made, { requested: true });
    expect(only(made)?.requested).toBe(true);
    made.pullRequests.all.set(7, pullRequest({ labels: ['no-preview'] }));
    expect(await deploy(made)).toMatchObject({ state: 'unchanged', obsolete: false });
  });

  test('by paths asks which are touched only where a rule needs it', async () => {
    const [app] = configuration().services;
    const services = [{ ...(app as ServiceConfiguration), paths: ['app/**'] }];
    const byPaths = deployRequest({ configuration: configuration({ services }) });
    const watchers = [killer(), killer(), killer()] as const;
    await deployPreview(deployRequest(), portsOf(world(), {}, watchers[0]));
    const outcome = await deployPreview(byPaths, portsOf(world(), {}, watchers[1]));
    await deployPreview({ ...byPaths, requested: true }, portsOf(world(), {}, watchers[2]));
    expect(watchers.map(({ calls }) => calls.includes('pullRequests.changedPaths'))).toEqual([
      false,
      true,
      false,
    ]);
    expect(outcome.reason).toMatch(/^paths: /);
  });
});

describe('two pull requests with one identifier', () => {
  const inTwoForks = () => {
    const other = pullRequest({ number: 3, head: { ...pullRequest().head, repository: 'm/s' } });
    return world({
      pullRequests: inMemoryPullRequests(pullRequest(), other),
      target: inMemoryTarget([observedPreview({ pullRequest: 3 })]),
    });
  };

  test('are refused while both are open, and the other’s preview is untouched', async () => {
    const made = inTwoForks();
    await expect(deploy(made)).rejects.toThrow('#3 and #7 both have the preview id 1d0fd508');
    expect(only(made)?.pullRequest).toBe(3);
    expect(made.comments.kept).toEqual([]);
  });

  test('are one after the other: the closed one hands over', async () => {
    const made = inTwoForks();
    made.pullRequests.close(3);
    expect((await deploy(made)).state).toBe('updated');
    expect(only(made)?.pullRequest).toBe(7);
  });
});

describe('the cap of live previews', () => {
  const full = () => {
    const others = [1, 2, 3, 4, 5, 6].map((number) =>
      observedPreview({ previewId: `0000000${number}`, pullRequest: number }),
    );
    return world({ target: inMemoryTarget(others) });
  };
  const capped = (max: number) => ({ configuration: configuration({ eligible: rules({ max }) }) });

  test('makes the newest wait, and says for what', async () => {
    const made = full();
    const outcome = await deploy(made, capped(6));
    expect(outcome).toMatchObject({ state: 'skipped' });
    expect(outcome.reason).toBe(
      'max: 6 of 6 previews are live (pull requests 1, 2, 3, 4, 5, …); this one starts with the first event after one of them is removed',
    );
    expect(made.comments.bodyOf(7)).toContain('Preview is waiting');
    expect(made.comments.bodyOf(7)).toContain('6 of 6 previews are live');
    expect(made.target.previews.size).toBe(6);
    expect(made.deployments.kept).toEqual([]);
  });

  test('leaves room for one more', async () => {
    expect((await deploy(full(), capped(7))).state).toBe('created');
  });

  test('never stops the update of one that is live, even beyond it', async () => {
    const made = full();
    await deploy(made, capped(7));
    made.pullRequests.push(7, commit('b'));
    expect((await deploy(made, capped(1))).state).toBe('updated');
  });
});

describe('what a plan has prepared at the target does not stay', () => {
  test('when the preview has to wait', async () => {
    const made = world({ target: inMemoryTarget([], { waiting: 'its image is not there' }) });
    expect((await deploy(made)).state).toBe('skipped');
    expect(made.target.prepared.size).toBe(0);
  });

  test('when there is nothing to do after all', async () => {
    const made = await deployed();
    expect((await deploy(made)).state).toBe('unchanged');
    expect(made.target.prepared.size).toBe(0);
  });

  test.each(['is cancelled', 'breaks off'])(
    'when the run %s before it was carried out',
    async (how) => {
      const made = world();
      const abort = new AbortController();
      made.target.behaviour.meanwhile = () => {
        if (how === 'is cancelled') abort.abort(new Error('the run was cancelled'));
        throw new Error('broken');
      };
      await deploy(made, {}, { signal: abort.signal }).catch(() => undefined);
      expect(made.target.prepared.size).toBe(0);
    },
  );
});

describe('telling people', () => {
  const broken = async () => {
    throw new Error('Resource not accessible by integration');
  };

  test('never fails a deploy; what could not be told is a warning', async () => {
    const made = world();
    const { audience } = portsOf(made);
    const deaf = {
      ...audience,
      comments: { upsert: broken, update: broken },
      deployments: { begin: broken, report: broken, retire: broken },
    };
    const outcome = await deploy(made, {}, { audience: deaf });
    expect(outcome).toMatchObject({ state: 'created', deploymentId: undefined });
    expect(outcome.warnings).toEqual([
      'the comment could not be written: Resource not accessible by integration',
      'the deployment could not be written: Resource not accessible by integration',
      'the old deployments could not be written: Resource not accessible by integration',
    ]);
  });

  test('is left out where it is switched off', async () => {
    const made = world();
    const { audience } = portsOf(made);
    const silent = { ...audience, comments: undefined, deployments: undefined };
    expect((await deploy(made, {}, { audience: silent })).state).toBe('created');
    expect(made.comments.kept).toEqual([]);
    expect(made.deployments.kept).toEqual([]);
  });

  test('renews the comment every 15 seconds at most, and never after the end', async () => {
    const made = world();
    let now = noon;
    const step = (name: string, seconds: number) => {
      const at = instant(noon + seconds * 1_000);
      return { kind: 'step', at, service: 'app', step: name, state: 'running' } as const;
    };
    const events = [step('fetch', 1), step('install', 10), step('start', 16), step('wait', 20)];
    let late: (() => void) | undefined;
    const { target } = made;
    const deploying = target.port.deploy;
    const chatty = {
      ...target.port,
      deploy: ((desired, watch) => {
        for (const event of events) {
          now = event.at;
          watch.progress(event);
        }
        late = () => watch.progress(step('late', 500));
        return deploying(desired, watch);
      }) as typeof deploying,
    };
    await deploy(made, {}, { target: chatty, now: () => now });
    now = instant(noon + 500_000);
    late?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(made.comments.written).toHaveLength(3);
    expect(made.comments.written[1]).toContain('⏳ start');
    expect(made.comments.bodyOf(7)).toContain('Preview is ready');
    expect(made.progress.map((event) => event.kind === 'step' && event.step)).toEqual([
      'fetch',
      'install',
      'start',
      'wait',
      'late',
    ]);
  });

  test('shows no expiry where previews never expire', async () => {
    const made = world();
    await deploy(made, { configuration: configuration({ expireAfter: undefined }) });
    expect(only(made)?.expiresAt).toBeUndefined();
    expect(made.comments.bodyOf(7)).not.toContain('expires');
  });

  test('takes the length of life from the configuration', async () => {
    const made = world();
    const hour = duration(3_600_000);
    await deploy(made, { configuration: configuration({ expireAfter: hour }) });
    expect(only(made)?.expiresAt).toBe(noon + hour);
  });
});
