import { fieldsOf, numberOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { rewritten } from '../rewrite.ts';
import { type AdaptStep, kindKey, nameOf } from './adaptation.ts';

const scaled = [
  'Deployment.apps',
  'StatefulSet.apps',
  'ReplicaSet.apps',
  'ReplicationController.',
  'Rollout.argoproj.io',
];

/** At most so many replicas, of autoscalers too; what is at none stays there. */
export const adaptReplicas: AdaptStep = (objects, { settings: { replicas: most } }) => {
  if (most === undefined) return { objects };
  const told: string[] = [];
  const changed = objects.map((staged) => {
    const object = capped(staged.object, most, (field, before) =>
      told.push(`${nameOf(staged.object)}: ${field} ${most}, not ${before}`),
    );
    return { ...staged, object };
  });
  return { objects: changed, told };
};

function capped(
  object: KubeObject,
  most: number,
  tell: (field: string, before: number) => void,
): KubeObject {
  return fieldsWithCounts(object).reduce(
    (changed, field) =>
      rewritten(changed, 'spec', (spec) => {
        const fields = fieldsOf(spec);
        const before = numberOf(fields[field]);
        if (before <= most) return spec;
        tell(field, before);
        return { ...fields, [field]: most };
      }),
    object,
  );
}

function fieldsWithCounts(object: KubeObject): readonly string[] {
  const key = kindKey(object);
  if (scaled.includes(key)) return ['replicas'];
  if (key === 'HorizontalPodAutoscaler.autoscaling') return ['minReplicas', 'maxReplicas'];
  return key === 'ScaledObject.keda.sh' ? ['minReplicaCount', 'maxReplicaCount'] : [];
}
