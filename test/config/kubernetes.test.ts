import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../src/config/parse.ts';
import { duration } from '../../src/core/time.ts';

const file = '.github/understudy.yml';
const minutes = (count: number) => duration(count * 60_000);

function services(...lines: string[]) {
  const text = ['preview:', ...lines.map((line) => `  ${line}`)].join('\n');
  return parseConfiguration(text, file).preview.services;
}

function app(...lines: string[]) {
  const [service] = services(
    'host: "{id}.example.com"',
    'kubernetes:',
    '  app:',
    '    image: "web:{sha}"',
    ...lines.map((line) => `    ${line}`),
  );
  return service?.kubernetes?.app;
}

test('the smallest section means a namespace of its own for each preview', () => {
  const text = 'preview: { kubernetes: { manifests: deploy } }';
  const { target, targets, services: all } = parseConfiguration(text, file).preview;
  expect({ target, targets }).toEqual({ target: 'kubernetes', targets: ['kubernetes'] });
  expect(all).toMatchObject([{ name: 'app', target: 'kubernetes', host: undefined }]);
  expect(all[0]?.namespace).toBeUndefined();
  expect(all[0]?.kubernetes).toStrictEqual({
    namespace: '{repository}-preview-{id}',
    namespaceMode: 'own',
    nameSuffix: '',
    manifests: ['deploy'],
    images: {},
    env: {},
    clusterKinds: [],
    containerDefaults: { cpu: '100m', memory: '128Mi' },
    network: 'isolated',
    podSecurity: 'baseline',
    imagePullSecrets: [],
    force: false,
    detectDrift: false,
    rolloutTimeout: minutes(10),
  });
});

test('every key of manifests is read', () => {
  const [service] = services(
    'kubernetes:',
    '  context: preview',
    '  namespace: "{repository}-pr-{number}"',
    '  manifests: ["{deploy,jobs}/*.yaml", base/, /tmp/rendered.yaml]',
    '  images: { web: "registry.example.com/web@{digest}", docker.io/library/redis: "redis:7" }',
    '  env: { APP_URL: "https://{id}.example.com" }',
    '  max-replicas: 1',
    '  cluster-kinds: [ClusterRole.rbac.authorization.k8s.io, PersistentVolume]',
    '  quota: { cpu: 2.50, memory: 2Gi, pods: 10, requests.storage: 5Gi, count/jobs.batch: "3" }',
    '  container-defaults: { memory: 64Mi }',
    '  network: open',
    '  pod-security: restricted',
    '  image-pull-secrets: [registry, shared/registry]',
    '  force: true',
    '  detect-drift: true',
    '  rollout-timeout: 3m',
  );
  expect(service?.namespace).toBe('{repository}-pr-{number}');
  expect(service?.kubernetes).toStrictEqual({
    context: 'preview',
    namespace: '{repository}-pr-{number}',
    namespaceMode: 'own',
    nameSuffix: '',
    manifests: ['{deploy,jobs}/*.yaml', 'base/', '/tmp/rendered.yaml'],
    images: {
      web: 'registry.example.com/web@{digest}',
      'docker.io/library/redis': 'redis:7',
    },
    env: { APP_URL: 'https://{id}.example.com' },
    replicas: 1,
    clusterKinds: ['ClusterRole.rbac.authorization.k8s.io', 'PersistentVolume'],
    quota: {
      cpu: '2.50',
      memory: '2Gi',
      pods: '10',
      'requests.storage': '5Gi',
      'count/jobs.batch': '3',
    },
    containerDefaults: { cpu: '100m', memory: '64Mi' },
    network: 'open',
    podSecurity: 'restricted',
    imagePullSecrets: ['registry', 'shared/registry'],
    force: true,
    detectDrift: true,
    rolloutTimeout: minutes(3),
  });
});

test('the smallest review app is an image', () => {
  const [service] = services('kubernetes: { app: { image: "{image}" } }');
  expect(service?.kubernetes).not.toHaveProperty('manifests');
  expect(service?.kubernetes?.app).toStrictEqual({
    image: '{image}',
    port: 8080,
    replicas: 1,
    env: {},
    envFrom: [],
  });
});

