import { sha256Hex } from '../../../../core/sha256.ts';
import { fieldsOf, textOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import type { StagedObject } from '../../stage.ts';
import { valuesAt } from '../rewrite.ts';
import { type AdaptFacts, type AdaptStep, kindKey } from './adaptation.ts';
import { type Renaming, withReferences } from './references.ts';

/** Names that become labels, or names of Services, or begin those of pods (CronJob). Others may have 253 characters. */
const limits: Readonly<Record<string, number>> = {
  'Service.': 63,
  'Job.batch': 63,
  'CronJob.batch': 52,
  'StatefulSet.apps': 52,
};

/**
 * In a shared namespace every name ends in what tells previews apart; what belongs to the cluster does so everywhere.
 * References follow, also to what controllers make from an object.
 */
export const adaptNames: AdaptStep = (objects, facts) => {
  const renamed = newNames(objects, facts);
  if (renamed.size === 0) return { objects };
  const renaming: Renaming = (kind, name) => renamed.get(`${kind} ${name}`);
  const changed = objects.map((staged) => {
    const object = withReferences(staged.object, renaming);
    const name = renaming(kindKey(object), object.metadata.name) ?? object.metadata.name;
    return { ...staged, object: { ...object, metadata: { ...object.metadata, name } } };
  });
  const ending = facts.place.suffix || clusterEnding(facts);
  const which = facts.place.suffix === '' ? 'names of what belongs to the cluster' : 'names';
  return { objects: changed, told: [`${which} end in ${ending}, and references follow`] };
};

function clusterEnding({ marks }: AdaptFacts): string {
  return `-${marks.previewId}`;
}

/** By `kind name`. */
function newNames(objects: readonly StagedObject[], facts: AdaptFacts): Map<string, string> {
  const names = new Map<string, string>();
  for (const { object } of objects) {
    const key = kindKey(object);
    const ofCluster = facts.isNamespaced(object) === false;
    const ending = facts.place.suffix || (ofCluster ? clusterEnding(facts) : '');
    if (ending === '') continue;
    const { name } = object.metadata;
    const other = ended(name, ending, limits[key] ?? 253);
    names.set(`${key} ${name}`, other);
    if (facts.place.suffix === '') continue;
    for (const [kind, before, after] of madeFrom(object, other, ending))
      if (!names.has(`${kind} ${before}`)) names.set(`${kind} ${before}`, after);
  }
  return names;
}

/** The name with its ending, cut with a hash where it is too long. */
export function ended(name: string, ending: string, limit: number): string {
  if (name.length + ending.length <= limit) return name + ending;
  const hash = `-${sha256Hex(name).slice(0, 8)}`;
  const room = limit - ending.length - hash.length;
  return `${name.slice(0, room).replace(/[-.]+$/, '')}${hash}${ending}`;
}

type Made = readonly (readonly [kind: string, before: string, after: string])[];

/** Objects that a controller makes, by a name that the object says or its own name gives. */
function madeFrom(object: KubeObject, name: string, ending: string): Made {
  const secret = (before: unknown): Made =>
    textOf(before) === '' ? [] : [['Secret.', textOf(before), ended(textOf(before), ending, 253)]];
  const before = object.metadata.name;
  switch (kindKey(object)) {
    case 'Certificate.cert-manager.io':
      return secret(fieldsOf(object.spec).secretName);
    case 'ExternalSecret.external-secrets.io':
      return secret(fieldsOf(fieldsOf(object.spec).target).name ?? before);
    case 'SealedSecret.bitnami.com':
      return [['Secret.', before, name]];
    case 'Ingress.networking.k8s.io':
      return hasIssuer(object)
        ? valuesAt(object, 'spec.tls.*.secretName').flatMap((value) => secret(value))
        : [];
    case 'Cluster.postgresql.cnpg.io':
      return [
        ...['-rw', '-ro', '-r'].map((end) => ['Service.', before + end, name + end] as const),
        ...['-app', '-superuser', '-ca'].map(
          (end) => ['Secret.', before + end, name + end] as const,
        ),
      ];
    default:
      return [];
  }
}

/** cert-manager makes the certificate that the Ingress names. */
export function hasIssuer({ metadata: { annotations = {} } }: KubeObject): boolean {
  return [
    'cert-manager.io/issuer',
    'cert-manager.io/cluster-issuer',
    'kubernetes.io/tls-acme',
  ].some((key) => annotations[key] !== undefined);
}
