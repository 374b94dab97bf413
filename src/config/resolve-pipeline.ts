import type { Pipeline, Stage, Via } from '../promotion/pipeline.ts';
import type {
  PipelineSettings,
  StageSettings,
  VersionSource,
  WaySettings,
} from '../promotion/settings.ts';
import { asList } from './lists.ts';
import { defaultPipeline, defaultStage } from './pipeline-defaults.ts';
import type { FilePipeline, FileStage } from './pipeline-section.ts';
import { asDuration } from './resolve-kubernetes-app.ts';
import { resolveGates, resolveVerifications } from './resolve-pipeline-gates.ts';
import { resolveObserve } from './resolve-pipeline-observe.ts';
import { resolveWay } from './resolve-pipeline-way.ts';

/** The pipelines of the file, by name, in its order. */
export function resolvePipelines(
  given: Readonly<Record<string, FilePipeline>> = {},
): Readonly<Record<string, PipelineSettings>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, pipeline]) => [name, resolvePipeline(name, pipeline)]),
  );
}

function resolvePipeline(name: string, given: FilePipeline): PipelineSettings {
  const versions = resolveVersions(given.versions);
  const branch = 'branch' in versions ? versions.branch : defaultPipeline.branch;
  const stages = given.stages.map((stage) => {
    const way = resolveWay(stage.via, branch);
    return {
      stage: resolveStage(stage, way.via),
      settings: [stage.name, resolveSettings(stage, way, branch)] as const,
    };
  });
  const pipeline: Pipeline = {
    name,
    requiredChecks: asList(given.versions.checks),
    order: given.order,
    finishWithin: asDuration(given['finish-within']),
    stages: stages.map(({ stage }) => stage),
  };
  return {
    pipeline,
    versions,
    stages: Object.fromEntries(stages.map(({ settings }) => settings)),
  };
}

function resolveVersions(given: FilePipeline['versions']): VersionSource {
  const { branch = defaultPipeline.branch, tags, releases, deployments } = given;
  if (tags !== undefined) return { from: 'tags', pattern: tags };
  if (releases !== undefined) return { from: 'releases', which: releases };
  if (deployments !== undefined) return { from: 'deployments', environment: deployments, branch };
  return { from: 'branch', branch };
}

function resolveStage(given: FileStage, via: Via): Stage {
  const { name, after, need, gates, retry, timeout } = given;
  return {
    name,
    after: asList(after),
    need,
    via,
    arrival: given.arrival ?? arrivalOf(via, given.observe),
    ...(via === 'pull-request' && isByDeployments(given) && { reportEnds: true }),
    gates: resolveGates(gates),
    retry: {
      attempts: retry.attempts,
      delay: asDuration(retry.delay),
      longest: asDuration(retry.longest),
    },
    timeout: asDuration(timeout),
  };
}

function isByDeployments({ observe = defaultStage.observe }: FileStage): boolean {
  return observe === 'deployments';
}

/** Once a ref is moved or a release is out, it is there; only a stage that says how it is seen is waited for. */
function arrivalOf(via: Via, observe: FileStage['observe']): Stage['arrival'] {
  const isSeenAtOnce = (via === 'ref' || via === 'release') && observe === undefined;
  return via === 'outputs' || via === 'dispatch' || isSeenAtOnce ? 'reported' : 'observed';
}

function resolveSettings(given: FileStage, way: WaySettings, branch: string): StageSettings {
  const { name, environment = name, url, deployment, observe, gates } = given;
  return {
    environment,
    ...(url !== undefined && { url }),
    ...(deployment !== undefined && { deployment }),
    observe: resolveObserve(observe ?? defaultStage.observe, branch),
    way,
    verifications: resolveVerifications(gates.verification),
  };
}
