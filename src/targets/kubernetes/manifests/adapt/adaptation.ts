import type { Problem } from '../../../../core/user-error.ts';
import type { DesiredService, PreviewMarks } from '../../../target.ts';
import type { Kind } from '../../connect/kube.ts';
import { groupOf } from '../../fields.ts';
import { describeRef, type KubeObject } from '../../kube-object.ts';
import type { Place } from '../../places/place.ts';
import type { KubernetesSettings } from '../../settings.ts';
import type { StagedObject } from '../../stage.ts';

/** What manifests are adapted to. */
export interface AdaptFacts {
  readonly place: Pick<Place, 'namespace' | 'mode' | 'suffix'>;
  readonly service: Pick<DesiredService, 'name' | 'host' | 'probe' | 'image' | 'values'>;
  readonly settings: Pick<
    KubernetesSettings,
    'images' | 'env' | 'replicas' | 'clusterKinds' | 'imagePullSecrets'
  >;
  readonly marks: Pick<PreviewMarks, 'repository' | 'previewId'>;
  /** `undefined` = nobody knows the kind yet: its definition may be among the manifests. */
  isNamespaced(kind: Kind): boolean | undefined;
}

/** What one step of adapting came to. */
export interface Adapting {
  readonly objects: readonly StagedObject[];
  /** One short line for each thing that people should know. */
  readonly told?: readonly string[];
  /** Why it cannot be done. */
  readonly problems?: readonly Problem[];
}

/** One step: what is given stays as it is. */
export type AdaptStep = (objects: readonly StagedObject[], facts: AdaptFacts) => Adapting;

/** `Deployment.apps`; of the core group `Secret.`. */
export function kindKey({ kind, apiVersion }: Kind): string {
  return `${kind}.${groupOf({ apiVersion })}`;
}

/** `Deployment web`. */
export function nameOf({ kind, metadata: { name } }: KubeObject): string {
  return describeRef({ kind, name });
}

/** A problem at the manifest of an object. */
export function problemAt({ location }: StagedObject, message: string, hint: string): Problem {
  return { message, hint, ...(location && { location }) };
}

/** Every object changed; places stay. */
export function mapped(
  objects: readonly StagedObject[],
  change: (object: KubeObject) => KubeObject,
): StagedObject[] {
  return objects.map((staged) => ({ ...staged, object: change(staged.object) }));
}
