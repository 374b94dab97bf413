import type { PreviewKey } from '../target.ts';
import type { KubeObject } from './kube-object.ts';
import { fieldManager } from './marks.ts';
import { contentsOf } from './places/close-place.ts';
import type { Carrier } from './places/observe-places.ts';

/** An entry of `metadata.managedFields`. */
interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** Parts of objects in which only we are to write. */
const ours = ['f:spec', 'f:data', 'f:stringData', 'f:rules', 'f:webhooks'];
/** The cluster's own hands: they fill in what is theirs. */
const controllers =
  /^(?:kube-controller-manager|kube-scheduler|kubelet|kube-apiserver|cloud-controller-manager)$/;

/**
 * What someone else has written into an object of ours, as `spec.replicas by kubectl-edit`. Told from who manages which
 * field, so that what was deployed need not be known. Source: Kubernetes, Server-Side Apply, field management.
 */
export function foreignFields({ metadata }: KubeObject): readonly string[] {
  const entries = (metadata.managedFields ?? []) as readonly ManagedFields[];
  return entries
    .filter(
      ({ manager = '', subresource }) =>
        manager !== fieldManager && !controllers.test(manager) && !subresource,
    )
    .flatMap(({ manager, fieldsV1 = {} }) =>
      ours
        .filter((field) => field in fieldsV1)
        .flatMap((field) => pathsIn(fieldsV1[field], [field.slice(2)]))
        .map((path) => `${path} by ${manager}`),
    );
}

/** Paths to the fields, two levels deep: enough to know where to look. */
function pathsIn(fields: unknown, path: readonly string[]): string[] {
  const below = Object.entries((fields ?? {}) as Record<string, unknown>).filter(([key]) =>
    key.startsWith('f:'),
  );
  if (below.length === 0 || path.length === 2) return [path.join('.')];
  return below.flatMap(([key, value]) => pathsIn(value, [...path, key.slice(2)]));
}

/** What of a preview at one place someone else has changed. */
export async function driftOf(
  carrier: Carrier,
  key: PreviewKey,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { members } = await contentsOf(carrier, key, signal, { all: true });
  return members.flatMap((member) =>
    foreignFields(member).map((field) => `${member.kind} ${member.metadata.name} (${field})`),
  );
}
