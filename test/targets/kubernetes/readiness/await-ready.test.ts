import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { duration } from '../../../../src/core/time.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import {
  type Awaiting,
  awaitReady,
  type Readiness,
} from '../../../../src/targets/kubernetes/readiness/await-ready.ts';
import type { ProgressEvent } from '../../../../src/targets/target.ts';
import { HandClock, settle } from './hand-clock.ts';
import { KubeStandIn } from './kube-stand-in.ts';
import { kubeObject } from './objects.ts';
import { crashLooping, deployment, event, job, pod, replicaSet, waiting } from './workloads.ts';

let kube: KubeStandIn;
let clock: HandClock;
let events: ProgressEvent[];
let cancel: AbortController;

beforeEach(() => {
  kube = new KubeStandIn();
  clock = new HandClock();
  events = [];
  cancel = new AbortController();
});
afterEach(() => cancel.abort());

interface Wait {
  result: Readiness | undefined;
  error: unknown;
}

/** Begins to wait; what came of it appears in the answer. */
async function wait(
  objects: readonly KubeObject[],
  options: Partial<Awaiting> = {},
): Promise<Wait> {
  const outcome: Wait = { result: undefined, error: undefined };
  awaitReady({
    kube,
    objects: objects.map((object) => ({ object, location: { file: 'web.yaml', line: 7 } })),
    watch: { progress: (one) => events.push(one), signal: cancel.signal },
    service: 'shop',
    timeout: duration(600_000),
    now: clock.now,
    pause: clock.pause,
    ...options,
  }).then(
    (result) => {
      outcome.result = result;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  await settle();
  return outcome;
}

function failureIn({ result, error }: Wait) {
  if (error) throw error;
  if (!result || result.ok) throw new Error(`no failure: ${JSON.stringify(result)}`);
  return result.failure;
}

const details = () => events.map((one) => (one.kind === 'step' ? one.detail : one.line));

/** A Deployment with a ReplicaSet and one pod in this state. */
function failing(container: object, name = 'web') {
  const web = kube.put(deployment(0, name));
  const set = kube.put(replicaSet(web, 1));
  const one = kube.put(pod(set, `${name}-1-x`, container));
  return { web, set, one };
}

describe('what is ready', () => {
  test('already needs no request', async () => {
    const { result } = await wait([kube.put(deployment(1)), kubeObject('v1', 'Service', {})]);
    expect(result).toEqual({ ok: true });
    expect(kube.requests).toEqual([]);
  });

  test('soon needs one watch, from where it was applied on', async () => {
    const web = kube.put(deployment(0));
    const waited = await wait([web]);
    kube.put(deployment(1));
    await settle();
    expect(waited.result).toEqual({ ok: true });
    expect(kube.requests).toEqual(['WATCH deployments 1']);
  });

  test('is shown as it comes', async () => {
    const waited = await wait([
      kube.put(deployment(0)),
      kube.put(job({})),
      kubeObject('v1', 'Service', {}),
    ]);
    kube.put(job({ conditions: [{ type: 'Complete', status: 'True' }] }));
    await settle();
    kube.put(deployment(1));
    await settle();
    expect(waited.result).toEqual({ ok: true });
    expect(details()).toEqual([
      '1 of 3 ready, Deployment web: 0 of 1 replicas, Job migrate: not started yet',
      '2 of 3 ready, Deployment web: 0 of 1 replicas',
      undefined,
    ]);
    expect(events.at(-1)).toMatchObject({ state: 'done', service: 'shop' });
  });

  test('without a readiness probe it is so once it has stayed so for a moment', async () => {
    const bare = (ready: number) => ({
      ...deployment(ready),
      spec: { replicas: 1, template: { spec: { containers: [{ name: 'web' }] } } },
    });
    const waited = await wait([kube.put(bare(0))]);
    kube.put(bare(1));
    await clock.advance(1000);
    kube.put(bare(0));
    await clock.advance(500);
    kube.put(bare(1));
    await clock.advance(1900);
    expect(waited.result).toBeUndefined();
    await clock.advance(200);
    expect(waited.result).toEqual({ ok: true });
    expect((await wait([kube.put(bare(1))])).result).toEqual({ ok: true });
  });

  test('what is told of the time before the apply counts for nothing', async () => {
    const old = { ...deployment(1), metadata: { ...deployment(1).metadata, resourceVersion: '1' } };
    kube.put(old);
    const web = kube.put(deployment(0));
    const other = {
      ...kube.put(deployment(0, 'other')),
      metadata: { ...deployment(0, 'other').metadata, resourceVersion: '0' },
    };
    const waited = await wait([web, other]);
    expect(kube.requests).toEqual(['WATCH deployments 0']);
    expect(waited.result).toBeUndefined();
    expect(details().at(-1)).toContain('0 of 2 ready');
  });

  test('is found by a list where the watch does not know the version any more', async () => {
    const web = kube.put(deployment(0));
    kube.put(deployment(1));
    kube.oldest = 2;
    const waited = await wait([web]);
    await clock.advance(600);
    expect(waited.result).toEqual({ ok: true });
    expect(kube.requests.slice(0, 2)).toEqual(['WATCH deployments 1', 'GET deployments']);
  });

  test('is found after a watch was cut', async () => {
    const waited = await wait([kube.put(deployment(0))]);
    kube.cutWatches();
    kube.put(deployment(1));
    await clock.advance(1000);
    expect(waited.result).toEqual({ ok: true });
  });

  test('is found by reading again and again where watching is not allowed', async () => {
    kube.forbidden.add('deployments');
    const waited = await wait([kube.put(deployment(0))]);
    kube.put(deployment(1));
    await clock.advance(600);
    expect(waited.result).toEqual({ ok: true });
    expect(kube.requests).toEqual([
      'WATCH deployments 1',
      'GET deployments/web',
      'GET deployments/web',
    ]);
  });

  test('only objects of the preview are watched', async () => {
    const selectors: (string | undefined)[] = [];
    const seen = kube.lines.bind(kube);
    kube.lines = (request, signal) => {
      selectors.push(request.query?.labelSelector);
      return seen(request, signal);
    };
    await wait([kube.put(deployment(0))]);
    expect(selectors).toEqual(['understudy.dev/preview=aa']);
  });
});

/** As the kubelet words it between two tries. */
const backedOff = (message: string) =>
  `Back-off pulling image "web:nope": ErrImagePull: ${message}`;

describe('what fails', () => {
  test('an image that a registry refuses is named within half a minute, with log place and events', async () => {
    const message =
      'rpc error: code = NotFound desc = failed to pull and unpack image "web:nope": failed to resolve reference "web:nope": web:nope: not found';
    const { web, one } = failing(waiting('ErrImagePull', message));
    kube.put(event(one, 'Failed', 'Failed to pull image "web:nope"'));
    const waited = await wait([web]);
    await clock.advance(4000);
    expect(waited.result).toBeUndefined();
    kube.put(pod(replicaSet(web, 1), 'web-1-x', waiting('ImagePullBackOff', backedOff(message))));
    await clock.advance(10_000);
    expect(failureIn(waited)).toEqual({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'preview' },
      reason:
        'Deployment web: container web: the image web:nope cannot be pulled: not found (ImagePullBackOff)',
      log: [],
      events: ['Warning Failed of Pod web-1-x: Failed to pull image "web:nope"'],
      container: 'web',
      location: { file: 'web.yaml', line: 7 },
    });
  });

  test('a container that ends again and again gives the last lines of the one before', async () => {
    const { web } = failing(crashLooping(2));
    kube.logs.set('web-1-x/web/previous', ['starting', 'Error: no DATABASE_URL']);
    const waited = await wait([web]);
    await clock.advance(3000);
    expect(failureIn(waited)).toMatchObject({
      reason:
        'Deployment web: container web: it ended with exit code 1, 3 times by now (CrashLoopBackOff)',
      log: ['starting', 'Error: no DATABASE_URL'],
      container: 'web',
    });
  });

  test('a pod of an earlier revision is no failure', async () => {
    const web = kube.put(deployment(0, 'web', 2));
    const [old, current] = [kube.put(replicaSet(web, 1)), kube.put(replicaSet(web, 2))];
    kube.put(pod(old, 'web-1-x', crashLooping(9)));
    kube.put(pod(current, 'web-2-x', waiting('ContainerCreating')));
    const waited = await wait([web]);
    await clock.advance(60_000);
    expect(waited.result).toBeUndefined();
    kube.put(deployment(1, 'web', 2));
    await settle();
    expect(waited.result).toEqual({ ok: true });
  });

  test('a pod of the version before is none either, while its controller has not seen the new one', async () => {
    const { web } = failing(crashLooping(9));
    const changed = kube.put({ ...web, metadata: { ...web.metadata, generation: 2 } });
    const waited = await wait([changed]);
    await clock.advance(60_000);
    expect(waited.result).toBeUndefined();
  });

  test('a trouble that passes is none', async () => {
    const missing = waiting('CreateContainerConfigError', 'secret "app" not found');
    const { web, set } = failing(missing);
    const waited = await wait([web]);
    await clock.advance(15_000);
    expect(details().at(-1)).toBe(
      '0 of 1 ready, Deployment web: container web: secret "app" not found',
    );
    kube.put(pod(set, 'web-1-x', { state: { running: {} } }));
    await clock.advance(30_000);
    expect(waited.result).toBeUndefined();
  });

  test('a Secret that stays away is a failure within half a minute', async () => {
    const { web } = failing(waiting('CreateContainerConfigError', 'secret "app" not found'));
    const waited = await wait([web]);
    await clock.advance(30_000);
    expect(failureIn(waited).reason).toContain(
      'secret "app" not found (CreateContainerConfigError)',
    );
  });

  test('a failed Job gives the exit code and the log of its container', async () => {
    const migrate = kube.put(job({ active: 1 }));
    kube.put(
      pod(migrate, 'migrate-x', { state: { terminated: { exitCode: 3 } } }, { phase: 'Failed' }),
    );
    kube.logs.set('migrate-x/web', ['relation "users" does not exist']);
    const waited = await wait([migrate]);
    kube.put(
      job({
        failed: 1,
        conditions: [{ type: 'Failed', status: 'True', message: 'backoff limit' }],
      }),
    );
    await settle();
    expect(failureIn(waited)).toMatchObject({
      reason: 'Job migrate failed: container web ended with exit code 3',
      log: ['relation "users" does not exist'],
      container: 'web',
    });
  });

  test('a pod of a Job may fail as often as the Job lets it', async () => {
    const migrate = kube.put(job({ active: 1 }));
    kube.put(pod(migrate, 'migrate-x', crashLooping(4)));
    const waited = await wait([migrate]);
    await clock.advance(60_000);
    expect(waited.result).toBeUndefined();
  });

  test('an object that is deleted meanwhile is said to be', async () => {
    const web = kube.put(deployment(0));
    const waited = await wait([web]);
    kube.remove(web);
    await settle();
    expect(failureIn(waited).reason).toBe('Deployment web was deleted while it was waited for');
  });

  test('pods that a quota refuses are named, where only events tell it', async () => {
    const set = kube.put(
      kubeObject('apps/v1', 'StatefulSet', {
        spec: { replicas: 1 },
        status: { observedGeneration: 1 },
      }),
    );
    kube.put(event(set, 'FailedCreate', 'create Pod web-0 failed: exceeded quota: preview'));
    const waited = await wait([set]);
    await clock.advance(30_000);
    expect(failureIn(waited).reason).toBe(
      'StatefulSet web: pods cannot be created: create Pod web-0 failed: exceeded quota: preview (FailedCreate)',
    );
  });

  test('what takes too long says how far it came', async () => {
    const { web } = failing({ state: { running: {} } });
    kube.logs.set('web-1-x/web', ['listening on 127.0.0.1']);
    const waited = await wait([web], { timeout: duration(60_000) });
    await clock.advance(61_000);
    expect(failureIn(waited)).toMatchObject({
      reason:
        'Deployment web was not ready within 1m: 0 of 1 ready, Deployment web: 0 of 1 replicas',
      log: ['listening on 127.0.0.1'],
    });
  });

  test('where pods may not be read, the objects alone tell', async () => {
    for (const what of [
      'pods',
      'events',
      'replicasets',
      'list pods',
      'list events',
      'list replicasets',
    ])
      kube.forbidden.add(what);
    const waited = await wait([kube.put(deployment(0))]);
    await clock.advance(30_000);
    expect(waited).toEqual({ result: undefined, error: undefined });
    kube.put(deployment(1));
    await settle();
    expect(waited.result).toEqual({ ok: true });
  });
});

describe('what others may mend', () => {
  test('an application that ends until its database is there is waited for', async () => {
    const { web, set } = failing(crashLooping(1));
    const database = kube.put(deployment(0, 'database'));
    const waited = await wait([web, database]);
    await clock.advance(13_000);
    kube.put(pod(set, 'web-1-x', crashLooping(2)));
    await clock.advance(20_000);
    kube.put(pod(set, 'web-1-x', crashLooping(3)));
    await clock.advance(20_000);
    expect(waited.result).toBeUndefined();
    kube.put(deployment(1, 'database'));
    await clock.advance(5000);
    kube.put(deployment(1));
    await settle();
    expect(waited.result).toEqual({ ok: true });
  });

  test('it has failed when it ends once more after that', async () => {
    const { web, set } = failing(crashLooping(3));
    const database = kube.put(deployment(0, 'database'));
    const waited = await wait([web, database]);
    await clock.advance(13_000);
    kube.put(deployment(1, 'database'));
    await clock.advance(5000);
    expect(waited.result).toBeUndefined();
    kube.put(pod(set, 'web-1-x', crashLooping(4)));
    await clock.advance(1000);
    expect(failureIn(waited).reason).toContain('5 times by now');
  });

  test('others are waited for two minutes at most', async () => {
    const { web } = failing(crashLooping(3));
    const waited = await wait([web, kube.put(deployment(0, 'database'))]);
    await clock.advance(125_000);
    expect(failureIn(waited).object.name).toBe('web');
  });
});

describe('logs of Jobs', () => {
  const ended = { state: { terminated: { exitCode: 0 } } };

  test('are streamed where asked for', async () => {
    const build = kube.put(job({ active: 1 }));
    const waited = await wait([build], { follow: true });
    kube.logs.set('build-x/web', ['step 1', 'step 2']);
    kube.put(pod(build, 'build-x', ended));
    await settle();
    kube.put(job({ conditions: [{ type: 'Complete', status: 'True' }] }));
    await settle();
    expect(waited.result).toEqual({ ok: true });
    expect(events.filter(({ kind }) => kind === 'log')).toMatchObject([
      { line: 'step 1', service: 'shop' },
      { line: 'step 2' },
    ]);
  });

  test('of a Job that was told to be complete before its pod are streamed too', async () => {
    const build = kube.put(job({}));
    const waited = await wait([build], { follow: true });
    kube.cutWatches();
    kube.put(pod(build, 'build-x', ended));
    kube.logs.set('build-x/web', ['done']);
    kube.put(job({ conditions: [{ type: 'Complete', status: 'True' }] }));
    await clock.advance(1000);
    expect(waited.result).toEqual({ ok: true });
    expect(details()).toContain('done');
  });

  test('of a Job that was complete before are not told again', async () => {
    kube.logs.set('build-x/web', ['done']);
    const build = kube.put(job({ conditions: [{ type: 'Complete', status: 'True' }] }));
    kube.put(pod(build, 'build-x', ended));
    const waited = await wait([build], { follow: true });
    expect(waited.result).toEqual({ ok: true });
    expect(kube.requests).toEqual([]);
  });
});

describe('an end', () => {
  test('from outside is passed on, and leaves no watch behind', async () => {
    const waited = await wait([kube.put(deployment(0))]);
    await clock.advance(3000);
    cancel.abort(new Error('cancelled'));
    await settle();
    expect(waited.error).toEqual(new Error('cancelled'));
    const count = kube.requests.length;
    await clock.advance(60_000);
    expect(kube.requests).toHaveLength(count);
  });

  test('by missing rights is said', async () => {
    kube.forbidden.add('deployments');
    kube.resource = () => Promise.reject(new Error('no such kind'));
    const waited = await wait([kube.put(deployment(0))]);
    await clock.advance(1000);
    expect(waited.error).toEqual(new Error('no such kind'));
  });
});
