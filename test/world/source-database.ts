import type { NodeCluster } from '../cluster/cluster.ts';

/** Rows of the table `orders` of the database that previews copy. */
export const orders = 500;

const seed = `CREATE TABLE orders (id int PRIMARY KEY, item text NOT NULL);
INSERT INTO orders SELECT n, 'lamp ' || n FROM generate_series(1, ${orders}) AS n;
CREATE TABLE audit_log (line text);
INSERT INTO audit_log SELECT 'secret ' || n FROM generate_series(1, 50) AS n;
`;

const namespace = 'staging';
const labels = { app: 'db' };

/** A PostgreSQL that previews may copy, in a namespace of its own; its address is the key `url` of the Secret `db`. */
export async function startSourceDatabase({ kubectl }: NodeCluster): Promise<void> {
  const named = (name: string) => ({ name, namespace });
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: named('db'),
      stringData: { url: `postgres://shop:geheim@db.${namespace}:5432/shop` },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: named('seed'), data: { 'seed.sql': seed } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: named('db'),
      spec: { selector: labels, ports: [{ port: 5432 }] },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: { ...named('db'), labels }, spec: pod },
  ];
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectl(['apply', '-f', '-'], JSON.stringify(list));
  await kubectl(['wait', '--for=condition=Ready', 'pod/db', '-n', namespace, '--timeout=90s']);
}

const pod = {
  containers: [
    {
      name: 'postgres',
      image: 'registry.local:5000/postgres:15',
      env: [
        { name: 'POSTGRES_USER', value: 'shop' },
        { name: 'POSTGRES_PASSWORD', value: 'geheim' },
        { name: 'POSTGRES_DB', value: 'shop' },
      ],
      readinessProbe: {
        exec: { command: ['pg_isready', '-h', '127.0.0.1', '-U', 'shop'] },
        periodSeconds: 1,
      },
      volumeMounts: [{ name: 'seed', mountPath: '/docker-entrypoint-initdb.d' }],
    },
  ],
  volumes: [{ name: 'seed', configMap: { name: 'seed' } }],
};

/** What a statement prints in the database of a review app, as its superuser. */
export async function queryPreview(
  { kubectl }: NodeCluster,
  inNamespace: string,
  statement: string,
): Promise<string> {
  const selector = '--selector=app.kubernetes.io/component=database';
  // An old one may still be ending.
  const order = '--sort-by=.metadata.creationTimestamp';
  const found = await kubectl(['get', 'pods', '-n', inNamespace, selector, order, '-o', 'name']);
  const name = found.trim().split('\n').at(-1) ?? '';
  const script = 'exec psql -U "$POSTGRES_USER" -d "$APP_DATABASE" -XAtc "$0"';
  const shown = await kubectl([
    'exec',
    '-n',
    inNamespace,
    name,
    '--',
    'bash',
    '-c',
    script,
    statement,
  ]);
  return shown.trim();
}
