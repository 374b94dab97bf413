import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterTimeout } from '../cluster/cluster.ts';
import { type KubernetesWorld, openKubernetes } from '../world/kubernetes-world.ts';
import { pushSampleApplication, sampleConfiguration, variablesAt } from '../world/sample-app.ts';
import { headOf, type StepSettings, type Trigger } from '../world/world.ts';

let kubernetes: Awaited<ReturnType<typeof openKubernetes>>;
let image: string;

beforeAll(async () => {
  kubernetes = await openKubernetes();
  image = await pushSampleApplication(kubernetes.cluster);
}, clusterTimeout);

afterAll(async () => {
  await kubernetes?.close();
  if (!kubernetes) return;
  const { problems, exchanges } = kubernetes.traffic.judge();
  expect(problems).toEqual([]);
  expect(exchanges).toBeGreaterThan(20);
});

async function open({ world }: KubernetesWorld, branch = 'feature/lamp') {
  await world.push(branch, { 'README.md': branch });
  return world.openPull(branch);
}

async function deployed(own: KubernetesWorld, trigger: Trigger, state: string, settings = {}) {
  const inputs = { images: `app=${image}` };
  const result = await own.step(trigger, { inputs, ...settings });
  expect([result.outputs.state, result.outputs.reason, result.exit]).toEqual([
    state,
    expect.anything(),
    0,
  ]);
  return result;
}

function configurationOf(word: string, timeout: string): string {
  return sampleConfiguration(word, { kubernetes: { 'rollout-timeout': timeout } });
}

/** Settings of a step with another image. */
const withImage = (other: string): StepSettings => ({ inputs: { images: `app=${other}` } });

