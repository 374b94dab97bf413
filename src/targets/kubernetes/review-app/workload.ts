import type { KubeObject } from '../kube-object.ts';
import { appEnvironment, environmentSources, type Variable } from './app-environment.ts';
import type { AppFacts } from './app-facts.ts';
import { appLabels, appMetadata, commitKey, selectorOf } from './app-metadata.ts';
import { appName } from './app-names.ts';
import { containerText, imageOf } from './app-templates.ts';
import { buildsImage } from './build-job.ts';
import { configVersion } from './copies.ts';
import { seconds } from './job.ts';
import { podDefaults, resourcesOf, securityOf } from './pod-parts.ts';

/**
 * So long an old pod goes on after it was told to end: until then requests may still be led to it. Kubernetes 1.30 and
 * newer. https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
 */
const partingSeconds = 3;

/** Kubernetes' own time limit comes later than ours, which says what is wrong. */
const slackSeconds = 60;

/** Port of the Service, whatever the container's is. */
export const servicePort = 80;

/** The Deployment of the app, with as many replicas as it is to have now. */
export function renderDeployment(
  facts: AppFacts,
  database: readonly Variable[],
  state: { readonly replicas: number; readonly annotations: Readonly<Record<string, string>> },
): KubeObject {
  const { settings, marks } = facts;
  const config = configVersion(facts);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: appMetadata(facts, 'web', appName(facts), state.annotations),
    spec: {
      replicas: state.replicas,
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: seconds(settings.rolloutTimeout) + slackSeconds,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: selectorOf(facts, 'web') },
      template: {
        metadata: {
          labels: appLabels(facts, 'web'),
          annotations: {
            [commitKey]: marks.commit,
            ...(config !== undefined && { 'understudy.dev/config': config }),
          },
        },
        spec: { ...podDefaults(facts), containers: [webContainer(facts, database)] },
      },
    },
  };
}

/** How many replicas the app has once it is rolled out. */
export function replicasOf({ app, settings }: Pick<AppFacts, 'app' | 'settings'>): number {
  return Math.min(app.replicas, settings.replicas ?? app.replicas);
}

/** The container that the app runs in: for the Deployment, and for what runs in the app's image. */
export function appContainer(facts: AppFacts, name: string, database: readonly Variable[]) {
  const { app, settings } = facts;
  return {
    name,
    image: imageOf(facts),
    // A second build of one commit pushes to the same tag.
    ...(buildsImage(facts) && { imagePullPolicy: 'Always' }),
    env: appEnvironment(facts, database),
    ...(app.envFrom.length > 0 && { envFrom: environmentSources(facts, app.envFrom) }),
    resources: resourcesOf(facts),
    securityContext: securityOf(settings.podSecurity, 'image'),
  };
}

function webContainer(facts: AppFacts, database: readonly Variable[]) {
  const { app, service } = facts;
  const { command, args } = app;
  const words = (given: readonly string[]) =>
    given.map((word) => containerText(word, service.values));
  return {
    ...appContainer(facts, 'web', database),
    ...(command && { command: words(command) }),
    ...(args && { args: words(args) }),
    ports: [{ name: 'http', containerPort: app.port, protocol: 'TCP' }],
    readinessProbe: readinessProbe(facts),
    lifecycle: { preStop: { sleep: { seconds: partingSeconds } } },
  };
}

/**
 * Asked as people will ask, for applications that answer to their own host alone. A status that Kubernetes cannot be
 * told to expect is left to the probe after the rollout: the port is asked then.
 */
function readinessProbe({ app, service }: AppFacts) {
  const { probe, host } = service;
  const path = app.health?.path ?? probe.path;
  const isTold = app.health !== undefined;
  const isUsual = probe.expect === undefined || (probe.expect >= 200 && probe.expect < 400);
  const times = { periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 3 };
  if (!isTold && !isUsual) return { ...times, tcpSocket: { port: 'http' } };
  const httpHeaders = host === '' ? {} : { httpHeaders: [{ name: 'Host', value: host }] };
  return { ...times, httpGet: { path, port: 'http', scheme: 'HTTP', ...httpHeaders } };
}

/** The Service in front of the Deployment. */
export function renderService(facts: AppFacts): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: appMetadata(facts, 'web', appName(facts)),
    spec: {
      type: 'ClusterIP',
      selector: selectorOf(facts, 'web'),
      ports: [{ name: 'http', port: servicePort, targetPort: 'http', protocol: 'TCP' }],
    },
  };
}
