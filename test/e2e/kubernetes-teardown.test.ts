import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterTimeout } from '../cluster/cluster.ts';
import { type KubernetesWorld, openKubernetes } from '../world/kubernetes-world.ts';
import { pushSampleApplication, sampleConfiguration } from '../world/sample-app.ts';

let kubernetes: Awaited<ReturnType<typeof openKubernetes>>;
let images: string;

beforeAll(async () => {
  kubernetes = await openKubernetes();
  images = `app=${await pushSampleApplication(kubernetes.cluster)}`;
}, clusterTimeout);

afterAll(() => kubernetes?.close());

/** Opens a pull request and deploys it. */
async function deploy(own: KubernetesWorld, branch: string) {
  await own.world.push(branch, { 'README.md': branch });
  const opened = await own.world.openPull(branch);
  const result = await own.step(opened, { inputs: { images } });
  expect([result.outputs.state, result.outputs.reason]).toEqual(['created', expect.anything()]);
  return opened;
}

const apply = (object: object) =>
  kubernetes.cluster.kubectl(['apply', '-f', '-'], JSON.stringify(object));

const namespace = (name: string, labels: object = {}) =>
  apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });

async function isThere(name: string): Promise<boolean> {
  const found = await kubernetes.cluster.kubectl(['get', 'namespaces', '-o', 'name']);
  return found.split('\n').includes(`namespace/${name}`);
}

describe('the sweeper', () => {
  test('removes what a missed close left, keeps the rest, and touches nothing of others', () =>
    kubernetes.inCluster({ configuration: sampleConfiguration('missed') }, async (own) => {
      await deploy(own, 'one');
      await deploy(own, 'two');
      await namespace('missed-pr-9');
      const theirs = {
        'app.kubernetes.io/managed-by': 'understudy',
        'understudy.dev/repository': 'acme.other',
        'understudy.dev/preview': '0badcafe',
        'understudy.dev/pull-request': '1',
      };
      await namespace('other-pr-1', theirs);
      await own.world.closePull(1);
      const schedule = await own.world.schedule();
      const requests = await own.requests('sweeper', async () => {
        const swept = await own.sweep(schedule);
        expect(swept).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
        expect(JSON.parse(swept.outputs.removed ?? '')).toMatchObject([
          { pullRequest: 1, reason: expect.stringMatching(/^closed: /) },
        ]);
        expect(JSON.parse(swept.outputs.kept ?? '')).toMatchObject([{ pullRequest: 2 }]);
      });
      expect(requests.filter(({ status }) => status === 403)).toEqual([]);
      expect(await isThere('missed-pr-1')).toBe(false);
      expect(await isThere('missed-pr-2')).toBe(true);
      expect(await isThere('missed-pr-9')).toBe(true);
      expect(await isThere('other-pr-1')).toBe(true);
      const idle = await own.requests('sweeper', () => own.sweep(schedule));
      expect(idle.length).toBeLessThanOrEqual(6);
    }));

  test('leaves what /preview keep keeps, and removes it when that is over', () =>
    kubernetes.inCluster(
      { configuration: sampleConfiguration('keep', { preview: { 'expire-after': '1d' } }) },
      async (own) => {
        const { world } = own;
        await world.collaborator('ada', 'write');
        await deploy(own, 'one');
        const kept = await own.step(await world.comment(1, '/preview keep 3d', 'ada'));
        expect(kept.outputs.reason).toMatch(/^keep: /);
        const sweepAfter = async (days: number) => {
          const now = new Date(Date.now() + days * 86_400_000).toISOString();
          return own.sweep(await world.schedule(), { env: { UNDERSTUDY_NOW: now } });
        };
        expect((await sweepAfter(2)).outputs.removed).toBe('[]');
        expect(JSON.parse((await sweepAfter(4)).outputs.removed ?? '')).toMatchObject([
          { pullRequest: 1, reason: expect.stringMatching(/^expired: /) },
        ]);
        expect(await isThere('keep-pr-1')).toBe(false);
      },
    ));

  test('says which finalizer holds a namespace, and the next sweep ends it', () =>
    kubernetes.inCluster({ configuration: sampleConfiguration('hangs') }, async (own) => {
      await deploy(own, 'one');
      const held = { name: 'held', namespace: 'hangs-pr-1', finalizers: ['acme.test/hold'] };
      await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: held });
      const closed = await own.world.closePull(1);
      const removed = await own.sweep(closed, { inputs: { timeout: '12s' } });
      expect(removed.exit).toBe(1);
      expect(JSON.parse(removed.outputs.leftovers ?? '')).toMatchObject([
        { type: 'Namespace', id: 'hangs-pr-1', reason: expect.stringContaining('acme.test/hold') },
      ]);
      expect(removed.outputs.leftovers).toContain('configmaps');
      const free = ['patch', 'configmap', 'held', '-n', 'hangs-pr-1', '--type=merge', '-p'];
      await kubernetes.cluster.kubectl([...free, '{"metadata":{"finalizers":null}}']);
      const swept = await own.sweep(await own.world.schedule());
      expect(swept).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      expect(await isThere('hangs-pr-1')).toBe(false);
    }));
});

describe('a namespace of that name that is someone else’s', () => {
  test('is not touched by a deploy, a dry run or a close, which say so', () =>
    kubernetes.inCluster({ configuration: sampleConfiguration('foreign') }, async (own) => {
      const { world } = own;
      await namespace('foreign-pr-1', { team: 'shop' });
      const about = ['get', 'namespace', 'foreign-pr-1', '-o', 'jsonpath={.metadata}'];
      const before = await kubernetes.cluster.kubectl(about);
      await world.push('one', { 'README.md': 'one' });
      const opened = await world.openPull('one');
      for (const inputs of [{ images }, { images, 'dry-run': 'true' }]) {
        const refused = await own.step(opened, { inputs });
        expect(refused.exit).toBe(1);
        const [error] = refused.annotations.filter(({ level }) => level === 'error');
        expect(error?.message).toContain('foreign-pr-1');
        expect(error?.message).toContain('not this preview');
      }
      await own.step(await world.closePull(1));
      expect(await kubernetes.cluster.kubectl(about)).toBe(before);
    }));
});
