import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { join } from 'node:path';
import type { AuditedRequest } from '../cluster/audit.ts';
import { type NodeCluster, openCluster } from '../cluster/cluster.ts';
import { nodeAddress } from '../cluster/control-plane.ts';
import { type IngressStandIn, startIngressStandIn } from '../cluster/ingress-controller.ts';
import { forward } from './forwarder.ts';
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
  /** As `step`, without waiting for its end. */
  start(trigger: Trigger, settings?: StepSettings): ReturnType<World['start']>;
  /** `teardown-preview`, as the shipped sweeper. */
  sweep(trigger: Trigger, settings?: StepSettings): ReturnType<World['step']>;
  /** What an address of a preview answers, through the stand-in for an ingress controller. */
  visit(url: string, authority?: string): Promise<string>;
  /** What the account asked of the API server while something was done. */
  requests(user: 'deployer' | 'sweeper', act: () => Promise<unknown>): Promise<AuditedRequest[]>;
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
      traffic.inWorld({ gateway: false, ...given }, async (world) => {
        // Builds in the cluster fetch their source from there.
        const reachable = await forward(nodeAddress, Number(new URL(world.tap.url).port));
        try {
          await play(kubernetesWorld(world, cluster, ingress, { deployer, sweeper, ...reachable }));
        } finally {
          await reachable.close();
          await abandon(cluster);
        }
      }),
  };
}

/** What a test leaves is nobody's for the next one, and goes meanwhile. */
async function abandon(cluster: NodeCluster): Promise<void> {
  const left = await ours(cluster);
  if (left.length === 0) return;
  await cluster.kubectl(['label', 'namespace', ...left, 'app.kubernetes.io/managed-by-']);
  await cluster.kubectl(['delete', 'namespace', ...left, '--wait=false']);
}

async function ours(cluster: NodeCluster): Promise<string[]> {
  const selector = '--selector=app.kubernetes.io/managed-by=understudy';
  const found = await cluster.kubectl(['get', 'namespaces', selector, '-o', 'name']);
  return found.split('\n').flatMap((line) => line.split('/')[1] ?? []);
}

function kubernetesWorld(
  world: World,
  cluster: NodeCluster,
  ingress: IngressStandIn,
  {
    deployer,
    sweeper,
    url,
  }: { readonly deployer: string; readonly sweeper: string; readonly url: string },
): KubernetesWorld {
  const as = (kubeconfig: string, settings: StepSettings = {}): StepSettings => ({
    url,
    ...settings,
    env: { KUBECONFIG: kubeconfig, ...settings.env },
  });
  return {
    world,
    cluster,
    ingress,
    step: (trigger, settings) => world.step(trigger, as(deployer, settings)),
    start: (trigger, settings) => world.start(trigger, as(deployer, settings)),
    sweep: (trigger, settings) =>
      world.step(trigger, as(sweeper, { action: 'teardown-preview', ...settings })),
    visit: (url, authority) => visit(ingress, url, authority),
    requests: async (user, act) => {
      const sent = () =>
        cluster
          .audit()
          .filter((request) => request.user === `system:serviceaccount:understudy:${user}`);
      const before = sent().length;
      await act();
      return sent().slice(before);
    },
    namespaces: () => ours(cluster),
  };
}

/** Status and text of the page, as for a host whose name leads to the stand-in. */
function visit({ http, https }: IngressStandIn, url: string, ca?: string): Promise<string> {
  const { host, pathname, protocol } = new URL(url);
  const options = { agent: false, headers: { host } } as const;
  return new Promise((resolve, reject) => {
    const take = async (response: IncomingMessage) => {
      let text = '';
      for await (const part of response) text += part;
      resolve(response.statusCode === 200 ? text : `${response.statusCode} ${text}`);
    };
    const asked =
      protocol === 'https:'
        ? secureRequest(new URL(pathname, https), { ...options, ca, servername: host }, take)
        : request(new URL(pathname, http), options, take);
    asked.on('error', reject).end();
  });
}
