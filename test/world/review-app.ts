import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeCluster } from '../cluster/cluster.ts';
import { projectRoot } from './world.ts';

const parts = [
  'server.js',
  'database.js',
  'environment.js',
  'page.js',
  'page.css',
  'package.json',
  'bin/migrate',
];

/** Libraries of the example, with theirs. */
const libraries = [
  'pg',
  'pg-connection-string',
  'pg-int8',
  'pg-pool',
  'pg-protocol',
  'pg-types',
  'pgpass',
  'postgres-array',
  'postgres-bytea',
  'postgres-date',
  'postgres-interval',
  'split2',
  'xtend',
];

/** The example application, as files of a repository. */
export function reviewAppFiles(): Record<string, string> {
  const folder = join(projectRoot, 'examples/kubernetes-review-app');
  return Object.fromEntries(parts.map((part) => [part, readFileSync(join(folder, part), 'utf8')]));
}

/** The image that a build puts the example's files over, as `registry.local:5000/review-app-base:1`. */
export async function pushReviewAppBase(cluster: NodeCluster): Promise<void> {
  const modules = libraries.map((name) => [
    join(projectRoot, 'node_modules', name),
    `/node_modules/${name}`,
  ]);
  await cluster.pushImage('review-app-base:1', {
    from: 'node:1',
    contents: Object.fromEntries(modules),
    command: ['node', '/app/server.js'],
    workingDirectory: '/app',
    user: '1000',
  });
}

/** Packs the source over that image. A file `seconds` in it says how long that takes. */
const buildScript = `echo "building $COMMIT"
[ ! -f seconds ] || sleep "$(cat seconds)"
mkdir -p /tmp/layer/app && cp -r . /tmp/layer/app
tar -C /tmp/layer -cf /tmp/layer.tar app
crane append -b registry.local:5000/review-app-base:1 -f /tmp/layer.tar -t "$IMAGE"`;

/**
 * The configuration of the example on the tests' cluster. `word` makes its namespaces and hosts other than those of the
 * tests before; `postgres` are further keys of its database.
 */
export function reviewAppConfiguration(word: string, postgres: object = {}): string {
  const registry = 'registry.local:5000';
  const job = {
    image: `${registry}/crane:1`,
    'source-image': `${registry}/base:1`,
    command: ['sh', '-euc', buildScript],
    timeout: '2m',
  };
  const app = {
    image: `${registry}/{repository}:{sha}`,
    build: { job },
    port: 3000,
    env: { APP_ENV: 'preview' },
    health: { path: '/healthz' },
    migrate: { command: ['node', 'bin/migrate'], timeout: '1m' },
    database: { postgres: { image: `${registry}/postgres:15`, storage: '1Gi', ...postgres } },
    ingress: { class: 'nginx' },
  };
  // JSON is YAML.
  return JSON.stringify({
    preview: {
      host: `${word}-{id}.preview.localhost`,
      probe: { path: '/healthz', within: '3s' },
      kubernetes: { namespace: `${word}-pr-{number}`, quota: { pods: '20' }, app },
    },
  });
}
