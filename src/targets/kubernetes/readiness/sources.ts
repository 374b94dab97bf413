import type { Kind, Kube } from '../connect/kube.ts';
import { getObject, listObjects } from '../connect/objects.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import { type KubeObject, refOf } from '../kube-object.ts';
import type { Source } from './keep-current.ts';

/** Objects of one kind in one namespace, and how they are watched. */
export interface AwaitedSource {
  readonly objects: readonly KubeObject[];
  readonly source: Source;
}

/** One watch for each kind and namespace, from where the objects were applied on. */
export function awaitedSources(kube: Kube, objects: readonly KubeObject[]): AwaitedSource[] {
  const groups = grouped(
    objects,
    ({ apiVersion, kind, metadata: { namespace = '' } }) => `${apiVersion} ${kind} ${namespace}`,
  );
  return [...groups.values()].map((group) => ({ objects: group, source: sourceOf(kube, group) }));
}

type Group = [KubeObject, ...KubeObject[]];

function grouped(objects: readonly KubeObject[], by: (object: KubeObject) => string) {
  const groups = new Map<string, Group>();
  for (const object of objects) {
    const group = groups.get(by(object));
    if (group) group.push(object);
    else groups.set(by(object), [object]);
  }
  return groups;
}

function sourceOf(kube: Kube, group: Group): Source {
  const [{ apiVersion, kind, metadata }] = group;
  const { namespace } = metadata;
  const resourceVersion = earliest(group);
  return {
    kind: { apiVersion, kind },
    ...(namespace !== undefined && { namespace }),
    labels: commonLabels(group.map((object) => object.metadata.labels)),
    ...(resourceVersion !== undefined && { resourceVersion }),
    read: async (signal) => {
      const found = await Promise.all(group.map((one) => getObject(kube, refOf(one), signal)));
      return found.filter((object) => object !== undefined);
    },
  };
}

/** Versions are numbers that grow, of the whole cluster (KEP-5504); where they are not, everything is told anew. */
function earliest(group: readonly KubeObject[]): string | undefined {
  const versions = group.map(({ metadata: { resourceVersion = '' } }) => resourceVersion);
  if (versions.some((version) => !/^\d+$/.test(version))) return undefined;
  return versions.toSorted((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1))[0];
}

/** Labels of ours that all have alike. */
function commonLabels(
  labels: readonly (Readonly<Record<string, string>> | undefined)[],
): Record<string, string> {
  const [first = {}, ...others] = labels;
  const isCommon = ([key, value]: [string, string]) =>
    key.startsWith('understudy.dev/') && others.every((one) => one?.[key] === value);
  return Object.fromEntries(Object.entries(first).filter(isCommon));
}

/** A kind that tells why workloads are not ready. */
export interface SurroundingSource {
  readonly shelf: 'pods' | 'replicaSets' | 'events';
  readonly source: Source;
}

/** What surrounds workloads, in each of their namespaces. */
export function surroundingSources(
  kube: Kube,
  workloads: readonly KubeObject[],
): SurroundingSource[] {
  const namespaces = grouped(workloads, ({ metadata }) => metadata.namespace ?? '');
  namespaces.delete('');
  return [...namespaces].flatMap(([namespace, group]) => {
    const labels = commonLabels(group.map(templateLabels));
    const about = (shelf: SurroundingSource['shelf'], kind: Kind, selected = {}) => ({
      shelf,
      source: listed(kube, kind, { namespace, labels: selected }),
    });
    const hasDeployment = group.some(({ kind }) => kind === 'Deployment');
    return [
      about('pods', { apiVersion: 'v1', kind: 'Pod' }, labels),
      ...(hasDeployment
        ? [about('replicaSets', { apiVersion: 'apps/v1', kind: 'ReplicaSet' })]
        : []),
      about('events', { apiVersion: 'v1', kind: 'Event' }),
    ];
  });
}

/** Labels of the pods of a workload. */
function templateLabels({ spec, metadata, kind }: KubeObject): Readonly<Record<string, string>> {
  if (kind === 'Pod') return metadata.labels ?? {};
  const template: Fields = fieldsOf(fieldsOf(fieldsOf(spec).template).metadata);
  return fieldsOf(template.labels) as Record<string, string>;
}

function listed(kube: Kube, kind: Kind, selection: Pick<Source, 'namespace' | 'labels'>): Source {
  return { kind, ...selection, read: (signal) => listObjects(kube, kind, selection, signal) };
}
