import type { KubeObject } from '../kube-object.ts';
import type { BuildSettings } from '../settings.ts';
import type { Stage } from '../stage.ts';
import { environmentSources, joined, previewVariables, variables } from './app-environment.ts';
import type { AppFacts } from './app-facts.ts';
import { appMetadata, commitKey, isPartOf } from './app-metadata.ts';
import { appName, hashOf } from './app-names.ts';
import { containerText, imageOf } from './app-templates.ts';
import { jobStage, renderJob } from './job.ts';
import { resourcesOf, securityOf } from './pod-parts.ts';
import { sourceFetcher, sourceVolumes } from './source.ts';

/** Where the Deployment says which build made its image. */
const builtKey = 'understudy.dev/build';

/** Annotations of a Deployment whose image was built in the cluster. */
export function builtAnnotations(facts: AppFacts): Record<string, string> {
  const name = buildName(facts);
  return name === undefined ? {} : { [builtKey]: name };
}

/** The stage that builds the image; none where it is built already, or elsewhere. */
export function buildStages(facts: AppFacts): Stage[] {
  const { app, live } = facts;
  const name = buildName(facts);
  const isBuilt = live.deployment?.metadata.annotations?.[builtKey] === name;
  if (!app.build || name === undefined || isBuilt) return [];
  return [jobStage('build the image', buildJob(facts, app.build, name), app.build.timeout)];
}

/** Whether the image is built in the cluster: the image that a run was given is built already. */
export function buildsImage({ app, service }: Pick<AppFacts, 'app' | 'service'>): boolean {
  return app.build !== undefined && service.image === undefined;
}

/** One for each commit and way to build it, so that a finished one is never mistaken for another. */
function buildName(facts: AppFacts): string | undefined {
  const { app, marks } = facts;
  if (!buildsImage(facts) || !app.build) return undefined;
  const how = hashOf(app.build, imageOf(facts));
  return appName(facts, `build-${marks.commit.slice(0, 8)}-${how}`);
}

/**
 * Build Jobs of the service that are no longer wanted: those of other commits, and of other ways to build. To be
 * deleted with their pods, for they could push still.
 */
export function staleBuilds(
  jobs: readonly KubeObject[],
  facts: Pick<AppFacts, 'service'>,
  stages: readonly Stage[],
): KubeObject[] {
  const wanted = namesIn(stages);
  return jobs.filter(
    (job) => isPartOf(job, facts.service.name, 'build') && !wanted.has(job.metadata.name),
  );
}

function namesIn(stages: readonly Stage[]): ReadonlySet<string> {
  const objects = stages.flatMap((stage) => stage.objects.map(({ object }) => object));
  return new Set(objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name));
}

function buildJob(facts: AppFacts, build: BuildSettings, name: string): KubeObject {
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
  const metadata = appMetadata(facts, 'build', name);
  return renderJob(facts, {
    component: 'build',
    metadata: { ...metadata, labels: { ...metadata.labels, [commitKey]: marks.commit } },
    timeout: build.timeout,
    // What a finished one would say is in the Deployment; the time is for people to look at its log.
    keepFor: 86_400,
    pod: {
      initContainers: [sourceFetcher(facts, build)],
      containers: [container],
      volumes: sourceVolumes(facts),
    },
  });
}
