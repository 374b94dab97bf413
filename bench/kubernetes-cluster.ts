import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { startApiProxy } from '../test/cluster/api-proxy.ts';
import { type Cluster, openCluster } from '../test/cluster/cluster.ts';
import { startNodeStandIn } from '../test/cluster/node-stand-in.ts';
import { type KubernetesObject, watchObjects } from '../test/cluster/watched-objects.ts';
import { projectRoot } from '../test/world/world.ts';

/** A request to the API server, with the moment in which it came. */
export interface Asked {
  readonly at: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** A real control plane, and a stand-in for its node, whose pods are ready at once. */
export interface BenchCluster {
  readonly cluster: Cluster;
  /** KUBECONFIGs by way of the counting proxy: the shipped accounts, and one that may do everything. */
  readonly kubeconfigs: Readonly<Record<'deployer' | 'sweeper' | 'admin', string>>;
  readonly asked: Asked[];
  /** When each Deployment became available, by namespace and name. */
  readonly available: Map<string, number>;
  close(): Promise<void>;
}

interface Deployment extends KubernetesObject {
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly replicas?: number;
  };
}

/** Waits for its turn on this machine. */
export async function openBenchCluster(): Promise<BenchCluster> {
  const cluster = await openCluster({ level: 'control-plane' });
  const node = await startNodeStandIn(cluster.admin);
  const proxy = await startApiProxy(cluster.admin, node.answer);
  const asked: Asked[] = [];
  proxy.decide = ({ method, path }) => {
    asked.push({ at: Date.now(), method, path });
    return undefined;
  };
  const trusted = await startTrusted(proxy.url, cluster.admin.token);
  const available = new Map<string, number>();
  const deployments = watchObjects<Deployment>(
    cluster.admin,
    '/apis/apps/v1/deployments',
    (deployment) => noteAvailable(available, deployment),
  );
  const account = async (name: string) =>
    through(proxy.url, await cluster.serviceAccount('understudy', name, shipped(`${name}.yaml`)));
  return {
    cluster,
    kubeconfigs: {
      deployer: await account('deployer'),
      sweeper: await account('sweeper'),
      admin: through(trusted.url, cluster.kubeconfig),
    },
    asked,
    available,
    close: async () => {
      deployments.close();
      node.close();
      trusted.close();
      await proxy.close();
      await cluster.close();
    },
  };
}

/** By the replicas alone: annotations too begin a generation of a Deployment. */
function noteAvailable(available: Map<string, number>, { metadata, spec, status }: Deployment) {
  const key = `${metadata.namespace}/${metadata.name}`;
  const { updatedReplicas, availableReplicas, replicas } = status;
  const isAvailable = [updatedReplicas, availableReplicas, replicas].every(
    (count) => count === spec.replicas,
  );
  if (!isAvailable) available.delete(key);
  else if (!available.has(key)) available.set(key, Date.now());
}

function shipped(name: string): string {
  return readFileSync(join(projectRoot, 'infra/kubernetes', name), 'utf8');
}

/** Client-go sends no credentials over plain HTTP: here they are added. */
async function startTrusted(url: string, token: string) {
  const server = createServer((asked, answered) => {
    const { url: path = '/', method, headers } = asked;
    const authorization = `Bearer ${token}`;
    const sent = request(`${url}${path}`, { method, headers: { ...headers, authorization } });
    sent.on('response', (reply) => {
      answered.writeHead(reply.statusCode ?? 502, reply.headers).flushHeaders();
      reply.on('error', () => answered.destroy()).pipe(answered);
    });
    sent.on('error', () => answered.destroy());
    answered.on('close', () => sent.destroy());
    asked.pipe(sent);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/** The same account, by way of the proxy. */
function through(server: string, kubeconfig: string): string {
  const known = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const clusters = [{ name: 'test', cluster: { server } }];
  const path = join(dirname(kubeconfig), `counted-${basename(kubeconfig)}`);
  writeFileSync(path, JSON.stringify({ ...known, clusters }), { mode: 0o600 });
  return path;
}
