import { type Duration, duration } from '../../../core/time.ts';
import { conditionOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Stage } from '../stage.ts';
import type { AppFacts } from './app-facts.ts';
import { appLabels, appMetadata, type Component, isPartOf } from './app-metadata.ts';
import { appName, hashOf } from './app-names.ts';
import { podDefaults } from './pod-parts.ts';

/** What a Job of an app is. */
export interface JobParts {
  readonly component: Component;
  /** What it does, once: Jobs of the same key do the same, though their containers may be set otherwise. */
  readonly key: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  /** Seconds that a finished one stays; absent = until it is pruned. */
  readonly keepFor?: number;
  readonly pod: Readonly<Record<string, unknown>>;
}

const keyLabel = 'understudy.dev/run';

/** Longer than the Job's own, so that the Job is what says that time is over. */
const slack = 30_000;

/**
 * A Job of one attempt: what tries again is the next run. A pod that the cluster took away (a node that was drained)
 * is no attempt.
 */
export function renderJob(facts: AppFacts, job: JobParts): KubeObject {
  const spec = {
    backoffLimit: 0,
    activeDeadlineSeconds: seconds(job.timeout),
    ...(job.keepFor !== undefined && { ttlSecondsAfterFinished: job.keepFor }),
    podFailurePolicy: {
      rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      ],
    },
    template: {
      metadata: { labels: appLabels(facts, job.component) },
      spec: { ...podDefaults(facts), restartPolicy: 'Never', ...job.pod },
    },
  };
  // The pods of a Job cannot be changed: another Job it is then.
  const name = appName(facts, `${job.key}-${hashOf(spec)}`);
  const metadata = appMetadata(facts, job.component, name);
  const labels = { ...metadata.labels, ...job.labels, [keyLabel]: job.key };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { ...metadata, labels }, spec };
}

/** Whether a Job of that key was complete when the cluster was observed. */
export function isDone({ live, service }: AppFacts, component: Component, key: string): boolean {
  return (live.jobs ?? []).some(
    (job) => isPartOf(job, service.name, component) && isComplete(job, key),
  );
}

/** Whether the Job has done what the key says. */
export function isComplete(job: KubeObject, key: string): boolean {
  const isSame = job.metadata.labels?.[keyLabel] === key;
  return isSame && conditionOf(job, 'Complete')?.status === 'True';
}

/** Whether a Job has not ended yet, well or not. */
export function isUnfinished(job: KubeObject): boolean {
  return !['Complete', 'Failed'].some((type) => conditionOf(job, type)?.status === 'True');
}

/** Whether it is a Job that did its part, well or not: it goes with the next deploy, and is no reason for one. */
export function isEndedJob(object: KubeObject): boolean {
  return object.metadata.labels?.[keyLabel] !== undefined && !isUnfinished(object);
}

/** The stage of a Job that runs once, with what it says shown as it runs. */
export function jobStage(name: string, job: KubeObject, timeout: Duration): Stage {
  return {
    name,
    objects: [{ object: job }],
    until: 'ready',
    timeout: duration(timeout + slack),
    follow: true,
    once: true,
  };
}

/** Whole seconds, at least one. */
export function seconds(length: Duration): number {
  return Math.max(1, Math.ceil(length / 1000));
}
