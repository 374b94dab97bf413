import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  type Asked,
  configuration,
  deployWorkflow,
  type PromotionScenario,
  startOfRun,
  threeVersions,
  type Versions,
} from './promotion-scenarios.ts';
import { PipelineStory } from './promotion-story.ts';
import { World } from './world.ts';

/** A world right before the run of a scenario, kept as a folder; `begin` is still to come. */
export interface KeptScenario {
  readonly scenario: PromotionScenario;
  readonly folder: string;
  readonly versions: Versions;
}

const may = { actions: 'write' } as const;
/** Copies are many and short-lived; on a disk they take longer than the runs in them. */
const memory = '/dev/shm';
const parent = existsSync(memory) ? memory : tmpdir();

/** Brings a world to where a scenario begins, and hands it over as often as it is asked for. */
export async function withScenario<Result>(
  scenario: PromotionScenario,
  play: (kept: KeptScenario) => Promise<Result>,
): Promise<Result> {
  const kept = await keep(scenario);
  try {
    return await play(kept);
  } finally {
    rmSync(kept.folder, { recursive: true, force: true });
  }
}

async function keep(scenario: PromotionScenario): Promise<KeptScenario> {
  const files = { '.github/workflows/deploy.yml': deployWorkflow };
  const world = await World.open({ configuration, files, gateway: false, parent });
  try {
    await world.collaborator('ada', 'maintain');
    // Who has an account is known as the author of their commits.
    await world.collaborator('grace', 'write');
    const story = new PipelineStory(world, may);
    await story.at('2026-11-23T07:30:00Z');
    const versions = await threeVersions(story);
    await scenario.prepare?.(story, versions);
    return { scenario, folder: await world.leave(), versions };
  } catch (cause) {
    await world.close();
    throw cause;
  }
}

/** Plays in a copy of a kept world, from the moment at which the run of the scenario begins. */
export async function inCopy<Result>(
  { folder, scenario, versions }: KeptScenario,
  play: (story: PipelineStory, asked: Asked) => Promise<Result>,
): Promise<Result> {
  const world = await World.open({ from: folder, gateway: false, parent });
  try {
    const story = new PipelineStory(world, may);
    await story.at(startOfRun);
    await scenario.begin?.(story, versions);
    world.tap.reset();
    return await play(story, scenario.asked(versions));
  } finally {
    await world.close();
  }
}