test('every key of a review app is read', () => {
  const read = app(
    'build:',
    '  job:',
    '    image: moby/buildkit:rootless',
    '    command: [build, --tag, "web:{sha}"]',
    '    timeout: 25m',
    '    env: { CACHE: "{slug}" }',
    '    env-from: [{ secret: registry }]',
    '    source-image: "alpine:3"',
    '    source-path: /src',
    'command: ["bin/web"]',
    'args: [--workers, 2, 1.10]',
    'port: 3000',
    'replicas: 2',
    'env: { APP_ENV: preview, URL: "https://{id}.example.com" }',
    'env-from: [{ secret: app-env }, { config-map: shared/app-config }]',
    'health: { path: /healthz }',
    'resources: { requests: { cpu: 0.50 }, limits: { memory: 512Mi } }',
    'migrate: { command: ["bin/migrate"], timeout: 90s }',
    'database:',
    '  postgres:',
    '    provider: statefulset',
    '    version: 15',
    '    image: "registry.example.com/postgres:15"',
    '    name: shop',
    '    storage: 20Gi',
    '    copy-from: { secret: data/staging-db/url }',
    '    exclude-tables: ["audit_*", public.events]',
    '    max-size: 2Gi',
    '    mask: db/mask.sql',
    '    copy-timeout: 1h',
    'ingress:',
    '  class: nginx',
    '  annotations: { nginx.ingress.kubernetes.io/proxy-read-timeout: 60 }',
    '  tls: { copy-from: certificates/wildcard }',
  );
  expect(read).toStrictEqual({
    image: 'web:{sha}',
    build: {
      image: 'moby/buildkit:rootless',
      command: ['build', '--tag', 'web:{sha}'],
      timeout: minutes(25),
      env: { CACHE: '{slug}' },
      envFrom: [{ secret: 'registry' }],
      sourceImage: 'alpine:3',
      sourcePath: '/src',
    },
    command: ['bin/web'],
    args: ['--workers', '2', '1.10'],
    port: 3000,
    replicas: 2,
    env: { APP_ENV: 'preview', URL: 'https://{id}.example.com' },
    envFrom: [{ secret: 'app-env' }, { configMap: 'shared/app-config' }],
    health: { path: '/healthz' },
    resources: { requests: { cpu: '0.50' }, limits: { memory: '512Mi' } },
    migrate: { command: ['bin/migrate'], timeout: duration(90_000) },
    database: {
      provider: 'statefulset',
      version: '15',
      image: 'registry.example.com/postgres:15',
      name: 'shop',
      storage: '20Gi',
      copyFrom: {
        secret: { namespace: 'data', name: 'staging-db', key: 'url' },
        excludeTables: ['audit_*', 'public.events'],
        maxBytes: 2 * 2 ** 30,
        mask: 'db/mask.sql',
        timeout: minutes(60),
      },
    },
    ingress: {
      kind: 'ingress',
      class: 'nginx',
      annotations: { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '60' },
      tls: { kind: 'copy', namespace: 'certificates', name: 'wildcard' },
    },
  });
});

describe('a database', () => {
  const postgres = (text: string) => app(`database: { postgres: ${text} }`)?.database;

  test('has defaults for everything', () => {
    expect(postgres('{}')).toStrictEqual({
      provider: 'auto',
      version: '17',
      image: 'postgres:17',
      name: 'app',
      storage: '5Gi',
    });
  });

  test.each([
    ['the version', '{ version: "15" }', '15', 'postgres:15'],
    ['a version that looks like a number', '{ version: 16.10 }', '16.10', 'postgres:16.10'],
    ['an image', '{ image: "postgres:14-alpine" }', '14', 'postgres:14-alpine'],
    ['an image without tag', '{ image: postgres }', '17', 'postgres'],
    ['both', '{ version: 15, image: "db:latest" }', '15', 'db:latest'],
  ])('takes version and image from %s', (_, text, version, image) => {
    expect(postgres(text)).toMatchObject({ version, image });
  });

  test('is copied within its storage, from a Secret of its namespace', () => {
    expect(postgres('{ copy-from: { secret: staging-db/url } }')?.copyFrom).toStrictEqual({
      secret: { name: 'staging-db', key: 'url' },
      excludeTables: [],
      maxBytes: 5 * 2 ** 30,
      timeout: minutes(30),
    });
  });
});

describe('the way to the application', () => {
  test.each([
    ['{}', undefined],
    ['{ tls: { secret: web-tls } }', { kind: 'secret', name: 'web-tls' }],
    ['{ tls: { default: true } }', { kind: 'default' }],
    ['{ tls: { copy-from: a/b } }', { kind: 'copy', namespace: 'a', name: 'b' }],
  ])('may be an ingress %s', (text, tls) => {
    const { ingress } = app(`ingress: ${text}`) ?? {};
    expect(ingress).toStrictEqual({ kind: 'ingress', annotations: {}, ...(tls && { tls }) });
  });

  test.each([
    ['infra/public', { namespace: 'infra', name: 'public' }],
    ['infra/public/https', { namespace: 'infra', name: 'public', section: 'https' }],
  ])('may be the Gateway %s', (text, parent) => {
    expect(app(`gateway: { parent: ${text} }`)?.ingress).toStrictEqual({ kind: 'gateway', parent });
  });

  test('may have a host of several services one label below a certificate of each', () => {
    const all = services(
      'host: "{id}.{service}.example.com"',
      'kubernetes: { app: { image: "{image}", ingress: { tls: { copy-from: a/b } } } }',
      'services: { web: {}, api: {} }',
    );
    expect(all.map(({ kubernetes }) => kubernetes?.app?.ingress?.kind)).toEqual([
      'ingress',
      'ingress',
    ]);
  });
});

