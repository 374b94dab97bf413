import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ApiCall, type ApiProxy, startApiProxy } from '../cluster/api-proxy.ts';
import { apiRequest } from '../cluster/api-request.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { type NodeStandIn, startNodeStandIn } from '../cluster/node-stand-in.ts';
import { normalized } from './observe.ts';
import {
  headOf,
  inWorld,
  projectRoot,
  type StepSettings,
  type Trigger,
  type World,
} from './world.ts';

/** What a run is started by. */
export type Occasion = 'deploy' | 'update' | 'teardown';

/** The preview of one pull request, whose runs reach the API server through a proxy of their own. */
export interface StagedPreview {
  readonly api: ApiProxy;
  /** Brings about the next event: the pull request is opened (or opened again), pushed to, or closed. */
  bring(occasion: Occasion): Promise<Trigger>;
  start(trigger: Trigger, settings?: StepSettings): ReturnType<World['start']>;
  /** A request as it is called in every run: without what differs from run to run. */
  nameOf(call: ApiCall): string;
  /** All that there is of it, in the cluster and at GitHub, in words that are alike in every run. */
  look(): Promise<readonly string[]>;
  /** No run follows. What is there of it stays. */
  end(): Promise<void>;
}

/** A cluster without pods, with a stand-in for its node, and pull requests that have previews there. */
export interface Stage {
  preview(): Promise<StagedPreview>;
}

/** A Deployment, a Service and a Job: each of them is waited for in another way. */
const configuration = JSON.stringify({
  preview: {
    eligible: { max: 500 },
    probe: { path: '/healthz', within: '2s' },
    kubernetes: {
      namespace: 'staged-pr-{number}',
      app: { image: 'registry.example/shop:{sha}', port: 3000, migrate: { command: ['migrate'] } },
    },
  },
});

/** Opens a cluster on the level `control-plane`. Runs act as the shipped deployer. */
export async function openStage() {
  const cluster = await openCluster({ level: 'control-plane' });
  const manifests = readFileSync(join(projectRoot, 'infra/kubernetes/deployer.yaml'), 'utf8');
  const kubeconfig = await cluster.serviceAccount('understudy', 'deployer', manifests);
  const node = await startNodeStandIn(cluster.admin);
  return {
    close: async () => {
      node.close();
      await cluster.close();
    },
    inWorld: (play: (stage: Stage) => Promise<void>) =>
      inWorld({ gateway: false, configuration }, async (world) => {
        let count = 0;
        const open = new Set<ApiProxy>();
        const inTurn = turnstile();
        const preview = async () => {
          const nth = ++count;
          const api = await startApiProxy(cluster.admin, node.answer);
          open.add(api);
          const env = { KUBECONFIG: through(api, kubeconfig, nth) };
          const staging = { world, cluster, node, api, env, inTurn, branch: `branch-${nth}` };
          const end = async () => {
            open.delete(api);
            await api.close();
          };
          return { ...(await stagedPreview(staging)), end };
        };
        try {
          await play({ preview });
        } finally {
          await Promise.all([...open].map((proxy) => proxy.close()));
        }
      }),
  };
}

/** The same account, by way of the proxy. */
function through(api: ApiProxy, kubeconfig: string, count: number): string {
  const known = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const clusters = [{ name: 'test', cluster: { server: api.url } }];
  const path = join(dirname(kubeconfig), `kubeconfig-proxy-${count}`);
  writeFileSync(path, JSON.stringify({ ...known, clusters }), { mode: 0o600 });
  return path;
}

type InTurn = <Value>(act: () => Promise<Value>) => Promise<Value>;

/** One after the other: the clone of a world and its list of events are there once. */
function turnstile(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const turn = last.then(act);
    last = turn.catch(() => {});
    return turn;
  };
}

interface Staging {
  readonly world: World;
  readonly cluster: Cluster;
  readonly node: NodeStandIn;
  readonly api: ApiProxy;
  readonly env: Readonly<Record<string, string>>;
  readonly inTurn: InTurn;
  readonly branch: string;
}

async function stagedPreview(staging: Staging): Promise<Omit<StagedPreview, 'end'>> {
  const { world, node, api, env, inTurn, branch } = staging;
  await inTurn(() => world.push(branch, { 'README.md': branch }));
  let number: number | undefined;
  let head = '';
  let pushes = 0;
  let before = 0;
  const migrations = () => node.succeeded(`staged-pr-${number}`);
  const act: Readonly<Record<Occasion, () => Promise<Trigger>>> = {
    deploy: async () => {
      const opened = await (number ? world.reopenPull(number) : world.openPull(branch));
      number = (opened.payload.pull_request as { number: number }).number;
      return opened;
    },
    update: () => world.update(branch, { 'README.md': `${branch} ${++pushes}` }),
    teardown: () => world.closePull(number ?? 0),
  };
  return {
    api,
    bring: async (occasion) => {
      const trigger = await inTurn(act[occasion]);
      head = headOf(trigger);
      before = migrations();
      return trigger;
    },
    start: (trigger, settings) => world.start(trigger, { env, ...settings }),
    nameOf: ({ method, path }) => `${method} ${bare(path, `staged-pr-${number}`)}`,
    look: async () => [
      `migrations since the event: ${migrations() - before}`,
      ...(await look(staging, number ?? 0, head)),
    ],
  };
}