describe('a preview from an image', () => {
  test('comes, is left alone when nothing changed, follows a push without a gap, and goes', () =>
    kubernetes.inCluster({ configuration: sampleConfiguration('story') }, async (own) => {
      const { world } = own;
      const opened = await open(own);
      let url = '';
      const first = await own.requests('deployer', async () => {
        url = (await deployed(own, opened, 'created')).outputs.url ?? '';
      });
      // Three watches say why something is not ready, where that takes longer than 2 s.
      expect(first.length).toBeLessThanOrEqual(15);
      expect(await variablesAt(own, url)).toMatchObject({ COMMIT: headOf(opened), VERSION: '1' });
      expect(await own.namespaces()).toEqual(['story-pr-1']);
      const again = await own.requests('deployer', () => deployed(own, opened, 'unchanged'));
      expect(again.length).toBeLessThanOrEqual(10);
      const pushed = await world.update('feature/lamp', { 'README.md': 'two' });
      const running = own.start(pushed, withImage(image));
      const seen = await whileRunning(running.finished, async () => {
        const text = await own.visit(url);
        return text.startsWith('{') ? String(JSON.parse(text).env.COMMIT) : text;
      });
      expect((await running.finished).outputs).toMatchObject({ state: 'updated' });
      expect([...new Set(seen)].filter((commit) => commit !== headOf(pushed))).toEqual([
        headOf(opened),
      ]);
      expect(await variablesAt(own, url)).toMatchObject({ COMMIT: headOf(pushed) });
      const closed = await own.step(await world.closePull(1));
      expect(closed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      const left = await kubernetes.cluster.kubectl(['get', 'namespaces', '-o', 'name']);
      expect(left).not.toContain('story-pr-1');
    }));

  test('is rolled out anew when only its configuration changed', () =>
    kubernetes.inCluster(
      {
        configuration: sampleConfiguration('config', {
          app: { 'env-from': [{ 'config-map': 'shared/app-config' }] },
        }),
      },
      async (own) => {
        await kubernetes.cluster.kubectl(['create', 'namespace', 'shared']);
        const write = (colour: string) =>
          kubernetes.cluster.kubectl(
            ['apply', '-f', '-'],
            JSON.stringify({
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: { name: 'app-config', namespace: 'shared' },
              data: { COLOUR: colour },
            }),
          );
        await write('red');
        const opened = await open(own);
        const { outputs } = await deployed(own, opened, 'created');
        expect(await variablesAt(own, outputs.url ?? '')).toMatchObject({ COLOUR: 'red' });
        await write('green');
        await deployed(own, opened, 'updated');
        expect(await variablesAt(own, outputs.url ?? '')).toMatchObject({ COLOUR: 'green' });
        await deployed(own, opened, 'unchanged');
      },
    ));

  test('keeps its old version when an image cannot be pulled, which is said within 30 s', () =>
    kubernetes.inCluster({ configuration: sampleConfiguration('image') }, async (own) => {
      const { world } = own;
      const opened = await open(own);
      const { outputs } = await deployed(own, opened, 'created');
      const pushed = await world.update('feature/lamp', { 'README.md': 'two' });
      const start = performance.now();
      const absent = `registry.local:5000/absent@sha256:${'0'.repeat(64)}`;
      const failed = await own.step(pushed, withImage(absent));
      expect(performance.now() - start).toBeLessThan(35_000);
      expect(failed).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      const [error] = failed.annotations.filter(({ level }) => level === 'error');
      expect(error?.message).toMatch(/ImagePullBackOff|ErrImagePull/);
      expect(error?.message).toContain(absent);
      expect(await variablesAt(own, outputs.url ?? '')).toMatchObject({ COMMIT: headOf(opened) });
      const { comments } = await world.observe();
      expect(comments['1']?.[0]).toContain('the previous commit keeps serving');
      await deployed(own, pushed, 'updated');
      expect(await variablesAt(own, outputs.url ?? '')).toMatchObject({ COMMIT: headOf(pushed) });
    }));

  test('never served, it says so when its image cannot be pulled', () =>
    kubernetes.inCluster({ configuration: configurationOf('never', '4s') }, async (own) => {
      const opened = await open(own);
      const absent = `registry.local:5000/absent@sha256:${'0'.repeat(64)}`;
      expect((await own.step(opened, withImage(absent))).outputs.state).toBe('failed');
      await own.step(opened, withImage(absent));
      const { comments } = await own.world.observe();
      expect(comments['1']?.[0]).toMatch(/was not ready within 4.*cannot be pulled/);
      expect(comments['1']?.[0]).not.toContain('keeps serving');
      await deployed(own, opened, 'updated');
    }));

  test('is not waited for with wait: false, and a later run sees that it is ready', () =>
    kubernetes.inCluster({ configuration: sampleConfiguration('wait') }, async (own) => {
      const opened = await open(own);
      const inputs = { images: `app=${image}`, wait: 'false' };
      const result = await own.step(opened, { inputs });
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const { comments } = await own.world.observe();
      expect(comments['1']?.[0]).toContain('starting');
      const ready = await own.step(opened, withImage(image));
      expect(ready.exit).toBe(0);
      expect(await variablesAt(own, ready.outputs.url ?? '')).toMatchObject({
        COMMIT: headOf(opened),
      });
    }));

  test('leaves nothing in a dry run, and says what would be made', () =>
    kubernetes.inCluster({ configuration: sampleConfiguration('dry') }, async (own) => {
      const opened = await open(own);
      const requests = await own.requests('deployer', async () => {
        const inputs = { images: `app=${image}`, 'dry-run': 'true' };
        const result = await deployed(own, opened, 'planned', { inputs });
        const kinds = JSON.parse(result.outputs.changes ?? '').map((c: { type: string }) => c.type);
        expect(kinds.sort()).toEqual(['Deployment', 'Ingress', 'Service']);
      });
      expect(requests.filter(({ verb }) => !['get', 'list'].includes(verb))).toEqual([]);
      expect(await own.namespaces()).toEqual([]);
      await deployed(own, opened, 'created');
      const before = await versions('dry-pr-1');
      const pushed = await own.world.update('feature/lamp', { 'README.md': 'two' });
      const inputs = { images: `app=${image}`, 'dry-run': 'true' };
      await deployed(own, pushed, 'planned', { inputs });
      expect(await versions('dry-pr-1')).toBe(before);
    }));
});

async function versions(namespace: string): Promise<string> {
  const path = '{range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}\n{end}';
  const kinds = 'deployments,services,ingresses,configmaps,secrets,jobs';
  return kubernetes.cluster.kubectl(['get', kinds, '-n', namespace, '-o', `jsonpath=${path}`]);
}

async function whileRunning<Value>(
  running: Promise<unknown>,
  look: () => Promise<Value>,
): Promise<Value[]> {
  const seen: Value[] = [];
  let ended = false;
  running.then(() => {
    ended = true;
  });
  while (!ended) {
    seen.push(await look());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return seen;
}
