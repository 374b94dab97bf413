import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterTimeout } from '../cluster/cluster.ts';
import { rightsIn, rightsUsed } from '../world/kubernetes-rights.ts';
import { type KubernetesWorld, openKubernetes } from '../world/kubernetes-world.ts';
import { pushReviewAppBase, reviewAppConfiguration, reviewAppFiles } from '../world/review-app.ts';
import { orders, queryPreview, startSourceDatabase } from '../world/source-database.ts';
import { headOf, type Trigger } from '../world/world.ts';

let kubernetes: Awaited<ReturnType<typeof openKubernetes>>;

beforeAll(async () => {
  kubernetes = await openKubernetes();
  await Promise.all([
    pushReviewAppBase(kubernetes.cluster),
    startSourceDatabase(kubernetes.cluster),
  ]);
}, clusterTimeout);

afterAll(() => kubernetes?.close());

const files: Record<string, string> = {
  ...reviewAppFiles(),
  'db/mask.sql': "UPDATE orders SET item = 'masked';\n",
};
const kubectl = (...args: string[]) => kubernetes.cluster.kubectl(args);

async function open({ world }: KubernetesWorld) {
  await world.push('feature/lamp', { 'README.md': 'one' });
  return world.openPull('feature/lamp');
}

/** The page of the example says in its title which commit runs. */
async function commitAt(own: KubernetesWorld, url: string): Promise<string> {
  const page = await own.visit(url);
  return /<title>([0-9a-f]{8}) /.exec(page)?.[1] ?? page;
}

async function deployed(own: KubernetesWorld, trigger: Trigger, state: string) {
  const result = await own.step(trigger);
  const { outputs } = result;
  expect([outputs.state, outputs.reason, result.annotations]).toEqual([
    state,
    expect.anything(),
    expect.not.arrayContaining([expect.objectContaining({ level: 'error' })]),
  ]);
  return { ...result, url: outputs.url ?? '' };
}

const short = (trigger: Trigger) => headOf(trigger).slice(0, 8);
const migrations = (namespace: string) =>
  queryPreview(
    kubernetes.cluster,
    namespace,
    'SELECT left(commit, 8) FROM migrations ORDER BY migrated_at',
  );

/** Names of Secrets, which hold nothing of GitHub's or of the source. */
async function secretsIn(namespace: string): Promise<string> {
  const secrets = await kubectl('get', 'secrets', '-n', namespace, '-o', 'json');
  const decoded = JSON.parse(secrets).items.flatMap((one: { data?: Record<string, string> }) =>
    Object.values(one.data ?? {}).map((text) => Buffer.from(text, 'base64').toString()),
  );
  return decoded.join('\n');
}

