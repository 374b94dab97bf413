import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterTimeout } from '../cluster/cluster.ts';
import { selfSign } from '../cluster/control-plane.ts';
import { type KubernetesWorld, openKubernetes } from '../world/kubernetes-world.ts';
import { pushSampleApplication, sampleConfiguration, variablesAt } from '../world/sample-app.ts';
import { headOf } from '../world/world.ts';

let kubernetes: Awaited<ReturnType<typeof openKubernetes>>;
let image: string;

beforeAll(async () => {
  kubernetes = await openKubernetes();
  image = await pushSampleApplication(kubernetes.cluster);
}, clusterTimeout);

afterAll(() => kubernetes?.close());

const kubectl = (...args: string[]) => kubernetes.cluster.kubectl(args);

/** Opens a pull request and deploys it; answers the addresses of its services. */
async function deploy(own: KubernetesWorld, branch: string, services = ['app']) {
  await own.world.push(branch, { 'README.md': branch });
  const opened = await own.world.openPull(branch);
  const images = services.map((service) => `${service}=${image}`).join('\n');
  const result = await own.step(opened, { inputs: { images } });
  expect([result.outputs.state, result.outputs.reason]).toEqual(['created', expect.anything()]);
  const urls = JSON.parse(result.outputs.urls ?? '') as Record<string, string>;
  return { opened, urls, images };
}

describe('previews in a shared namespace', () => {
  test('stand beside each other and what is there besides, and go one by one', async () => {
    const kubernetesSection = { 'namespace-mode': 'shared', namespace: 'previews' };
    const configuration = sampleConfiguration('shared', { kubernetes: kubernetesSection });
    await kubectl('create', 'namespace', 'previews');
    await kubectl('label', 'namespace', 'previews', 'app.kubernetes.io/managed-by=understudy');
    await kubectl('create', 'configmap', 'theirs', '-n', 'previews');
    await kubernetes.inCluster({ configuration }, async (own) => {
      const one = await deploy(own, 'one');
      const two = await deploy(own, 'two');
      for (const { opened, urls } of [one, two]) {
        expect(await variablesAt(own, urls.app ?? '')).toMatchObject({ COMMIT: headOf(opened) });
      }
      const again = await own.step(one.opened, { inputs: { images: one.images } });
      expect(again.outputs.state).toBe('unchanged');
      const closed = await own.step(await own.world.closePull(1));
      expect(closed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      await expect(variablesAt(own, one.urls.app ?? '')).rejects.toThrow('404');
      expect(await variablesAt(own, two.urls.app ?? '')).toMatchObject({
        COMMIT: headOf(two.opened),
      });
      const kinds = 'deployments,services,ingresses,configmaps,secrets';
      const label = (id: string) => `--selector=understudy.dev/preview=${id}`;
      const { PREVIEW_ID = '' } = await variablesAt(own, two.urls.app ?? '');
      const left = await kubectl('get', kinds, '-n', 'previews', '-o', 'name');
      const ofTwo = await kubectl('get', kinds, '-n', 'previews', '-o', 'name', label(PREVIEW_ID));
      const others = left.split('\n').filter((line) => !ofTwo.split('\n').includes(line));
      expect(others.sort()).toEqual(['configmap/kube-root-ca.crt', 'configmap/theirs']);
      const last = await own.step(await own.world.closePull(2));
      expect(last).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      const rest = await kubectl('get', kinds, '-n', 'previews', '-o', 'name');
      expect(rest.trim().split('\n').sort()).toEqual(others);
    });
  });
});

describe('a preview with two services', () => {
  const services = { web: {}, api: {} };
  const preview = { host: 'two-{id}-{service}.preview.localhost', services };

  test('has both in one namespace, which reach each other, and loses both at once', () =>
    kubernetes.inCluster(
      { configuration: sampleConfiguration('two', { preview }) },
      async (own) => {
        const { opened, urls, images } = await deploy(own, 'one', ['web', 'api']);
        for (const name of ['web', 'api'])
          expect(await variablesAt(own, urls[name] ?? '')).toMatchObject({
            COMMIT: headOf(opened),
            APP_HOST: `two-${new URL(urls[name] ?? '').host.split('-')[1]}-${name}.preview.localhost`,
          });
        expect(await own.namespaces()).toEqual(['two-pr-1']);
        const again = await own.step(opened, { inputs: { images } });
        expect(again.outputs.state).toBe('unchanged');
        await own.step(await own.world.closePull(1));
        expect(await own.namespaces()).toEqual([]);
      },
    ));

  test('has each in a namespace of its own where the name says the service', () => {
    const kubernetesSection = { namespace: 'apart-{service}-{number}' };
    const configuration = sampleConfiguration('apart', { preview, kubernetes: kubernetesSection });
    return kubernetes.inCluster({ configuration }, async (own) => {
      const { opened, urls, images } = await deploy(own, 'one', ['web', 'api']);
      expect(await own.namespaces()).toEqual(['apart-api-1', 'apart-web-1']);
      for (const url of Object.values(urls))
        expect(await variablesAt(own, url)).toMatchObject({ COMMIT: headOf(opened) });
      const again = await own.step(opened, { inputs: { images } });
      expect(again.outputs.state).toBe('unchanged');
      await own.world.closePull(1);
      const swept = await own.sweep(await own.world.schedule());
      expect(swept).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      expect(await own.namespaces()).toEqual([]);
    });
  });
});

describe('a certificate that is copied', () => {
  test('is shown at the address, and follows its source at the next deploy', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-tls-'));
    const renew = async () => {
      selfSign(folder, 'wildcard', ['DNS:*.preview.localhost']);
      const [cert, key] = ['crt', 'key'].map((end) => join(folder, `wildcard.${end}`));
      const make = ['create', 'secret', 'tls', 'wildcard', '-n', 'certificates'];
      const files = [`--cert=${cert}`, `--key=${key}`, '--dry-run=client', '-o', 'json'];
      await kubernetes.cluster.kubectl(['apply', '-f', '-'], await kubectl(...make, ...files));
      return readFileSync(String(cert), 'utf8');
    };
    await kubectl('create', 'namespace', 'certificates');
    const ingress = { class: 'nginx', tls: { 'copy-from': 'certificates/wildcard' } };
    const configuration = sampleConfiguration('tls', { app: { ingress } });
    try {
      const first = await renew();
      await kubernetes.inCluster({ configuration }, async (own) => {
        const { opened, urls, images } = await deploy(own, 'one');
        const url = urls.app ?? '';
        expect(url).toMatch(/^https:/);
        expect(await variablesAt(own, url, first)).toMatchObject({ APP_URL: url });
        const second = await renew();
        const updated = await own.step(opened, { inputs: { images } });
        expect(updated.outputs).toMatchObject({ state: 'updated' });
        expect(await variablesAt(own, url, second)).toMatchObject({ COMMIT: headOf(opened) });
        await expect(own.visit(url, first)).rejects.toThrow('self-signed');
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
