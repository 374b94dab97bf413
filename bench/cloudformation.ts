import { createHash } from 'node:crypto';
import { instant } from '../src/core/time.ts';
import { tagsOf } from '../src/targets/cloudformation/marks.ts';
import type { FakeOptions } from '../test/aws/fake-cloudformation.ts';
import { startFakeCloudFormation } from '../test/aws/fake-cloudformation.ts';
import { inWorld, repository } from '../test/world/world.ts';
import { peerFolder, peerName } from './cloudformation-peer.ts';
import { type Deployer, type Run, variables, withPeer, withUs } from './cloudformation-runs.ts';
import type { Section } from './section.ts';
import { rounded, table, verdict } from './table.ts';

/** Something that is deployed in turn, each time by its label, by both at once. */
interface Story {
  readonly options: FakeOptions;
  /** What each deploy is; the limits are ours, in seconds over the service's own time and in requests. */
  readonly parts: readonly {
    readonly what: string;
    readonly label: string;
    readonly over?: number;
    readonly requests?: number;
  }[];
}

interface Figure extends Run {
  readonly what: string;
  readonly who: string;
  readonly limits: { readonly over?: number; readonly requests?: number };
}

const us = 'deploy-preview';

/** As long as AWS takes for a small stack: 3 s to look a change set through, 25 s to work. */
const stories: readonly Story[] = [
  {
    options: {},
    parts: [
      { what: 'create, 28 s', label: 'one', over: 2, requests: 20 },
      { what: 'no change', label: 'one', over: 1 },
      { what: 'update, 28 s', label: 'two', over: 2, requests: 20 },
    ],
  },
  {
    options: { latency: 100 },
    parts: [{ what: 'create, 28 s, each request takes 0.1 s', label: 'one' }],
  },
  {
    options: {
      failures: [
        { logicalId: 'Topic', on: 'create', reason: 'the topic is not allowed', after: 6 },
      ],
      resourceSeconds: { Jobs: 15 },
    },
    parts: [{ what: 'create that fails', label: 'one' }],
  },
];
const long: Story = {
  options: { operationSeconds: 120 },
  parts: [{ what: 'create, 123 s', label: 'one' }],
};

/** Deploys of ours beside the peer's, in the same minutes, each against a CloudFormation of its own. */
export async function deploying(quick: boolean): Promise<Section> {
  const folder = peerFolder();
  const all = quick ? stories.slice(0, 1) : [...stories, long];
  const runs = all.flatMap((story, index) => [
    () => withUs(story.options, (one) => play(story, us, one, index)),
    ...(folder === undefined
      ? []
      : [() => withPeer(folder, story.options, (one) => play(story, peerName, one, index))]),
  ]);
  const figures: Figure[] = [];
  const play = async (story: Story, who: string, deployer: Deployer, index: number) => {
    // Not all at the same moment: starting is what takes the processor.
    await new Promise((passed) => setTimeout(passed, index * 1500 + (who === us ? 0 : 700)));
    for (const { what, label, ...limits } of story.parts)
      figures.push({ ...(await deployer.deploy(label)), what, who, limits });
  };
  await Promise.all(runs.map((run) => run()));
  const order = all.flatMap(({ parts }) => parts.map(({ what }) => what));
  figures.sort((a, b) => order.indexOf(a.what) - order.indexOf(b.what) || (a.who === us ? -1 : 1));
  return section(figures, folder !== undefined);
}

function section(figures: readonly Figure[], hasPeer: boolean): Section {
  const heads = [
    'deploy',
    'by',
    'exit',
    'wall s',
    'service s',
    'over s',
    'limit',
    'AWS requests',
    'limit',
    'last answer → exit s',
    'first AWS request s',
  ];
  const rows = figures.map((one) => {
    const limit = one.who === us ? verdict : () => '';
    const over = rounded((one.wall - one.service) / 1000);
    return [
      one.what,
      one.who,
      one.exit,
      rounded(one.wall / 1000),
      rounded(one.service / 1000),
      over,
      limit(over, one.limits.over),
      one.requests,
      limit(one.requests, one.limits.requests),
      Math.round(one.tail) / 1000,
      Math.round(one.first) / 1000,
    ];
  });
  const errors = figures
    .filter(({ error }) => error !== '')
    .map(({ what, who, error }) => `- ${what}, ${who}: ${error.split('\n')[0]}`);
  const absent = `${peerName} is not here: it is cloned from GitHub, or named by PEER_CLOUDFORMATION.`;
  const text = [
    'Against a stand-in for CloudFormation with times like those of AWS, side by side in one run. Service time is what',
    'the stand-in itself took for what was asked of it. GitHub is a stand-in too; deploy-preview also comments, keeps a',
    `deployment and probes the address. ${hasPeer ? '' : absent}`,
    '',
    table(heads, rows),
    ...(errors.length > 0 ? ['', 'What is said of the failure:', '', ...errors] : []),
  ];
  return { title: 'Deploying a stack', text: text.join('\n'), figures };
}

const many = 300;

/** What a sweep costs AWS when there is nothing to do. */
export async function sweeping(): Promise<Section> {
  const figures: { what: string; requests: number; actions: Record<string, number> }[] = [];
  await inWorld({ gateway: false, configuration }, async (world) => {
    const pulls = Array.from({ length: many }, (_, index) => ({ branch: `seed-${index + 1}` }));
    world.github.seedPullRequests(repository, pulls);
    const stacks = pulls.map(({ branch }, index) => stackOf(branch, index + 1));
    const foreign = Array.from({ length: many }, (_, index) => ({ name: `other-${index}` }));
    const rounds = [
      { what: `${many} previews, nothing else`, there: stacks },
      { what: `${many} previews among ${many} other stacks`, there: [...stacks, ...foreign] },
    ];
    for (const { what, there } of rounds) {
      const fake = await startFakeCloudFormation({ stacks: there });
      const { exit, log, outputs } = await world.step(await world.schedule(), {
        env: variables(fake),
      });
      const asked = fake.requests().map(({ action }) => action);
      await fake.close();
      const kept = JSON.parse(outputs.kept ?? '[]').length;
      if (exit !== 0 || kept !== many) throw new Error(`${what}: kept ${kept}: ${log}`);
      figures.push({ what, requests: asked.length, actions: counted(asked) });
    }
  });
  const rows = figures.map(({ what, requests, actions }) => [
    what,
    requests,
    verdict(requests, 10),
    Object.entries(actions)
      .map(([action, count]) => `${count} ${action}`)
      .join(', '),
  ]);
  const text = table(['sweep that removes nothing', 'AWS requests', 'limit', 'which'], rows);
  return { title: 'Sweeping stacks', text, figures };
}

const configuration = `preview:
  target: cloudformation
  cloudformation: { template: infra/preview.yaml, url: output:Url }
`;

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function stackOf(branch: string, number: number) {
  const previewId = createHash('sha256').update(branch).digest('hex').slice(0, 8);
  const stackName = `app-preview-${previewId}`;
  const marks = {
    stackName,
    repository,
    previewId,
    pullRequest: number,
    commit: createHash('sha1').update(branch).digest('hex'),
    requested: false,
    fingerprint: 'bench',
    templateHash: 'bench',
    services: { app: 'output:Url' },
    expiresAt: instant(Date.now() + 86_400_000),
  };
  const tags = tagsOf(marks, {}).map(({ Key = '', Value = '' }) => [Key, Value]);
  return {
    name: stackName,
    tags: Object.fromEntries(tags),
    outputs: { Url: 'https://preview.example.com/' },
  };
}
