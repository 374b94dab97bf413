import { type Fields, fieldsOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { previewLabels } from '../../marks.ts';
import { podPathOf } from '../pod-path.ts';
import { rewritten, valuesAt } from '../rewrite.ts';
import { type AdaptStep, kindKey, mapped } from './adaptation.ts';

const previewKey = 'understudy.dev/preview';

/** In a shared namespace pods of other previews have the same labels: what selects pods takes this preview's only. */
export const adaptSelectors: AdaptStep = (objects, { place, marks }) => {
  if (place.mode !== 'shared') return { objects };
  const added = { [previewKey]: previewLabels(marks)[previewKey] ?? marks.previewId };
  const pods = objects.flatMap(({ object }) => labelsOfPods(object));
  const isOurs = (labels: Fields) =>
    pods.some((own) => Object.entries(labels).every(([key, value]) => own[key] === value));
  const changed = mapped(objects, (object) => selecting(object, added, isOurs));
  return {
    objects: changed,
    told: [`selectors of pods take ${previewKey}=${marks.previewId} only`],
  };
};

function labelsOfPods(object: KubeObject): Fields[] {
  const path = podPathOf(object);
  return path === undefined ? [] : valuesAt(object, `${path}metadata.labels`).map(fieldsOf);
}

type IsOurs = (labels: Fields) => boolean;

const workloads = ['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps', 'ReplicaSet.apps'];

/** Selectors with `matchLabels`, beside those of workloads. */
const labelSelectors = [
  ['PodDisruptionBudget.policy', 'spec.selector'],
  ['NetworkPolicy.networking.k8s.io', 'spec.podSelector'],
  ['ServiceMonitor.monitoring.coreos.com', 'spec.selector'],
  ['PodMonitor.monitoring.coreos.com', 'spec.selector'],
] as const;

const inPods = [
  'affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.*.labelSelector',
  'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.*.labelSelector',
  'affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution.*.podAffinityTerm.labelSelector',
  'affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.*.podAffinityTerm.labelSelector',
  'topologySpreadConstraints.*.labelSelector',
];

function selecting(object: KubeObject, added: Fields, isOurs: IsOurs): KubeObject {
  const key = kindKey(object);
  const pods = podPathOf(object);
  const paths = [
    ...(workloads.includes(key) ? ['spec.selector'] : []),
    ...labelSelectors.filter(([kind]) => kind === key).map(([, path]) => path),
    ...(pods === undefined ? [] : inPods.map((path) => `${pods}spec.${path}`)),
  ];
  const matched = paths.reduce(
    (changed, path) => rewritten(changed, path, (selector) => matching(selector, added)),
    object,
  );
  if (key === 'NetworkPolicy.networking.k8s.io') return withPeers(matched, added);
  const isPlain = key === 'Service.' || key === 'ReplicationController.';
  if (!isPlain) return matched;
  return rewritten(matched, 'spec.selector', (selector) => {
    const labels = fieldsOf(selector);
    return Object.keys(labels).length > 0 && isOurs(labels) ? { ...labels, ...added } : selector;
  });
}

function matching(selector: unknown, added: Fields): Fields {
  const fields = fieldsOf(selector);
  return { ...fields, matchLabels: { ...fieldsOf(fields.matchLabels), ...added } };
}

/** Peers of the same namespace; those of others are chosen by it. */
function withPeers(object: KubeObject, added: Fields): KubeObject {
  return ['spec.ingress.*.from.*', 'spec.egress.*.to.*'].reduce(
    (changed, path) =>
      rewritten(changed, path, (peer) => {
        const fields = fieldsOf(peer);
        if (fields.podSelector === undefined || fields.namespaceSelector !== undefined) return peer;
        return { ...fields, podSelector: matching(fields.podSelector, added) };
      }),
    object,
  );
}
