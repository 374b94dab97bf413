import { afterEach, describe, expect, test } from '@jest/globals';
import {
  applyObject,
  createObject,
  deleteObject,
  getObject,
  listObjects,
  mergePatch,
} from '../../../../src/targets/kubernetes/connect/objects.ts';
import { podLog } from '../../../../src/targets/kubernetes/connect/pod-log.ts';
import { watchObjects } from '../../../../src/targets/kubernetes/connect/watch-objects.ts';
import { type Answering, connect, give, refuse, serve } from './api-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const { signal } = new AbortController();
const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' };
const web = { ...deployments, name: 'web', namespace: 'shop' };

async function served(answering: Answering) {
  const server = await serve(answering);
  closing.push(server.close);
  return { server, ...(await connect(server.url, closing)) };
}

describe('one object', () => {
  test('that is not there is undefined', async () => {
    const { kube, server } = await served((_, answer) => refuse(answer, 404, 'NotFound'));
    expect(await getObject(kube, web, signal)).toBeUndefined();
    expect(server.seen[0]?.path).toBe('/apis/apps/v1/namespaces/shop/deployments/web');
  });

  test('is applied as the manager understudy, strictly, and without the fields of others', async () => {
    const { kube, server } = await served(({ body }, answer) => give(answer, 200, body));
    const object = {
      ...deployments,
      metadata: { name: 'web', namespace: 'shop', managedFields: [{}] },
      spec: {},
    };
    await applyObject(kube, object, { dryRun: true, force: true, signal });
    expect(server.seen[0]).toMatchObject({
      method: 'PATCH',
      body: { ...deployments, metadata: { name: 'web', namespace: 'shop' }, spec: {} },
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect(server.seen[0]?.body).not.toHaveProperty('metadata.managedFields');
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
      fieldManager: 'understudy',
      fieldValidation: 'Strict',
      force: 'true',
      dryRun: 'All',
    });
  });

  test('is made and patched as that manager too', async () => {
    const { kube, server } = await served((_, answer) => give(answer, 200, {}));
    await createObject(
      kube,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      signal,
    );
    await mergePatch(kube, web, { metadata: { annotations: { a: null } } }, signal);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/namespaces',
      'PATCH /apis/apps/v1/namespaces/shop/deployments/web',
    ]);
    expect(server.seen.map(({ query }) => query.get('fieldManager'))).toEqual([
      'understudy',
      'understudy',
    ]);
    expect(server.seen[1]?.headers['content-type']).toBe('application/merge-patch+json');
  });

  test('is deleted by its identity; one that is gone, or was replaced, is no error', async () => {
    const { kube, server } = await served((_, answer, count) => {
      if (count === 1) return give(answer, 200, {});
      if (count === 2) return refuse(answer, 404, 'NotFound');
      if (count === 3) {
        return refuse(
          answer,
          409,
          'Conflict',
          'the UID in the precondition (a) does not match. Precondition failed: UID in precondition: a, UID in object meta: b',
        );
      }
      return refuse(answer, 409, 'Conflict', 'something else');
    });
    const remove = () => deleteObject(kube, web, { uid: 'a', propagation: 'Foreground' }, signal);
    await remove();
    await remove();
    await remove();
    await expect(remove()).rejects.toThrow('something else');
    expect(server.seen[0]?.body).toMatchObject({
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'a' },
    });
  });

  test('cannot lead to other paths by its name', async () => {
    const { kube, server } = await served((_, answer) => refuse(answer, 404, 'NotFound'));
    await getObject(kube, { ...web, name: '../../secrets/x?y' }, signal);
    expect(server.seen[0]?.incoming.url).toBe(
      '/apis/apps/v1/namespaces/shop/deployments/..%2F..%2Fsecrets%2Fx%3Fy',
    );
  });
});

