import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiGet } from './api-request.ts';
import type { Site } from './component.ts';
import { startComponent, until } from './component.ts';

/** The address of the node, on a bridge of its own: pods cannot reach what listens on loopback. */
export const nodeAddress = '198.18.0.1';

export const apiServer = 'https://127.0.0.1:16443';

const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
const addresses = ['127.0.0.1', nodeAddress, '10.96.0.1'];

/** Writes certificates, keys and the admin's kubeconfig into the folder. */
export function prepareSite(folder: string, kube: string): Site {
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
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(folder, token), secret);
  return { folder, kube, admin: { token, certificate } };
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
export function kubeconfigFor(folder: string, token: string, namespace = 'default'): string {
  const authority = join(folder, 'certs/apiserver.crt');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      { name: 'test', cluster: { server: apiServer, 'certificate-authority': authority } },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  });
}

/** etcd, API server, controllers and scheduler. `reachable` says whether pods are to reach the API server. */
export async function startControlPlane(site: Site, reachable: boolean): Promise<void> {
  const access = { server: apiServer, ...site.admin };
  const answers = async (path: string) => (await apiGet(access, path)).status === 200;
  startComponent(site, 'etcd', site.kube, ['etcd', ...etcdOptions(site)]);
  startComponent(site, 'kube-apiserver', site.kube, [
    'kube-apiserver',
    ...apiServerOptions(site),
    `--bind-address=${reachable ? '0.0.0.0' : '127.0.0.1'}`,
  ]);
  await until(site, 'kube-apiserver', () => answers('/readyz'));
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
  await until(site, 'kube-controller-manager', () =>
    answers('/api/v1/namespaces/default/serviceaccounts/default'),
  );
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
    '--secure-port=16443',
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
    '--enable-hostpath-provisioner=true',
  ];
}
