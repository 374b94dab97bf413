import { createHash } from 'node:crypto';
import { instant } from '../src/core/time.ts';
import {
  carrierAnnotations,
  carrierLabels,
  serviceAnnotation,
} from '../src/targets/kubernetes/marks.ts';
import { inWorld, repository } from '../test/world/world.ts';
import { type BenchCluster, openBenchCluster } from './kubernetes-cluster.ts';
import { startSeconds } from './kubernetes-manifests.ts';
import { peerFolder, peerName } from './kubernetes-peer.ts';
import { type Deployer, type Run, withPeer, withUs } from './kubernetes-runs.ts';
import type { Section } from './section.ts';
import { rounded, table, verdict } from './table.ts';

/** What is deployed in turn; the limits are ours. */
interface Part {
  readonly what: string;
  readonly applications: number;
  readonly label: string;
  readonly requests?: number;
  /** Seconds over the cluster's own time. */
  readonly over?: number;
}

interface Figure extends Run {
  readonly who: string;
  readonly part: Part;
}

const us = 'deploy-preview';

const stories: readonly (readonly Part[])[] = [
  [
    { what: '3 objects, first', applications: 1, label: 'one', requests: 12, over: 1 },
    { what: '3 objects, unchanged', applications: 1, label: 'one', requests: 6, over: 1 },
    { what: '3 objects, one changed', applications: 1, label: 'two' },
  ],
  [
    { what: '30 objects, first', applications: 10, label: 'one', requests: 60 },
    { what: '30 objects, unchanged', applications: 10, label: 'one', requests: 60 },
  ],
];

/** Deploys of ours and of the peer, one after the other, to a real API server; and a sweep of many previews. */
export async function kubernetes(): Promise<Section> {
  const bench = await openBenchCluster();
  try {
    const figures = await deploys(bench);
    return section(figures, await sweep(bench));
  } finally {
    await bench.close();
  }
}

async function deploys(bench: BenchCluster): Promise<readonly Figure[]> {
  const folder = peerFolder();
  const figures: Figure[] = [];
  const playing = (story: readonly Part[], who: string) => async (deployer: Deployer) => {
    for (const part of story) {
      const { applications, label } = part;
      figures.push({ ...(await deployer.deploy(applications, label)), who, part });
    }
  };
  for (const [index, story] of stories.entries()) {
    const word = `story-${index + 1}`;
    await withUs(bench, word, playing(story, us));
    if (folder !== undefined) await withPeer(folder, bench, word, playing(story, peerName));
  }
  const order = stories.flat();
  return figures.sort((one, other) => order.indexOf(one.part) - order.indexOf(other.part));
}

const many = 100;

interface Swept {
  readonly kept: number;
  readonly requests: number;
}

/** What a sweep costs the API server when there is nothing to do. */
async function sweep(bench: BenchCluster): Promise<Swept> {
  const pulls = Array.from({ length: many }, (_, index) => ({ branch: `seed-${index + 1}` }));
  const items = pulls.map(({ branch }, index) => namespaceOf(branch, index + 1));
  const list = { apiVersion: 'v1', kind: 'List', items };
  await bench.cluster.kubectl(['create', '-f', '-'], JSON.stringify(list));
  let swept: Swept | undefined;
  await inWorld({ gateway: false, configuration }, async (world) => {
    world.github.seedPullRequests(repository, pulls);
    bench.asked.length = 0;
    const env = { KUBECONFIG: bench.kubeconfigs.sweeper };
    const { exit, log, outputs } = await world.step(await world.schedule(), { env });
    const kept = JSON.parse(outputs.kept ?? '[]').length;
    if (exit !== 0 || kept !== many) throw new Error(`kept ${kept}: ${log}`);
    swept = { kept, requests: bench.asked.length };
  });
  if (!swept) throw new Error('nothing was swept');
  return swept;
}

const configuration = JSON.stringify({
  preview: { kubernetes: { namespace: 'swept-pr-{number}', manifests: ['deploy'] } },
});

function namespaceOf(branch: string, number: number) {
  const hex = (algorithm: string) => createHash(algorithm).update(branch).digest('hex');
  const commit = hex('sha1');
  const marks = {
    repository,
    previewId: hex('sha256').slice(0, 8),
    pullRequest: number,
    commit,
    requested: false,
    fingerprint: 'bench',
    expiresAt: instant(Date.now() + 86_400_000),
  };
  const mark = { commit, fingerprint: 'bench', url: 'https://preview.example.com/' };
  const annotations = { ...carrierAnnotations(marks), ...serviceAnnotation('app', mark) };
  const metadata = { name: `swept-pr-${number}`, labels: carrierLabels(marks), annotations };
  return { apiVersion: 'v1', kind: 'Namespace', metadata };
}

function section(figures: readonly Figure[], swept: Swept): Section {
  const rows = figures.map((one) => {
    const { part, who, wall, cluster, asked, processes } = one;
    const limit = who === us ? verdict : () => '';
    const over = rounded((wall - cluster) / 1000);
    const begun = processes.length;
    return [
      ...[part.what, who, one.exit, rounded(wall / 1000), rounded(cluster / 1000)],
      ...[over, limit(over, part.over), asked.length, limit(asked.length, part.requests)],
      ...[begun, limit(begun, 0)],
    ];
  });
  const heads = [
    ...['deploy', 'by', 'exit', 'wall s', 'cluster s', 'over s', 'limit'],
    ...['requests', 'limit', 'child processes', 'limit'],
  ];
  const hasPeer = figures.some(({ who }) => who === peerName);
  const errors = figures
    .filter(({ error }) => error !== '')
    .map(({ part, who, error }) => `- ${part.what}, ${who}: ${error.split('\n')[0]}`);
  const text = [
    'On a real API server with its controllers; a stand-in for the node says that pods are ready. A Deployment, a Service',
    `and an Ingress for each application, which counts as available after ${startSeconds} s. Cluster time is from the last write of a`,
    'Deployment until all are available. Requests are those that a proxy before the API server counts, watches included.',
    'deploy-preview runs as the shipped deployer, makes the namespace and its network policy, comments, keeps a deployment',
    `and probes the address. ${hasPeer ? `${peerName} gets its namespace ready-made.` : `${peerName} is not here: it is cloned from GitHub, or named by PEER_K8S_DEPLOY.`}`,
    '',
    table(heads, rows),
    ...(errors.length > 0 ? ['', 'What is said of the failure:', '', ...errors] : []),
    '',
    table(
      ['sweep that removes nothing', 'requests', 'limit'],
      [[`${many} previews`, swept.requests, verdict(swept.requests, 6)]],
    ),
  ];
  return {
    title: 'Deploying to Kubernetes',
    text: text.join('\n'),
    figures: { deploys: figures, swept },
  };
}
