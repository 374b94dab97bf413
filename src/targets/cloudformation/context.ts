import type { Instant } from '../../core/time.ts';
import type { Pause } from '../pause.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { CloudFormationSettings } from './settings.ts';

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
