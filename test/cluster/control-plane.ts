import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiRequest } from './api-request.ts';
import { auditOptions } from './audit.ts';
import type { Site } from './component.ts';
import { startComponent, until } from './component.ts';

/** The address of the node, on a bridge of its own: pods cannot reach what listens on loopback. */
export const nodeAddress = '198.18.0.1';

const port = 16443;

const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
const addresses = ['127.0.0.1', nodeAddress, '10.96.0.1'];

/** Writes certificates, keys and the admin's kubeconfig into the folder. `address` is where the API server listens. */
export function prepareSite(folder: string, kube: string, address: string): Site {
  for (const name of ['log', 'pid', 'certs']) mkdirSync(join(folder, name));
  selfSign(join(folder, 'certs'), 'apiserver', [
    ...addresses.map((address) => `IP:${address}`),
    ...names.map((name) => `DNS:${name}`),
  ]);
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const secret = { mode: 0o600 };
  writeFileSync(join(folder, 'certs/service-accounts.key'), privateKey, secret);
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, secret);
  const certificate = readFileSync(join(folder, 'certs/apiserver.crt'), 'utf8');
  const site = {
    folder,
    kube,
    admin: { server: `https://${address}:${port}`, token, certificate },
  };
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(site, token), secret);
  return site;
}

/** `NAME.crt` and `NAME.key` in the folder. `subjects` as openssl writes them: `DNS:*.example.com`, `IP:127.0.0.1`. */
export function selfSign(folder: string, name: string, subjects: readonly string[]): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  const subject = ['-subj', '/CN=understudy-test', '-addext', `subjectAltName=${subjects}`];
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '30', ...files, ...subject], {
    stdio: 'pipe',
  });
}

/** The text of a kubeconfig for this cluster with a token, and nothing of the admin's. */
export function kubeconfigFor(site: Site, token: string, namespace = 'default'): string {
  const authority = join(site.folder, 'certs/apiserver.crt');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      { name: 'test', cluster: { server: site.admin.server, 'certificate-authority': authority } },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  });
}

/** etcd and the API server. */
export async function startApiServer(site: Site): Promise<void> {
  startComponent(site, 'etcd', site.kube, ['etcd', ...etcdOptions(site)]);
  startComponent(site, 'kube-apiserver', site.kube, ['kube-apiserver', ...apiServerOptions(site)]);
  await until(site, 'kube-apiserver', () => answers(site, '/readyz'));
}

/** Scheduler and controllers; done when they act. */
export async function startControllers(site: Site): Promise<void> {
  const kubeconfig = `--kubeconfig=${join(site.folder, 'kubeconfig')}`;
  startComponent(site, 'kube-scheduler', site.kube, [
    'kube-scheduler',
    kubeconfig,
    '--leader-elect=false',
    '--secure-port=16259',
    '--bind-address=127.0.0.1',
  ]);
  startComponent(site, 'kube-controller-manager', site.kube, [
    'kube-controller-manager',
    kubeconfig,
    ...controllerOptions(site),
  ]);
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await until(site, 'kube-controller-manager', () => answers(site, account));
}

async function answers(site: Site, path: string): Promise<boolean> {
  return (await apiRequest(site.admin, path)).status === 200;
}

function etcdOptions(site: Site): string[] {
  const [clients, peers] = ['http://127.0.0.1:12379', 'http://127.0.0.1:12380'];
  return [
    `--data-dir=${join(site.folder, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
  ];
}

function apiServerOptions(site: Site): string[] {
  const certs = join(site.folder, 'certs');
  return [
    '--etcd-servers=http://127.0.0.1:12379',
    `--secure-port=${port}`,
    `--bind-address=${new URL(site.admin.server).hostname}`,
    `--advertise-address=${nodeAddress}`,
    `--tls-cert-file=${certs}/apiserver.crt`,
    `--tls-private-key-file=${certs}/apiserver.key`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--token-auth-file=${site.folder}/tokens.csv`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${certs}/service-accounts.key`,
    `--service-account-signing-key-file=${certs}/service-accounts.key`,
    '--kubelet-preferred-address-types=InternalIP',
    '--enable-admission-plugins=ResourceQuota,LimitRanger,PodSecurity',
    ...auditOptions(site.folder),
  ];
}

function controllerOptions(site: Site): string[] {
  const certs = join(site.folder, 'certs');
  return [
    '--leader-elect=false',
    '--secure-port=16257',
    '--bind-address=127.0.0.1',
    `--service-account-private-key-file=${certs}/service-accounts.key`,
    `--root-ca-file=${certs}/apiserver.crt`,
    '--use-service-account-credentials=true',
  ];
}
