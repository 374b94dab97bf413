import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duration, instant } from '../../../../src/core/time.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import type { AppFacts, LiveApp } from '../../../../src/targets/kubernetes/review-app/app-facts.ts';
import type {
  AppSettings,
  BuildSettings,
  DatabaseSettings,
} from '../../../../src/targets/kubernetes/settings.ts';

export const commit = '4f2c'.repeat(10);

export const app: AppSettings = {
  image: 'registry.example.com/web:{sha}',
  port: 3000,
  replicas: 2,
  env: {},
  envFrom: [],
};

export const build: BuildSettings = {
  image: 'gcr.io/kaniko-project/executor:v1.23.2',
  command: ['/kaniko/executor', '--destination={repository}:{sha}'],
  timeout: duration(600_000),
  env: {},
  envFrom: [],
  sourceImage: 'curlimages/curl:8.11.1',
  sourcePath: '/workspace',
};

export const postgres: DatabaseSettings = {
  provider: 'auto',
  version: '15',
  image: 'postgres:15',
  name: 'app',
  storage: '1Gi',
};

export const live: LiveApp = { found: [], cloudNativePg: false, databaseReset: '' };

/** Facts of an app with a Deployment, a Service and nothing else, and what a test says otherwise. */
export function factsOf(
  otherwise: {
    readonly app?: Partial<AppSettings>;
    readonly settings?: Partial<AppFacts['settings']>;
    readonly place?: Partial<AppFacts['place']>;
    readonly service?: Partial<AppFacts['service']>;
    readonly marks?: Partial<AppFacts['marks']>;
    readonly live?: Partial<LiveApp>;
  } = {},
): AppFacts {
  const marks = { repository: 'octo-org/shop', previewId: '1d0fd508', pullRequest: 7, commit };
  const values = {
    id: '1d0fd508',
    number: '7',
    repository: 'shop',
    branch: 'feature/a',
    sha: otherwise.marks?.commit ?? commit,
  };
  return {
    app: { ...app, ...otherwise.app },
    settings: {
      podSecurity: 'baseline',
      imagePullSecrets: [],
      rolloutTimeout: duration(120_000),
      containerDefaults: { cpu: '50m', memory: '64Mi' },
      ...otherwise.settings,
    },
    place: { namespace: 'shop-pr-7', mode: 'own', suffix: '', ...otherwise.place },
    service: {
      name: 'web',
      host: '1d0fd508.preview.example.com',
      probe: { path: '/up', within: duration(60_000) },
      values,
      ...otherwise.service,
    },
    marks: { ...marks, ...otherwise.marks },
    sourceApi: 'https://api.github.com',
    live: { ...live, ...otherwise.live },
    now: instant(Date.parse('2026-11-21T09:30:00Z')),
    randomText: (length) => 'r'.repeat(length),
  };
}

/** A TLS Secret with a certificate that openssl makes for these names. */
export function tlsSecret(names: readonly string[], days: number = 3650): KubeObject {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-tls-'));
  const [key, certificate] = [join(folder, 'key'), join(folder, 'crt')];
  const alternative = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  const options = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
  ];
  const request = [
    'req',
    '-x509',
    '-subj',
    '/CN=preview',
    '-addext',
    alternative,
    '-days',
    `${days}`,
  ];
  try {
    execFileSync('openssl', [...request, ...options, '-out', certificate], { stdio: 'pipe' });
    const data = { 'tls.crt': certificate, 'tls.key': key };
    const encoded = Object.entries(data).map(([name, path]) => [
      name,
      readFileSync(path).toString('base64'),
    ]);
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'wildcard', namespace: 'certificates', uid: 'u1', resourceVersion: '7' },
      type: 'kubernetes.io/tls',
      data: Object.fromEntries(encoded),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
