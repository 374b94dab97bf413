import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeAccount, tokenOf } from './accounts.ts';
import type { ApiAccess } from './api-request.ts';
import type { AuditedRequest } from './audit.ts';
import { readAudit } from './audit.ts';
import type { Site } from './component.ts';
import {
  kubeconfigFor,
  nodeAddress,
  prepareSite,
  startApiServer,
  startControllers,
} from './control-plane.ts';
import type { CustomResources } from './custom-resources.ts';
import { defineKinds } from './custom-resources.ts';
import type { ImageContent } from './images/push-content.ts';
import { pushContent } from './images/push-content.ts';
import { kubeProgram } from './kube-program.ts';
import { checkNode, imagePrefix, makeNetwork, startNode, startRuntime } from './node.ts';
import { startStorage } from './storage.ts';
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
  /** `https://127.0.0.1:16443`, or with a node `https://198.18.0.1:16443`, which pods reach too. */
  readonly server: string;
  /** For a test's own requests, with all rights. */
  readonly admin: ApiAccess;
  /** What kubectl prints, as admin; throws with what it says when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /**
   * Applies manifests (YAML or JSON text: Roles, bindings) and gives the path of a kubeconfig with the rights of the
   * named ServiceAccount alone, good for a day. Namespace and account are made where they are not there.
   */
  serviceAccount(namespace: string, name: string, manifests: string): Promise<string>;
  /** Makes kinds known that are not Kubernetes' own; no controller acts on them. */
  addKinds(which: CustomResources): Promise<void>;
  /** What ServiceAccounts have asked for so far, oldest first; open watches aside. */
  audit(): AuditedRequest[];
  /** Ends every process of it, by id, and removes what it wrote. */
  close(): Promise<void>;
}

/** A cluster that runs pods. */
export interface NodeCluster extends Cluster {
  /** `198.18.0.1:15000`, for this machine and for pods. Manifests, and pods too, call it `registry.local:5000`. */
  readonly registry: string;
  /** Pushes `NAME:TAG` and gives what manifests name: `registry.local:5000/NAME@sha256:…`. */
  pushImage(name: string, content: ImageContent): Promise<string>;
}

/** Milliseconds to give `openCluster`: the program may have to be built, and other test files may be first. */
export const clusterTimeout = 1_500_000;

/** Whether tests that need pods are to run. They are unless `UNDERSTUDY_CLUSTER` is `control-plane`, for people without root. */
export function hasNode(): boolean {
  const { UNDERSTUDY_CLUSTER: level = 'node' } = process.env;
  if (level === 'node') return true;
  if (level !== 'control-plane')
    throw new Error(`UNDERSTUDY_CLUSTER is ${level}; it can be control-plane or node`);
  console.warn('UNDERSTUDY_CLUSTER=control-plane: tests that need pods are left out.');
  return false;
}

/** Starts a cluster, after any other on this machine has ended. Throws when a part of it does not come up. */
export async function openCluster(options: { readonly level: 'node' }): Promise<NodeCluster>;
export async function openCluster(options: { readonly level: ClusterLevel }): Promise<Cluster>;
export async function openCluster({ level }: { readonly level: ClusterLevel }): Promise<Cluster> {
  if (level === 'node') checkNode();
  const endTurn = await takeTurn(clusterTimeout / 2);
  try {
    const kube = kubeProgram();
    await endLeftovers(kube);
    return await start(level, kube, endTurn);
  } catch (error) {
    await endTurn();
    throw error;
  }
}

async function start(level: ClusterLevel, kube: string, endTurn: EndTurn): Promise<Cluster> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), prefix));
  const end = endAfterwards(folder, kube);
  const close = async () => {
    await end();
    await endTurn();
  };
  try {
    if (level === 'node') return await startWithNode(folder, kube, close);
    const site = prepareSite(folder, kube, '127.0.0.1');
    await startApiServer(site);
    await startControllers(site);
    return await clusterAt(site, level, close);
  } catch (error) {
    await end();
    throw error;
  }
}

async function startWithNode(
  folder: string,
  kube: string,
  close: () => Promise<void>,
): Promise<NodeCluster> {
  makeNetwork();
  const site = prepareSite(folder, kube, nodeAddress);
  const [registry] = await Promise.all([startRuntime(site), startApiServer(site)]);
  await Promise.all([startControllers(site), startNode(site)]);
  const pushImage = async (name: string, content: ImageContent) => {
    const digest = await pushContent(folder, registry, name, content);
    return `${imagePrefix}/${name.split(':')[0]}@${digest}`;
  };
  return { ...(await clusterAt(site, 'node', close)), registry: registry.address, pushImage };
}

const prefix = 'understudy-kubernetes-';

/** Ends clusters whose guard was killed too. This process has the turn, so that they are nobody's. */
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

async function clusterAt(
  site: Site,
  level: ClusterLevel,
  end: () => Promise<void>,
): Promise<Cluster> {
  const endStorage = await startStorage(site);
  const close = async () => {
    endStorage();
    await end();
  };
  const { admin } = site;
  const kubeconfig = join(site.folder, 'kubeconfig');
  const kubectl = (args: readonly string[], input?: string) =>
    run(site.kube, ['kubectl', `--kubeconfig=${kubeconfig}`, ...args], input);
  const serviceAccount = async (namespace: string, name: string, manifests: string) => {
    await makeAccount(admin, namespace, name);
    if (manifests.trim() !== '') await kubectl(['apply', '-f', '-'], manifests);
    const token = await tokenOf(admin, namespace, name);
    const path = join(site.folder, `kubeconfig-${namespace}-${name}`);
    writeFileSync(path, kubeconfigFor(site, token, namespace), { mode: 0o600 });
    return path;
  };
  const addKinds = (which: CustomResources) => defineKinds(admin, which);
  const { server } = admin;
  const audit = () => readAudit(site.folder);
  return { level, kubeconfig, server, admin, kubectl, serviceAccount, addKinds, audit, close };
}

function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const options = { env: { PATH, HOME }, maxBuffer: 2 ** 26 };
  return new Promise((resolveOutput, reject) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.slice(2, 6).join(' ')}: ${stderr || error.message}`));
      else resolveOutput(stdout);
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
