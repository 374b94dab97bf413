import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Site } from './component.ts';
import { apiServer, kubeconfigFor, prepareSite, startControlPlane } from './control-plane.ts';
import { kubeProgram } from './kube-program.ts';
import type { EndTurn } from './turn.ts';
import { takeTurn } from './turn.ts';

/**
 * `control-plane`: a real API server with its controllers, where no pod ever runs; any user can have it.
 * `node`: also a registry and a node that runs pods, with Services and DNS; needs root and Debian packages.
 */
export type ClusterLevel = 'control-plane' | 'node';

/** A real Kubernetes for one test file. */
export interface Cluster {
  readonly level: ClusterLevel;
  /** Path of a kubeconfig with all rights. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:16443` */
  readonly server: string;
  /** What kubectl prints, as admin; throws with what it says when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /**
   * Applies manifests (YAML or JSON text: the account, its Roles and bindings) and gives the path of a kubeconfig
   * with the rights of the named ServiceAccount alone, good for a day. The account is made when it is not there.
   */
  serviceAccount(namespace: string, name: string, manifests: string): Promise<string>;
  /** Ends every process of it, by id, and removes what it wrote. */
  close(): Promise<void>;
}

/** Milliseconds that a test file should give `openCluster`: the program may have to be built, others may be first. */
export const clusterTimeout = 1_500_000;

/**
 * The levels that the tests here are to use: both, or only the control plane where `UNDERSTUDY_CLUSTER` is
 * `control-plane`, which is for people without root.
 */
export function clusterLevels(): readonly ClusterLevel[] {
  const { UNDERSTUDY_CLUSTER: level = 'node' } = process.env;
  if (level === 'node') return ['control-plane', 'node'];
  if (level !== 'control-plane')
    throw new Error(`UNDERSTUDY_CLUSTER is ${level}; it can be control-plane or node`);
  console.warn('UNDERSTUDY_CLUSTER=control-plane: tests that need pods are left out.');
  return ['control-plane'];
}

/** Starts a cluster, after any other on this machine has ended. Throws when a part of it does not come up. */
export async function openCluster(options: { readonly level: ClusterLevel }): Promise<Cluster> {
  const endTurn = await takeTurn(clusterTimeout / 2);
  try {
    const kube = kubeProgram();
    await endLeftovers(kube);
    return await start(options.level, kube, endTurn);
  } catch (error) {
    await endTurn();
    throw error;
  }
}

async function start(level: ClusterLevel, kube: string, endTurn: EndTurn): Promise<Cluster> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), prefix));
  const end = endAfterwards(folder, kube);
  try {
    const site = prepareSite(folder, kube);
    await startControlPlane(site, level === 'node');
    return clusterAt(site, level, async () => {
      await end();
      await endTurn();
    });
  } catch (error) {
    await end();
    throw error;
  }
}

const prefix = 'understudy-cluster-';

/** Clusters whose guard was killed too. This process has the turn, so that they are nobody's. */
async function endLeftovers(kube: string): Promise<void> {
  const parent = realpathSync(tmpdir());
  const left = readdirSync(parent).filter((name) => name.startsWith(prefix));
  await Promise.all(left.map((name) => endAfterwards(join(parent, name), kube)()));
}

/** A guard that ends the cluster when it is told so, or when this process is gone. */
function endAfterwards(folder: string, kube: string): () => Promise<void> {
  const guard = spawn('sh', [resolve('test/cluster/end.sh'), folder, kube], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  const exited = once(guard, 'exit');
  return async () => {
    guard.ref();
    guard.stdin.end();
    await exited;
  };
}

function clusterAt(site: Site, level: ClusterLevel, close: () => Promise<void>): Cluster {
  const kubeconfig = join(site.folder, 'kubeconfig');
  const kubectl = (args: readonly string[], input?: string) =>
    run(site.kube, ['kubectl', `--kubeconfig=${kubeconfig}`, ...args], input);
  return {
    level,
    kubeconfig,
    server: apiServer,
    kubectl,
    serviceAccount: async (namespace, name, manifests) => {
      const account = JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
          { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
        ],
      });
      await kubectl(['apply', '--server-side', '--field-manager=test', '-f', '-'], account);
      if (manifests.trim() !== '') await kubectl(['apply', '-f', '-'], manifests);
      const token = await kubectl(['create', 'token', name, '-n', namespace, '--duration=24h']);
      const path = join(site.folder, `kubeconfig-${namespace}-${name}`);
      writeFileSync(path, kubeconfigFor(site.folder, token.trim(), namespace), { mode: 0o600 });
      return path;
    },
    close,
  };
}

function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolveOutput, reject) => {
    const child = execFile(program, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.slice(0, 6).join(' ')}: ${stderr || error.message}`));
      else resolveOutput(stdout);
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
