import { promotionId } from '../../src/promotion/records/promotion-id.ts';
import { git } from './git.ts';
import type { PipelineStory } from './promotion-story.ts';
import { repository } from './world.ts';

/** Stages side by side, so that one run acts in every way there is; `cli` for what only releases have. */
export const configuration = `
pipelines:
  shop:
    versions: { branch: main, checks: [build] }
    stages:
      - name: staging
        via: outputs
        timeout: 10m
      - name: preprod
        deployment: true
        via: { dispatch: { workflow: deploy.yml, inputs: { version: "{version}" } } }
      - name: edge
        observe: { ref: heads/edge }
        via: { ref: heads/edge }
      - name: production
        observe: { file: { file: envs/production.yaml, path: image.tag } }
        via:
          pull-request:
            edits: [{ file: envs/production.yaml, path: image.tag }]
            labels: [promotion]
      - name: canary
        observe: { file: { file: envs/canary.yaml, path: image.tag } }
        via:
          pull-request:
            edits: [{ file: envs/canary.yaml, path: image.tag }]
            auto-merge: true
      - name: vault
        observe: { ref: heads/vault }
        gates: { approval: { by: [maintain] } }
        via: { ref: heads/vault }
  cli:
    versions: { releases: any }
    stages:
      - name: everyone
        timeout: 6h
        via: { release: { latest: true } }
`;

/** It shows the key of the promotion in the names of its runs. */
export const deployWorkflow = `name: Deploy
run-name: Deploy \${{ inputs.version }} (\${{ inputs.promotion }})
on:
  workflow_dispatch:
    inputs:
      version: { type: string }
      promotion: { type: string }
`;

const image = (tag: string) => `image:\n  tag: "${tag}"\n`;

/** Inputs and author of one run. */
export interface Asked {
  readonly inputs: Readonly<Record<string, string>>;
  readonly by?: string;
}

/** What all stages begin with, and two commits of main after it. */
export interface Versions {
  readonly initial: string;
  readonly one: string;
  readonly two: string;
}

/** A run that is disturbed, and what there was before. */
export interface PromotionScenario {
  prepare?(story: PipelineStory, versions: Versions): Promise<void>;
  /** What happened right before the run, so that a stale read shows it undone. */
  begin?(story: PipelineStory, versions: Versions): Promise<unknown>;
  asked(versions: Versions): Asked;
}

/** When the runs begin that are disturbed. */
export const startOfRun = '2026-11-23T08:00:00Z';
const advance: Asked = { inputs: { pipeline: 'shop' } };

/** Everything that a run of promotions can do, in as few runs as that takes. */
export const promotionScenarios: Readonly<Record<string, PromotionScenario>> = {
  'acts by outputs, dispatch, ref and pull request': {
    begin: (story, { one }) => story.pass(one),
    asked: () => advance,
  },
  'writes down a report': {
    prepare: begun,
    begin: endRuns,
    asked: ({ one }) => reportOf('staging', one),
  },
  'sees what was merged and deployed, and merges': {
    prepare: reported,
    begin: async (story) => {
      await endRuns(story);
      await merge(story, 'production');
    },
    asked: () => advance,
  },
  'puts a newer version in the place of one': {
    prepare: async (story, versions) => {
      await reported(story, versions);
      await endRuns(story);
      await ask(story, advance);
    },
    begin: (story, { two }) => story.pass(two),
    asked: () => onStage('production'),
  },
  'goes back by a pull request': {
    prepare: landed,
    asked: () => onStage('production', { mode: 'rollback', why: 'orders fail' }),
  },
  'takes a branch back': {
    prepare: landed,
    asked: () => onStage('edge', { mode: 'rollback', why: 'orders fail' }),
  },
  'is told that a version may go in': {
    prepare: begun,
    begin: endRuns,
    asked: ({ one }) => onStage('vault', { mode: 'approve', version: one }),
  },
  'ends what a person aborts': {
    prepare: begun,
    asked: () => onStage('preprod', { mode: 'abort', why: 'not now' }),
  },
  'releases a pre-release': {
    begin: (story) => preRelease(story, 'v1.1.0'),
    asked: () => ({ inputs: { pipeline: 'cli' } }),
  },
};