describe('a review app that is built in the cluster', () => {
  test('comes with a copied database, is migrated once for each commit, and keeps serving when a migration fails', () => {
    const copy = {
      'copy-from': { secret: 'staging/db/url' },
      'exclude-tables': ['audit_*'],
      mask: 'db/mask.sql',
    };
    const configuration = reviewAppConfiguration('story', copy);
    return kubernetes.inCluster({ configuration, files }, async (own) => {
      const { world } = own;
      const opened = await open(own);
      const first = await deployed(own, opened, 'created');
      expect(await commitAt(own, first.url)).toBe(short(opened));
      expect(first.log).toContain(`Copied 1 tables with ${orders} rows`);
      expect(first.log).not.toContain('geheim');
      const inCopy = (statement: string) =>
        queryPreview(kubernetes.cluster, 'story-pr-1', statement);
      expect(await inCopy('SELECT count(*), min(item), max(item) FROM orders')).toBe(
        `${orders}|masked|masked`,
      );
      expect(await inCopy('SELECT count(*) FROM audit_log')).toBe('0');
      expect(await secretsIn('story-pr-1')).not.toMatch(/ghs_|geheim/);
      const idle = await own.requests('deployer', () => deployed(own, opened, 'unchanged'));
      expect(idle.length).toBeLessThanOrEqual(12);
      const pushed = await world.update('feature/lamp', { 'README.md': 'two' });
      await deployed(own, pushed, 'updated');
      expect(await commitAt(own, first.url)).toBe(short(pushed));
      expect(await migrations('story-pr-1')).toBe(`${short(opened)}\n${short(pushed)}`);
      const broken = await world.update('feature/lamp', {
        'bin/migrate': "console.error('column lamp is there already');\nprocess.exit(3);\n",
      });
      const failed = await own.step(broken);
      expect(failed).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      expect(failed.summary).toContain('column lamp is there already');
      expect(await commitAt(own, first.url)).toBe(short(pushed));
      await world.collaborator('ada', 'write');
      const again = await own.step(await world.comment(1, '/preview', 'ada'));
      expect(again).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      const { comments } = await world.observe();
      expect(comments['1']?.[0]).toContain('column lamp is there already');
      expect(comments['1']?.[0]).toContain('the previous commit keeps serving');
      const mended = await world.update('feature/lamp', {
        'bin/migrate': files['bin/migrate'] ?? '',
      });
      await deployed(own, mended, 'updated');
      expect(await migrations('story-pr-1')).toBe([opened, pushed, mended].map(short).join('\n'));
      const reset = await own.step(await world.comment(1, '/preview reset-db', 'ada'));
      expect(reset.outputs.state).toBe('updated');
      expect(await inCopy('SELECT count(*) FROM orders')).toBe(String(orders));
      expect(await migrations('story-pr-1')).toBe(short(mended));
    });
  });

  test('follows a push during its build, which ends with its pods', () =>
    kubernetes.inCluster({ configuration: reviewAppConfiguration('push'), files }, async (own) => {
      const { world } = own;
      await world.push('feature/lamp', { 'README.md': 'one', seconds: '60' });
      const opened = await world.openPull('feature/lamp');
      const running = own.start(opened);
      await untilBuilding('push-pr-1');
      const pushed = await world.update('feature/lamp', { seconds: '0' });
      const second = await deployed(own, pushed, 'updated');
      const first = await running.finished;
      expect(first).toMatchObject({ exit: 0, outputs: { state: 'superseded' } });
      expect(await commitAt(own, second.url)).toBe(short(pushed));
      expect(await migrations('push-pr-1')).toBe(short(pushed));
      const pods = await kubectl('get', 'pods', '-n', 'push-pr-1', '-o', 'name');
      expect(pods).not.toContain(short(opened));
      const image = '{.spec.template.spec.containers[0].image}';
      const found = await kubectl(
        'get',
        'deploy',
        'app',
        '-n',
        'push-pr-1',
        '-o',
        `jsonpath=${image}`,
      );
      expect(found).toBe(`registry.local:5000/app:${headOf(pushed)}`);
      expect(await secretsIn('push-pr-1')).not.toContain('ghs_');
      const tags = await fetch(`http://${kubernetes.cluster.registry}/v2/app/tags/list`);
      expect(await tags.text()).not.toContain(headOf(opened));
    }));
});

describe('the rights of the deployer', () => {
  test('are enough for all of that, and each is written down', () => {
    const requests = kubernetes.cluster.audit();
    expect(requests.filter(({ status }) => status === 403)).toEqual([]);
    const granted = rightsIn(readFileSync('infra/kubernetes/deployer.yaml', 'utf8'));
    const used = rightsUsed(requests);
    expect(used.size).toBeGreaterThan(20);
    expect([...used].filter((right) => !granted.includes(right))).toEqual([]);
  });
});

async function untilBuilding(namespace: string): Promise<void> {
  const selector = '--selector=app.kubernetes.io/component=build';
  for (let tries = 0; tries < 200; tries += 1) {
    const pods = await kubectl('get', 'pods', '-n', namespace, selector);
    if (pods.includes('Running')) return;
    await sleep(200);
  }
  throw new Error('no build began');
}