describe('a shared namespace', () => {
  const shared = (...lines: string[]) =>
    services(
      'kubernetes: ',
      '  manifests: deploy',
      '  namespace-mode: shared',
      '  namespace: "{owner}-previews"',
      ...lines.map((line) => `  ${line}`),
    )[0]?.kubernetes;

  test('has names that end in the id', () => {
    const { namespace, namespaceMode, nameSuffix } = shared() ?? {};
    expect({ namespace, namespaceMode, nameSuffix }).toEqual({
      namespace: '{owner}-previews',
      namespaceMode: 'shared',
      nameSuffix: '-{id}',
    });
  });

  test('may have another suffix', () => {
    expect(shared('name-suffix: "-pr-{number}"')?.nameSuffix).toBe('-pr-{number}');
  });
});

describe('services', () => {
  test('inherit key by key, and add images and variables', () => {
    const [web, api] = services(
      'kubernetes:',
      '  namespace: "{service}-{id}"',
      '  manifests: deploy',
      '  images: { web: "web:{sha}" }',
      '  env: { A: a, B: a }',
      '  quota: { pods: 5 }',
      'services:',
      '  web: { kubernetes: { env: { B: b }, images: { log: "log:1" }, max-replicas: 2 } }',
      '  api: { kubernetes: { manifests: api, container-defaults: { cpu: 50m } } }',
    );
    expect(web?.kubernetes).toMatchObject({
      manifests: ['deploy'],
      images: { web: 'web:{sha}', log: 'log:1' },
      env: { A: 'a', B: 'b' },
      quota: { pods: '5' },
      replicas: 2,
    });
    expect(api?.kubernetes).toMatchObject({
      manifests: ['api'],
      containerDefaults: { cpu: '50m', memory: '128Mi' },
    });
  });

  test('inherit a review app key by key', () => {
    const [web, worker] = services(
      'host: "{id}-{service}.example.com"',
      'kubernetes:',
      '  app: { image: "{image}", port: 3000, env: { A: a }, ingress: { class: nginx } }',
      'services:',
      '  web: { kubernetes: { app: { env: { B: b }, gateway: { parent: infra/public } } } }',
      '  worker: { kubernetes: { app: { command: [work], replicas: 2 } } }',
    );
    expect(web?.kubernetes?.app).toMatchObject({
      image: '{image}',
      port: 3000,
      replicas: 1,
      env: { A: 'a', B: 'b' },
      ingress: { kind: 'gateway' },
    });
    expect(worker?.kubernetes?.app).toMatchObject({
      command: ['work'],
      replicas: 2,
      ingress: { kind: 'ingress', class: 'nginx' },
    });
  });

  test('say for themselves whether they are manifests or a review app', () => {
    const [web, db] = services(
      'kubernetes: { app: { image: "{image}" } }',
      'services: { web: {}, db: { kubernetes: { manifests: db, images: { db: "db:1" } } } }',
    );
    expect(web?.kubernetes).not.toHaveProperty('manifests');
    expect(db?.kubernetes).toMatchObject({ manifests: ['db'], images: { db: 'db:1' } });
    expect(db?.kubernetes).not.toHaveProperty('app');
  });

  test('share a namespace where they say the same of it', () => {
    const all = services(
      'kubernetes: { manifests: deploy, quota: { pods: 5 } }',
      'services: { web: {}, api: { kubernetes: { manifests: api } } }',
    );
    expect(all.map(({ kubernetes }) => kubernetes?.manifests)).toEqual([['deploy'], ['api']]);
  });
});

describe('without a target', () => {
  test.each([
    ['only that section stands', ['kubernetes: { manifests: a }'], 'kubernetes'],
    ['both sections stand', ['kubernetes: { manifests: a }', 'local: {}'], 'local'],
  ])('%s', (_, lines, target) => {
    expect(services(...lines)[0]?.target).toBe(target);
  });

  test('a map says which service runs where', () => {
    const all = services(
      'target: { web: kubernetes, api: cloudformation }',
      'cloudformation: { template: a.yaml }',
      'kubernetes: { manifests: a }',
      'services: { web: {}, api: {} }',
    );
    expect(all.map(({ target }) => target)).toEqual(['kubernetes', 'cloudformation']);
  });
});

test('a section that lacks something is no fault where nothing runs on it', () => {
  const [service] = services('target: local', 'kubernetes: { context: preview }');
  expect(service?.kubernetes).toBeUndefined();
});
