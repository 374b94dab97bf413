import type { KubeObject } from '../kube-object.ts';
import type { Stage, StagedObject } from '../stage.ts';
import type { Variable } from './app-environment.ts';
import type { AppFacts } from './app-facts.ts';
import { requireValues } from './app-templates.ts';
import { buildStages, builtAnnotations } from './build-job.ts';
import { renderCopies } from './copies.ts';
import { databaseAnnotations } from './database/copy-job.ts';
import { databaseOf, databaseStages } from './database/database-stages.ts';
import { migratedAnnotations, migrateStages } from './migrate-job.ts';
import { renderRoutes } from './routes.ts';
import { renderDeployment, renderService, replicasOf } from './workload.ts';

/**
 * The stages of a review app, in order. What is done already according to what was observed is left out, so that a
 * deploy that was cut off goes on where it stood. A Deployment that is there keeps its old version until the stage
 * `roll out`; one that is not is made without pods.
 * @throws UserError for all texts without a value in this run, or all sources that cannot be copied
 */
export function renderApp(facts: AppFacts): readonly Stage[] {
  requireValues(facts);
  const database = databaseOf(facts);
  const prepared = { ...builtAnnotations(facts), ...databaseAnnotations(database) };
  const rolledOut = { ...prepared, ...migratedAnnotations(facts, database) };
  const variables = database?.variables ?? [];
  const copies = renderCopies(facts).map(({ object }) => object);
  return [
    ...stage('copy secrets and settings', copies, 'applied'),
    ...buildStages(facts),
    ...databaseStages(facts, database),
    ...stage('prepare the rollout', preparation(facts, variables, prepared), 'applied'),
    ...migrateStages(facts, database),
    ...atTheEnd(stage('roll out', [rollout(facts, variables, rolledOut)], 'ready')),
    ...atTheEnd(stage('open the address', renderRoutes(facts), 'ready')),
  ];
}

/** The objects of all stages as they are in the end, each once. */
export function finalObjects(stages: readonly Stage[]): readonly StagedObject[] {
  const byName = new Map<string, StagedObject>();
  for (const one of stages.flatMap(({ objects }) => objects)) {
    const { kind, metadata } = one.object;
    byName.set(`${kind} ${metadata.name}`, one);
  }
  return [...byName.values()];
}

type Texts = Readonly<Record<string, string>>;

function preparation(
  facts: AppFacts,
  variables: readonly Variable[],
  annotations: Texts,
): KubeObject[] {
  const empty = { replicas: 0, annotations };
  return [
    renderService(facts),
    ...(facts.live.deployment ? [] : [renderDeployment(facts, variables, empty)]),
  ];
}

function rollout(facts: AppFacts, variables: readonly Variable[], annotations: Texts): KubeObject {
  return renderDeployment(facts, variables, { replicas: replicasOf(facts), annotations });
}

function atTheEnd(stages: readonly Stage[]): Stage[] {
  return stages.map((one) => ({ ...one, last: true }));
}

function stage(name: string, objects: readonly KubeObject[], until: Stage['until']): Stage[] {
  return objects.length > 0
    ? [{ name, objects: objects.map((object) => ({ object })), until }]
    : [];
}
