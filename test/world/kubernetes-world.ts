import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeCluster, openCluster } from '../cluster/cluster.ts';
import { type IngressStandIn, startIngressStandIn } from '../cluster/ingress-controller.ts';
import { Traffic } from './traffic.ts';
import {
  projectRoot,
  type StepSettings,
  type Trigger,
  type World,
  type WorldOptions,
} from './world.ts';

/** A cluster for one test, with the rights that are shipped. */
export interface KubernetesWorld {
  readonly world: World;
  readonly cluster: NodeCluster;
  readonly ingress: IngressStandIn;
  /** As the shipped deployer. */
  step(trigger: Trigger, settings?: StepSettings): ReturnType<World['step']>;
  /** As the shipped sweeper. */
  sweep(trigger: Trigger, settings?: StepSettings): ReturnType<World['step']>;
  /** What an address of a preview answers, through the stand-in for an ingress controller. */
  visit(url: string): Promise<string>;
  /** Names of the namespaces that carry our mark. */
  namespaces(): Promise<string[]>;
}

function shipped(name: string): string {
  return readFileSync(join(projectRoot, 'infra/kubernetes', name), 'utf8');
}

/** One cluster for a file of tests. */
export async function openKubernetes() {
  const cluster = await openCluster({ level: 'node' });
  const ingress = await startIngressStandIn(cluster.admin);
  const deployer = await cluster.serviceAccount('understudy', 'deployer', shipped('deployer.yaml'));
  const sweeper = await cluster.serviceAccount('understudy', 'sweeper', shipped('sweeper.yaml'));
  await cluster.kubectl(['apply', '-f', '-'], shipped('guard.yaml'));
  const traffic = new Traffic();
  return {
    traffic,
    cluster,
    close: async () => {
      await ingress.close();
      await cluster.close();
    },
    inCluster: (given: WorldOptions, play: (kubernetes: KubernetesWorld) => Promise<void>) =>
      traffic.inWorld({ gateway: false, ...given }, (world) =>
        play(kubernetesWorld(world, cluster, ingress, { deployer, sweeper })),
      ),
  };
}

function kubernetesWorld(
  world: World,
  cluster: NodeCluster,
  ingress: IngressStandIn,
  accounts: { readonly deployer: string; readonly sweeper: string },
): KubernetesWorld {
  const as =
    (kubeconfig: string) =>
    (trigger: Trigger, settings: StepSettings = {}) =>
      world.step(trigger, { ...settings, env: { KUBECONFIG: kubeconfig, ...settings.env } });
  return {
    world,
    cluster,
    ingress,
    step: as(accounts.deployer),
    sweep: as(accounts.sweeper),
    visit: async (url) => {
      const { host, pathname } = new URL(url);
      const answer = await fetch(new URL(pathname, ingress.http), { headers: { host } });
      return answer.text();
    },
    namespaces: async () => {
      const selector = '--selector=app.kubernetes.io/managed-by=understudy';
      const found = await cluster.kubectl(['get', 'namespaces', selector, '-o', 'name']);
      return found.split('\n').flatMap((line) => line.split('/')[1] ?? []);
    },
  };
}

/** The image of a small server that says its environment; gives what manifests name. */
export async function pushSampleApplication(cluster: NodeCluster, version = '1'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-sample-'));
  try {
    writeFileSync(join(folder, 'server.mjs'), server);
    return await cluster.pushImage(`shop:${version}`, {
      from: 'node:1',
      contents: { [join(folder, 'server.mjs')]: '/app/server.mjs' },
      command: ['node', '/app/server.mjs'],
      environment: { VERSION: version },
      user: '1000',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const server = `import { createServer } from 'node:http';
createServer((request, response) => {
  response.end(JSON.stringify({ path: request.url, env: process.env }));
}).listen(Number(process.env.PORT), '0.0.0.0');
`;
