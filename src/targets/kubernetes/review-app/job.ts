import { type Duration, duration } from '../../../core/time.ts';
import type { KubeMetadata, KubeObject } from '../kube-object.ts';
import type { Stage } from '../stage.ts';
import type { AppFacts } from './app-facts.ts';
import { appLabels, type Component } from './app-metadata.ts';
import { podDefaults } from './pod-parts.ts';

/** What a Job of an app is. */
export interface JobParts {
  readonly component: Component;
  readonly metadata: KubeMetadata;
  readonly timeout: Duration;
  /** Seconds that a finished one stays; absent = until it is pruned. */
  readonly keepFor?: number;
  readonly pod: Readonly<Record<string, unknown>>;
}

/** Longer than the Job's own, so that the Job is what says that time is over. */
const slack = 30_000;

/**
 * A Job of one attempt: what tries again is the next run. A pod that the cluster took away (a node that was drained)
 * is no attempt.
 */
export function renderJob(facts: AppFacts, job: JobParts): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: job.metadata,
    spec: {
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
    },
  };
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