describe('a list', () => {
  const page = (names: string[], more?: string) => ({
    metadata: { resourceVersion: '7', ...(more && { continue: more }) },
    items: names.map((name) => ({ metadata: { name } })),
  });

  test('is read to its last page, and its items say what they are', async () => {
    const { kube, server } = await served(({ query }, answer) =>
      give(answer, 200, query.get('continue') ? page(['c']) : page(['a', 'b'], 'next')),
    );
    const labels = { app: 'web', tier: 'front' };
    const found = await listObjects(kube, deployments, { namespace: 'shop', labels }, signal);
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Deployment a',
      'Deployment b',
      'Deployment c',
    ]);
    expect(server.seen[0]?.query.get('labelSelector')).toBe('app=web,tier=front');
  });

  test('begins anew where its next page is gone', async () => {
    const { kube } = await served((_, answer, count) => {
      if (count === 1) return give(answer, 200, page(['a', 'b'], 'next'));
      if (count === 2) return refuse(answer, 410, 'Expired');
      return give(answer, 200, page(['b', 'c']));
    });
    const found = await listObjects(kube, deployments, {}, signal);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
  });

  test('that fails on its second page is no shorter list', async () => {
    const { kube } = await served((_, answer, count) =>
      count === 1 ? give(answer, 200, page(['a'], 'next')) : refuse(answer, 500, 'InternalError'),
    );
    await expect(listObjects(kube, deployments, {}, signal)).rejects.toThrow('InternalError');
  });
});

describe('kinds that are not built in', () => {
  const routes = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' };
  const group = (...names: string[]) => ({
    resources: names.map((name) => ({ name, kind: 'HTTPRoute', namespaced: true })),
  });

  test('are looked up once', async () => {
    const { kube, server } = await served(({ path }, answer) =>
      give(answer, 200, path.endsWith('/v1') ? group('httproutes', 'httproutes/status') : {}),
    );
    await getObject(kube, { ...routes, name: 'a', namespace: 'shop' }, signal);
    await getObject(kube, { ...routes, name: 'b', namespace: 'shop' }, signal);
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/apis/gateway.networking.k8s.io/v1',
      '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/a',
      '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/b',
    ]);
  });

  test('are looked up anew when they were not there: a definition may have come since', async () => {
    const { kube } = await served((_, answer, count) =>
      count === 1 ? refuse(answer, 404, 'NotFound') : give(answer, 200, group('httproutes')),
    );
    await expect(kube.resource(routes, signal)).rejects.toThrow(
      'the cluster has no kind HTTPRoute of gateway.networking.k8s.io/v1',
    );
    expect(await kube.resource(routes, signal)).toMatchObject({ plural: 'httproutes' });
  });
});

describe('a watch', () => {
  const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
  async function all(events: AsyncIterable<{ type: string }>) {
    const types: string[] = [];
    for await (const { type } of events) types.push(type);
    return types;
  }

  test('gives events until the server ends it', async () => {
    const { kube, server } = await served((_, answer) => {
      answer.write(event('ADDED', {}) + event('MODIFIED', {}));
      answer.end(event('BOOKMARK', {}));
    });
    const watched = {
      namespace: 'shop',
      labels: { app: 'web' },
      fields: { type: 'Warning' },
      resourceVersion: '7',
    };
    expect(await all(watchObjects(kube, deployments, watched, signal))).toEqual([
      'ADDED',
      'MODIFIED',
      'BOOKMARK',
    ]);
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toMatchObject({
      watch: 'true',
      allowWatchBookmarks: 'true',
      labelSelector: 'app=web',
      fieldSelector: 'type=Warning',
      resourceVersion: '7',
    });
  });

  test.each([
    [
      'as an event',
      (answer: import('node:http').ServerResponse) => answer.end(event('ERROR', { code: 410 })),
    ],
    [
      'as an answer',
      (answer: import('node:http').ServerResponse) => refuse(answer, 410, 'Expired'),
    ],
  ])('ends where its position is gone, told %s', async (_, tell) => {
    const { kube } = await served((__, answer) => void tell(answer));
    expect(await all(watchObjects(kube, deployments, { resourceVersion: '1' }, signal))).toEqual(
      [],
    );
  });

  test('that is not allowed is an error', async () => {
    const { kube } = await served((_, answer) =>
      refuse(
        answer,
        403,
        'Forbidden',
        'deployments.apps is forbidden: User "d" cannot watch resource "deployments" in API group "apps" in the namespace "shop"',
      ),
    );
    await expect(
      all(watchObjects(kube, deployments, { namespace: 'shop' }, signal)),
    ).rejects.toThrow(/may not watch/);
  });
});

test('a log is asked for as told', async () => {
  const { kube, server } = await served((_, answer) => answer.end('one\ntwo\n'));
  const lines: string[] = [];
  const log = { namespace: 'shop', pod: 'web-1', container: 'app', tail: 50, previous: true };
  for await (const line of podLog(kube, log, signal)) lines.push(line);
  expect(lines).toEqual(['one', 'two']);
  expect(server.seen[0]?.path).toBe('/api/v1/namespaces/shop/pods/web-1/log');
  expect(String(server.seen[0]?.query)).toBe('container=app&tailLines=50&previous=true');
});
