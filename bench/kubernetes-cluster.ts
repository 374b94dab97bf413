import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ApiProxy, startApiProxy } from '../test/cluster/api-proxy.ts';
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
    readonly observedGeneration?: number;
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
  const available = new Map<string, number>();
  const deployments = watchObjects<Deployment>(
    cluster.admin,
    '/apis/apps/v1/deployments',
    (deployment) => noteAvailable(available, deployment),
  );
  const account = async (name: string, manifests: string) =>
    through(proxy, await cluster.serviceAccount('understudy', name, manifests));
  return {
    cluster,
    kubeconfigs: {
      deployer: await account('deployer', shipped('deployer.yaml')),
      sweeper: await account('sweeper', shipped('sweeper.yaml')),
      admin: await account('admin', everything),
    },
    asked,
    available,
    close: async () => {
      deployments.close();
      node.close();
      await proxy.close();
      await cluster.close();
    },
  };
}

function noteAvailable(available: Map<string, number>, { metadata, spec, status }: Deployment) {
  const key = `${metadata.namespace}/${metadata.name}`;
  const { observedGeneration = 0, updatedReplicas, availableReplicas, replicas } = status;
  const isAvailable =
    observedGeneration >= (metadata.generation ?? 0) &&
    [updatedReplicas, availableReplicas, replicas].every((count) => count === spec.replicas);
  if (!isAvailable) available.delete(key);
  else if (!available.has(key)) available.set(key, Date.now());
}

function shipped(name: string): string {
  return readFileSync(join(projectRoot, 'infra/kubernetes', name), 'utf8');
}

const everything = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: bench-admin }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: admin, namespace: understudy }]
`;

/** The same account, by way of the proxy. */
function through({ url }: ApiProxy, kubeconfig: string): string {
  const known = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const clusters = [{ name: 'test', cluster: { server: url } }];
  const path = join(dirname(kubeconfig), `counted-${kubeconfig.split('-').at(-1)}`);
  writeFileSync(path, JSON.stringify({ ...known, clusters }), { mode: 0o600 });
  return path;
}