/** Of the query only what makes it another request. */
function bare(path: string, namespace: string): string {
  const { pathname, searchParams } = new URL(path, 'http://server');
  const words = ['watch', 'dryRun', 'follow'].filter((key) => searchParams.has(key));
  const plain = pathname
    .replace(namespace, '{namespace}')
    .replaceAll(/\b[0-9a-f]{8,}\b/g, '*')
    .replace(/-[a-z0-9]{5}\/log$/, '-*/log');
  return [plain, ...words].join(' ');
}

const collections = {
  core: ['configmaps', 'secrets', 'services', 'pods', 'resourcequotas', 'limitranges'],
  'apps/v1': ['deployments', 'replicasets', 'statefulsets'],
  'batch/v1': ['jobs'],
  'networking.k8s.io/v1': ['networkpolicies', 'ingresses'],
};

async function look({ world, cluster, branch }: Staging, number: number, head: string) {
  const namespace = `staged-pr-${number}`;
  const read = async (path: string) => JSON.parse((await apiRequest(cluster.admin, path)).body);
  const paths = Object.entries(collections).flatMap(([group, names]) =>
    names.map(
      (name) =>
        `${group === 'core' ? '/api/v1' : `/apis/${group}`}/namespaces/${namespace}/${name}`,
    ),
  );
  const own = await read(`/api/v1/namespaces/${namespace}`);
  const lists = await Promise.all(paths.map(read));
  const objects = lists.flatMap(({ kind, items }) =>
    items.map((item: object) => ({ kind: kind.replace('List', ''), ...item })),
  );
  const inCluster = [...(own.kind === 'Namespace' ? [own] : []), ...objects].filter(
    (object) => object.metadata.name !== 'kube-root-ca.crt' && !isDone(object),
  );
  const all = [...inCluster.flatMap(describe), ...(await atGitHub(world, number))];
  return all.map((word) => plain(normalized(word, world), { number, branch, head })).sort();
}

/** Without what is another in every preview and every run. */
function plain(
  word: string,
  { number, branch, head }: { number: number; branch: string; head: string },
): string {
  return word
    .replaceAll(
      new RegExp(`\\b(?:staged-)?pr-${number}\\b|#${number}\\b|\\b${branch}\\b`, 'g'),
      '{preview}',
    )
    .replaceAll(
      new RegExp(`(preview:|pull-request: "|PULL_REQUEST","value":")${number}\\b`, 'g'),
      '$1{number}',
    )
    .replaceAll(new RegExp(`\\b${head.slice(0, 7)}[0-9a-f]*\\b`, 'g'), '{head}')
    .replaceAll(/applyset-[\w-]{43}-v1/g, '{set}')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{8,}\b/g, '*');
}

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
type Any = any;

/** A Job that has done its part goes with the next deploy, and so with a second run. */
function isDone({ kind, status }: Any): boolean {
  if (kind === 'Pod') return status.phase === 'Succeeded';
  return kind === 'Job' && status.conditions?.some(({ type }: Any) => type === 'Complete');
}

/** What it is, says of itself, and is to be, a line for each value; not what the API server notes. */
function describe({ kind, metadata, spec, data, status }: Any): string[] {
  const { name, labels, annotations, generation, deletionTimestamp } = metadata;
  const going = deletionTimestamp ? ' going' : '';
  if (kind === 'ReplicaSet' || kind === 'Pod')
    return [`${kind} ${spec.replicas ?? status.phase}${going}`];
  const { clusterIP: _, clusterIPs: __, ...wanted } = spec ?? {};
  const { 'applyset.kubernetes.io/contains-group-kinds': ___, ...said } = annotations ?? {};
  return [
    `${kind} ${name}${going}`,
    ...lines({ labels, said, generation, ...wanted, data }, `${kind} ${name}`),
  ];
}

function lines(value: unknown, path: string): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path}: ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => lines(inner, `${path} ${key}`));
}

async function atGitHub(world: World, number: number): Promise<string[]> {
  const base = `/repos/${world.repository}`;
  const comments = await world.api('GET', `${base}/issues/${number}/comments`);
  const deployments = await world.api(
    'GET',
    `${base}/deployments?environment=pr-${number}&per_page=100`,
  );
  const states = await Promise.all(
    deployments.body.map(async ({ id, sha, task, environment }: Any) => {
      const { body } = await world.api('GET', `${base}/deployments/${id}/statuses?per_page=1`);
      return `${task} ${environment} ${sha} ${body[0]?.state}`;
    }),
  );
  return [
    ...comments.body.map(({ body }: Any) => `comment ${body}`),
    ...states.filter((state) => !state.endsWith('inactive')),
  ];
}
