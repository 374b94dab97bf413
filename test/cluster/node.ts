import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { apiRequest, createObject } from './api-request.ts';
import type { Site } from './component.ts';
import { startComponent, until } from './component.ts';
import { nodeAddress } from './control-plane.ts';
import { cachedImages } from './images/cached-images.ts';
import type { BlobsAndRegistry } from './images/push.ts';
import { push } from './images/push.ts';
import * as settings from './node-settings.ts';

/** What manifests call the registry; pods too reach it by that name. */
export const imagePrefix = 'registry.local:5000';

const networkPlugins = '/usr/lib/cni';
const bridges = { node: 'understudy0', pods: 'cni-understudy' } as const;

/** Throws, with all that is missing, where pods cannot be run. */
export function checkNode(): void {
  const programs = [
    'containerd',
    'ctr',
    'runc',
    'iptables',
    'conntrack',
    'ip',
    'busybox',
    'debootstrap',
  ];
  const missing = programs.filter((name) => !isInstalled(name));
  if (!existsSync(join(networkPlugins, 'bridge'))) missing.push('containernetworking-plugins');
  if (process.getuid?.() !== 0) missing.unshift('root');
  if (missing.length === 0) return;
  throw new Error(
    `A node that runs pods needs ${missing.join(', ')}: test/cluster/packages.sh installs what it needs of Debian. ` +
      'With UNDERSTUDY_CLUSTER=control-plane the tests that need pods are left out.',
  );
}

function isInstalled(program: string): boolean {
  const folders = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What does not wait for the API server: registry with all images, containers. */
export async function startRuntime(site: Site): Promise<BlobsAndRegistry> {
  const blobs = join(site.folder, 'registry');
  mkdirSync(blobs);
  const registry = { address: `${nodeAddress}:15000`, blobs };
  const serve = ['crane', 'registry', 'serve', `--address=${registry.address}`, `--disk=${blobs}`];
  startComponent(site, 'registry', site.kube, serve);
  const { folder } = site;
  const hosts = join(folder, 'hosts', imagePrefix);
  for (const name of [hosts, join(folder, 'cni'), join(folder, 'containerd')])
    mkdirSync(name, { recursive: true });
  writeFileSync(join(hosts, 'hosts.toml'), settings.registryHost(registry.address));
  writeFileSync(join(folder, 'cni/10-bridge.conflist'), settings.podNetwork(folder, bridges.pods));
  const config = join(folder, 'containerd.toml');
  writeFileSync(config, settings.containerd(folder, networkPlugins, `${imagePrefix}/pause:1`));
  startComponent(site, 'containerd', 'containerd', [`--config=${config}`]);
  const images = cachedImages();
  await until(site, 'registry', () => answers(`http://${registry.address}/v2/`));
  await Promise.all([...images].map(([name, image]) => push(registry, name, image)));
  await until(site, 'containerd', () => existsSync(join(folder, 'containerd.sock')));
  return registry;
}

/** kubelet, Services and names, once the API server answers; done when the node is ready for pods. */
export async function startNode(site: Site): Promise<void> {
  const { folder, kube } = site;
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  writeFileSync(join(folder, 'kubelet.yaml'), settings.kubelet(folder, nodeAddress));
  writeFileSync(join(folder, 'Corefile'), settings.corefile(nodeAddress, kubeconfig));
  const asNode = [`--kubeconfig=${kubeconfig}`, '--hostname-override=node'];
  startComponent(site, 'kubelet', kube, [
    'kubelet',
    ...asNode,
    `--config=${join(folder, 'kubelet.yaml')}`,
    `--root-dir=${join(folder, 'kubelet')}`,
    `--node-ip=${nodeAddress}`,
  ]);
  startComponent(site, 'kube-proxy', kube, ['kube-proxy', ...asNode, ...settings.proxyOptions]);
  startComponent(site, 'coredns', kube, ['coredns', '-conf', join(folder, 'Corefile')]);
  for (const { path, object } of settings.hostServices(nodeAddress))
    await createObject(site.admin, path, object);
  await until(site, 'coredns', () => answers(`http://${settings.dnsReady}/ready`));
  await until(site, 'kubelet', () => isReady(site));
}

async function isReady(site: Site): Promise<boolean> {
  const answer = await apiRequest(site.admin, '/api/v1/nodes/node');
  if (answer.status !== 200) return false;
  const { spec, status } = JSON.parse(answer.body);
  const conditions: { type: string; status: string }[] = status.conditions ?? [];
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready && !spec.taints;
}

/** A bridge with the node's address; pods are on another, between which no firewall of the machine may stand. */
export function makeNetwork(): void {
  try {
    run('ip', 'link', 'delete', bridges.node);
  } catch {} // It is left only where a start was cut short.
  run('ip', 'link', 'add', bridges.node, 'type', 'bridge');
  run('ip', 'address', 'add', `${nodeAddress}/32`, 'dev', bridges.node);
  run('ip', 'link', 'set', bridges.node, 'up');
  try {
    run('modprobe', 'br_netfilter');
  } catch {} // It may be built in.
  run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1');
  for (const direction of ['-i', '-o'])
    run('iptables', '-w', '-I', 'FORWARD', direction, bridges.pods, '-j', 'ACCEPT');
}

function run(program: string, ...args: readonly string[]): void {
  const { PATH = '' } = process.env;
  const env = { PATH: `${PATH}:/usr/sbin:/sbin` };
  execFileSync(program, args, { stdio: 'pipe', env });
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
