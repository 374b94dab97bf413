import type { Instant } from '../../core/time.ts';
import type { Pause } from '../pause.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { KubernetesSettings } from './settings.ts';

/** What a Kubernetes target is made for. */
export interface KubernetesContext {
  /** `owner/name`. */
  readonly repository: string;
  /** The services of the configuration that run on Kubernetes. */
  readonly services: readonly { readonly name: string; readonly settings: KubernetesSettings }[];
  readonly files: RepositoryFiles;
  /** Variables of the process: `KUBECONFIG`, proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the source of a commit is fetched by builds in the cluster: GitHub's API, and a token for it. */
  readonly source: { readonly apiUrl: string; readonly token: string };
  /** Unique to this attempt of this run, of letters, digits and dashes. */
  readonly operation: string;
  now(): Instant;
  /** From 0 to 1; for generated credentials use `randomText`. */
  random(): number;
  /** That many characters of a-z, A-Z and 0-9 that nobody can guess. */
  randomText(length: number): string;
  readonly pause: Pause;
}
