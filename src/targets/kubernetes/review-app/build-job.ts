import type { KubeObject } from '../kube-object.ts';
import type { BuildSettings } from '../settings.ts';
import type { Stage } from '../stage.ts';
import { environmentSources, joined, previewVariables, variables } from './app-environment.ts';
import type { AppFacts } from './app-facts.ts';
import { commitKey, isPartOf } from './app-metadata.ts';
import { hashOf } from './app-names.ts';
import { containerText, imageOf } from './app-templates.ts';
import { isComplete, isDone, jobStage, renderJob } from './job.ts';
import { resourcesOf, securityOf } from './pod-parts.ts';
import { sourceFetcher, sourceVolumes } from './source.ts';

/** Where the Deployment says which build made its image. */
const builtKey = 'understudy.dev/build';

/** Annotations of a Deployment whose image was built in the cluster. */
export function builtAnnotations(facts: AppFacts): Record<string, string> {
  const key = buildKey(facts);
  return key === undefined ? {} : { [builtKey]: key };
}

/** The stage that builds the image; none where it is built already, or elsewhere. */
export function buildStages(facts: AppFacts): Stage[] {
  const { app, live } = facts;
  const key = buildKey(facts);
  if (!app.build || key === undefined) return [];
  const isBuilt = live.deployment?.metadata.annotations?.[builtKey] === key;
  if (isBuilt || isDone(facts, 'build', key)) return [];
  return [jobStage('build the image', buildJob(facts, app.build, key), app.build.timeout)];
}

/** Whether the image is built in the cluster: the image that a run was given is built already. */
export function buildsImage({ app, service }: Pick<AppFacts, 'app' | 'service'>): boolean {
  return app.build !== undefined && service.image === undefined;
}

/** One for each commit and way to build it, so that a finished one is never mistaken for another. */
function buildKey(facts: AppFacts): string | undefined {
  const { app, marks } = facts;
  if (!buildsImage(facts) || !app.build) return undefined;
  const how = hashOf(app.build, imageOf(facts));
  return `build-${marks.commit.slice(0, 8)}-${how}`;
}

/**
 * Build Jobs of the service that are no longer wanted: those of other commits, and of other ways to build. To be
 * deleted with their pods, for they could push still. What is built already is kept until the rollout says so.
 */
export function staleBuilds(
  jobs: readonly KubeObject[],
  facts: AppFacts,
  stages: readonly Stage[],
): KubeObject[] {
  const wanted = namesIn(stages);
  const key = buildKey(facts);
  return jobs.filter(
    (job) =>
      isPartOf(job, facts.service.name, 'build') &&
      !wanted.has(job.metadata.name) &&
      !(key !== undefined && isComplete(job, key)),
  );
}

function namesIn(stages: readonly Stage[]): ReadonlySet<string> {
  const objects = stages.flatMap((stage) => stage.objects.map(({ object }) => object));
  return new Set(objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name));
}

function buildJob(facts: AppFacts, build: BuildSettings, key: string): KubeObject {
  const { service, settings, marks } = facts;
  const given = [{ name: 'IMAGE', value: imageOf(facts) }, ...previewVariables(facts)];
  const container = {
    name: 'build',
    image: containerText(build.image, service.values),
    command: build.command.map((word) => containerText(word, service.values)),
    workingDir: build.sourcePath,
    env: joined(given, variables(build.env, facts)),
    ...(build.envFrom.length > 0 && { envFrom: environmentSources(facts, build.envFrom) }),
    volumeMounts: [{ name: 'source', mountPath: build.sourcePath }],
    resources: resourcesOf({ app: { ...facts.app, resources: {} }, settings }),
    securityContext: securityOf(settings.podSecurity, 'builder'),
  };
  return renderJob(facts, {
    component: 'build',
    key,
    labels: { [commitKey]: marks.commit },
    timeout: build.timeout,
    // What a finished one would say is in the Deployment; the time is for people to look at its log.
    keepFor: 86_400,
    pod: {
      // A build that was overtaken must not push any more.
      terminationGracePeriodSeconds: 5,
      initContainers: [sourceFetcher(facts, build)],
      containers: [container],
      volumes: sourceVolumes(facts),
    },
  });
}
