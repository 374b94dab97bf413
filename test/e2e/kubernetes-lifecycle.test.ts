import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterTimeout } from '../cluster/cluster.ts';
import { openKubernetes, pushSampleApplication } from '../world/kubernetes-world.ts';
import { headOf } from '../world/world.ts';

let kubernetes: Awaited<ReturnType<typeof openKubernetes>>;
let image: string;

beforeAll(async () => {
  kubernetes = await openKubernetes();
  image = await pushSampleApplication(kubernetes.cluster);
}, clusterTimeout);

afterAll(() => kubernetes?.close());

const configuration = (more = '') => `preview:
  host: "{id}.preview.localhost"
  probe: { path: /healthz, within: 30s }
  kubernetes:
    namespace: "{repository}-pr-{number}"
    app:
      image: "{image}"
      port: 3000
      env: { APP_ENV: preview }
      health: { path: /healthz }
      ingress: { class: nginx }
${more}`;

describe('a review app', () => {
  test(
    'comes, stays when nothing changed, follows a push, and goes with its pull request',
    () =>
      kubernetes.inCluster({ configuration: configuration() }, async (own) => {
        const { world } = own;
        await world.push('feature/lamp', { 'README.md': 'one' });
        const opened = await world.openPull('feature/lamp');
        const inputs = { images: `app=${image}` };
        const first = await own.step(opened, { inputs });
        expect(first).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      }),
    120_000,
  );
});
