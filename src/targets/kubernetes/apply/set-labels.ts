import { createHash } from 'node:crypto';
import { kindOfGroup } from '../connect/known-kinds.ts';
import type { Kind } from '../connect/kube.ts';
import { groupOf } from '../fields.ts';
import type { KubeObject, ObjectRef } from '../kube-object.ts';

/*
 * Names and forms are kubectl's (KEP-3659 as kubectl does it, which differs from its text), so that kubectl can take
 * over. Source: kubernetes/kubernetes, staging/src/k8s.io/kubectl/pkg/cmd/apply/applyset.go.
 */
const idLabel = 'applyset.kubernetes.io/id';
const memberLabel = 'applyset.kubernetes.io/part-of';
const toolingKey = 'applyset.kubernetes.io/tooling';
const kindsKey = 'applyset.kubernetes.io/contains-group-kinds';
const namespacesKey = 'applyset.kubernetes.io/additional-namespaces';
const tooling = 'understudy/v1';

/** Where members of a set may be. */
export interface SetHints {
  /** `ConfigMap`, `Deployment.apps`. */
  readonly groupKinds: readonly string[];
  /** Beside the parent's own. */
  readonly namespaces: readonly string[];
}

/** The id of a set whose parent is that object. */
export function setId({ name, namespace = '', kind, apiVersion }: ObjectRef): string {
  const text = `${name}.${namespace}.${kind}.${groupOf({ apiVersion })}`;
  return `applyset-${createHash('sha256').update(text).digest('base64url')}-v1`;
}

/** The label that members carry. */
export function memberOf(id: string): Readonly<Record<string, string>> {
  return { [memberLabel]: id };
}

/** The set that an object belongs to. */
export function setOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[memberLabel];
}

/** The tool that looks after a set, as `kubectl/v1.34.1`; absent = the object is no parent of a set. */
export function toolingOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[toolingKey];
}

/** Whether the set is ours to change: any version of ours wrote it. */
export function isOurTooling(text: string): boolean {
  return text.startsWith('understudy/');
}

/** Where the objects are, as the parent tells it. */
export function hintsFor(objects: readonly KubeObject[], parent: ObjectRef): SetHints {
  const groupKinds = objects.map((object) => {
    const group = groupOf(object);
    return group ? `${object.kind}.${group}` : object.kind;
  });
  const namespaces = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  return {
    groupKinds: sorted(groupKinds),
    namespaces: sorted(namespaces.filter((name) => name !== parent.namespace)),
  };
}

/** Both together: while the members change, either may be there. */
export function widened(one: SetHints, other: SetHints): SetHints {
  return {
    groupKinds: sorted([...one.groupKinds, ...other.groupKinds]),
    namespaces: sorted([...one.namespaces, ...other.namespaces]),
  };
}

/** What a parent tells; nothing where it is none. */
export function hintsIn({ metadata }: KubeObject): SetHints {
  const list = (key: string) => (metadata.annotations?.[key] ?? '').split(',').filter(Boolean);
  return { groupKinds: list(kindsKey), namespaces: list(namespacesKey) };
}

/** Kinds that members of the parent's set may be of; none where it is no parent. */
export function memberKindsIn(parent: KubeObject): readonly Kind[] {
  return hintsIn(parent).groupKinds.map(kindOfGroup);
}

/** The parent, as it is applied. */
export function parentObject(
  { apiVersion, kind, name, namespace }: ObjectRef,
  labels: Readonly<Record<string, string>>,
  hints: SetHints,
): KubeObject {
  const id = setId({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) });
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, [idLabel]: id },
      annotations: {
        [toolingKey]: tooling,
        [kindsKey]: hints.groupKinds.join(','),
        [namespacesKey]: hints.namespaces.join(','),
      },
    },
  };
}

/** Whether the live parent says all that the other one does. */
export function isParentAs(live: KubeObject, wanted: KubeObject): boolean {
  return (['labels', 'annotations'] as const).every((part) =>
    Object.entries(wanted.metadata[part] ?? {}).every(
      ([key, value]) => live.metadata[part]?.[key] === value,
    ),
  );
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
