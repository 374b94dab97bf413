import type { Duration } from '../../core/time.ts';
import type { SourceLocation } from '../../core/user-error.ts';
import type { KubeObject } from './kube-object.ts';

/** An object that a preview is made of. */
export interface StagedObject {
  readonly object: KubeObject;
  /** `once`: made where it is absent, and then left alone (generated credentials). Default `apply`: server-side apply. */
  readonly how?: 'apply' | 'once';
  /** Where the manifest stands, for objects of the user's own. */
  readonly location?: SourceLocation;
}

/** A step of a deploy: its objects are applied, then waited for. */
export interface Stage {
  /** Verb phrase for people: `build the image`, `migrate`, `roll out`. */
  readonly name: string;
  readonly objects: readonly StagedObject[];
  /** What the next stage needs: nothing, readiness by kind (Jobs: completion). */
  readonly until: 'applied' | 'ready';
  /** Absent = the rollout timeout. */
  readonly timeout?: Duration;
  /** The last lines of the logs are streamed while it runs (builds, migrations, copies). */
  readonly follow?: boolean;
  /** Nothing that comes after it needs it to be ready: a run that is not to wait goes on at once. */
  readonly last?: boolean;
  /**
   * Jobs of this stage run once for their name: a complete one is left alone, a failed one is deleted and made anew
   * once in each run.
   */
  readonly once?: boolean;
}
