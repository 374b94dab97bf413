import type { Instant } from '../../../core/time.ts';
import type { DesiredService, PreviewMarks } from '../../target.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Place } from '../places/place.ts';
import type { AppSettings, KubernetesSettings } from '../settings.ts';

/** Everything that the objects of one review app follow from. */
export interface AppFacts {
  readonly app: AppSettings;
  readonly settings: Pick<
    KubernetesSettings,
    'podSecurity' | 'imagePullSecrets' | 'replicas' | 'rolloutTimeout' | 'containerDefaults'
  >;
  readonly place: Pick<Place, 'namespace' | 'mode' | 'suffix'>;
  readonly service: Pick<DesiredService, 'name' | 'host' | 'probe' | 'values' | 'image'>;
  readonly marks: Pick<PreviewMarks, 'repository' | 'previewId' | 'pullRequest' | 'commit'>;
  /** GitHub's API, which the source is fetched from: `https://api.github.com`. */
  readonly sourceApi: string;
  readonly live: LiveApp;
  readonly now: Instant;
  /** That many characters of a-z, A-Z and 0-9 that nobody can guess. */
  randomText(length: number): string;
}

/** What of a review app was observed. */
export interface LiveApp {
  /** The Deployment of `deploymentRef`, where there is one. */
  readonly deployment?: KubeObject;
  /** The Jobs of the preview; absent where the app has no build and no migration. */
  readonly jobs?: readonly KubeObject[];
  /** Those of `readsOf` that are there. */
  readonly found: readonly KubeObject[];
  /** The cluster knows CloudNativePG's `Cluster`; asked only where `asksForCloudNativePg` says so. */
  readonly cloudNativePg: boolean;
  /** What `databaseResetOf` answers. */
  readonly databaseReset: string;
  /** Text of the masking script, from the base branch, where settings name one. */
  readonly maskSql?: string;
}