function onStage(stage: string, more: Readonly<Record<string, string>> = {}): Asked {
  return { inputs: { ...advance.inputs, stage, ...more }, by: 'ada' };
}

function reportOf(stage: string, version: string): Asked {
  const promotion = promotionId({ pipeline: 'shop', stage, generation: 0, version });
  return { inputs: { ...advance.inputs, mode: 'report', promotion, result: 'success' } };
}

async function begun(story: PipelineStory, { one }: Versions): Promise<void> {
  await story.pass(one);
  await ask(story, advance);
}

async function reported(story: PipelineStory, versions: Versions): Promise<void> {
  await begun(story, versions);
  await ask(story, reportOf('staging', versions.one));
}

async function landed(story: PipelineStory, versions: Versions): Promise<void> {
  await reported(story, versions);
  await endRuns(story);
  await merge(story, 'production');
  await ask(story, advance);
}

/** One run that must go well. */
export async function ask(story: PipelineStory, { inputs, by }: Asked) {
  const result = await story.run(inputs, by);
  if (result.exit !== 0) throw new Error(`${JSON.stringify(inputs)}: ${result.log}`);
  return result;
}

/** All runs of workflows that are under way come to a good end. */
async function endRuns({ world }: PipelineStory): Promise<void> {
  const { body } = await world.must('GET', `/repos/${repository}/actions/runs`);
  for (const { id, status } of body.workflow_runs as { id: number; status: string }[]) {
    if (status === 'completed') continue;
    const end = { repository, id, status: 'completed', conclusion: 'success' };
    await world.must('POST', '/_lab/runs', end);
  }
}

async function merge(story: PipelineStory, stage: string): Promise<void> {
  const pull = (await story.pulls()).find(({ head }) => head.ref.includes(stage));
  await story.world.must('PUT', `/repos/${repository}/pulls/${pull?.number}/merge`, {}, 'ada');
}

function preRelease({ world }: PipelineStory, tag: string) {
  const release = { tag_name: tag, target_commitish: 'main', prerelease: true };
  return world.must('POST', `/repos/${repository}/releases`, release);
}

/** What others do after a run: jobs that it handed out report, and runs of workflows end. */
export async function others(
  story: PipelineStory,
  { inputs }: Asked,
  { outputs }: Awaited<ReturnType<typeof ask>>,
): Promise<void> {
  const { pipeline = '' } = inputs;
  for (const { key } of JSON.parse(outputs.matrix || '[]') as { key: string }[])
    await ask(story, { inputs: { pipeline, mode: 'report', promotion: key, result: 'success' } });
  await endRuns(story);
}

/** A run by the schedule, and what others do after it. */
export async function nextRun(story: PipelineStory, { inputs }: Asked): Promise<void> {
  const scheduled = { inputs: { pipeline: inputs.pipeline ?? '' } };
  await others(story, scheduled, await ask(story, scheduled));
}

/** Lets `minutes` pass. */
export function later(story: PipelineStory, minutes: number): Promise<void> {
  return story.at(new Date(Date.parse(story.now) + minutes * 60_000).toISOString());
}

/** What every scenario begins with. */
export async function threeVersions(story: PipelineStory): Promise<Versions> {
  const { clone } = story.world;
  const base = git(clone, 'rev-parse', 'HEAD');
  await story.push('envs/canary.yaml', image(base));
  const initial = await story.push('envs/production.yaml', image(base));
  git(clone, 'push', '--quiet', 'origin', 'HEAD:refs/heads/edge', 'HEAD:refs/heads/vault');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:refs/tags/v1.0.0');
  await story.pass(initial);
  const one = await story.push('app.txt', 'one');
  const two = await story.push('app.txt', 'two');
  return { initial, one, two };
}
