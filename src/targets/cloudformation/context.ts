import type { Instant } from '../../core/time.ts';
import type { Pause } from '../pause.ts';
import type { CloudFormationSettings } from './settings.ts';

/** Files of the repository, as far as the target needs them. Paths are relative to its root. */
export interface RepositoryFiles {
  /** As the commit has it, from the workspace where that is this commit's; `undefined` = there is none. */
  at(commit: string, path: string): Promise<string | undefined>;
  /** As the base branch has it: text that no pull request can have changed. */
  trusted(path: string): Promise<string | undefined>;
  /** Every file below a folder, by path relative to that folder, as trusted as `trusted`. */
  trustedFolder(path: string): Promise<ReadonlyMap<string, string>>;
}

/** What a CloudFormation target is made for. */
export interface CloudFormationContext {
  /** `owner/name`. */
  readonly repository: string;
  /** The services of the configuration that run on CloudFormation. */
  readonly services: readonly {
    readonly name: string;
    readonly settings: CloudFormationSettings;
  }[];
  readonly files: RepositoryFiles;
  /** Variables of the process: `AWS_…`, proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Unique to this attempt of this run, of letters, digits and dashes; names of change sets and tokens derive from it. */
  readonly operation: string;
  now(): Instant;
  readonly pause: Pause;
}
