import type { KubeObject } from '../kube-object.ts';
import type { Stage, StagedObject } from '../stage.ts';
import type { AppFacts } from './app-facts.ts';
import { requireValues } from './app-templates.ts';
import { buildStages, builtAnnotations } from './build-job.ts';
import { renderCopies } from './copies.ts';
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
  const annotations = builtAnnotations(facts);
  const rolledOut = { ...annotations, ...migratedAnnotations(facts, '') };
  return [
    ...stage('copy secrets and settings', renderCopies(facts), 'applied'),
    ...buildStages(facts),
    ...stage('prepare the rollout', staged(preparation(facts, annotations)), 'applied'),
    ...migrateStages(facts, '', []),
    ...stage('roll out', staged([rollout(facts, rolledOut)]), 'ready'),
    ...stage('open the address', staged(renderRoutes(facts)), 'ready'),
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

function preparation(facts: AppFacts, annotations: Readonly<Record<string, string>>): KubeObject[] {
  const empty = { replicas: 0, annotations };
  return [
    renderService(facts),
    ...(facts.live.deployment ? [] : [renderDeployment(facts, [], empty)]),
  ];
}

function rollout(facts: AppFacts, annotations: Readonly<Record<string, string>>): KubeObject {
  return renderDeployment(facts, [], { replicas: replicasOf(facts), annotations });
}

function staged(objects: readonly KubeObject[]): StagedObject[] {
  return objects.map((object) => ({ object }));
}

function stage(name: string, objects: readonly StagedObject[], until: Stage['until']): Stage[] {
  return objects.length > 0 ? [{ name, objects, until }] : [];
}
