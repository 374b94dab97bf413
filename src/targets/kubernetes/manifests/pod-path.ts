import { groupOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';

const paths: Readonly<Record<string, string>> = {
  'Pod.': '',
  'PodTemplate.': 'template.',
  'CronJob.batch': 'spec.jobTemplate.spec.template.',
};
const templated = [
  'Deployment.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'ReplicaSet.apps',
  'ReplicationController.',
  'Job.batch',
  'Rollout.argoproj.io',
  'Service.serving.knative.dev',
];

/** Where an object describes its pods: the path of what has `metadata` and `spec`, ending in a dot; `undefined` = nowhere. */
export function podPathOf(object: KubeObject): string | undefined {
  const key = `${object.kind}.${groupOf(object)}`;
  return templated.includes(key) ? 'spec.template.' : paths[key];
}
