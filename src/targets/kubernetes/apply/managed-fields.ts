import type { KubeObject } from '../kube-object.ts';
import { fieldManager } from '../marks.ts';

/** An entry of `metadata.managedFields`. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** Who `kubectl apply` without `--server-side` writes as. */
const clientSide = 'kubectl-client-side-apply';

/**
 * The fields that `kubectl apply` set, made ours: else those that the manifests no longer hold would stay for ever.
 * `undefined` = there are none. Source: kubernetes/client-go, util/csaupgrade.
 */
export function upgradedFields({ metadata }: KubeObject): readonly ManagedFields[] | undefined {
  const entries = (metadata.managedFields ?? []) as readonly ManagedFields[];
  const theirs = entries.filter(isClientSide);
  const [first] = theirs;
  if (!first) return undefined;
  const ours = entries.find(isOurs);
  const merged = [...theirs, ...(ours ? [ours] : [])].map(({ fieldsV1 }) => fieldsV1 ?? {});
  const upgraded = {
    ...(ours ?? first),
    manager: fieldManager,
    operation: 'Apply',
    fieldsV1: merged.reduce(union, {}),
  };
  return [...entries.filter((entry) => !isClientSide(entry) && !isOurs(entry)), upgraded];
}

/** Whether `kubectl apply` had the object. */
export function isClientSideApplied({ metadata }: KubeObject): boolean {
  return ((metadata.managedFields ?? []) as readonly ManagedFields[]).some(isClientSide);
}

function isClientSide({ manager, operation, subresource }: ManagedFields): boolean {
  return manager === clientSide && operation === 'Update' && !subresource;
}

function isOurs({ manager, operation, subresource }: ManagedFields): boolean {
  return manager === fieldManager && operation === 'Apply' && !subresource;
}

type Tree = Readonly<Record<string, unknown>>;

function union(one: Tree, other: Tree): Tree {
  const both = Object.entries(other).map(([key, value]) => [
    key,
    union((one[key] ?? {}) as Tree, (value ?? {}) as Tree),
  ]);
  return { ...one, ...Object.fromEntries(both) };
}
