import type { Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type {
  ChangeSetRequest,
  PreparedChangeSet,
  ReadyChangeSet,
  Waiting,
} from './change-sets/change-set.ts';
import type { Cloud } from './connect/cloud.ts';
import type { Nearby } from './nearby/nearby.ts';
import type { Followed, Operation, Watching } from './watching/follow.ts';

/**
 * What expand mode does to stacks. Handed over as an object, so that its unit does not carry the SDK a second
 * time; errors that cross the border are told by name.
 */
export interface Engine {
  /** `undefined` = the region that the environment names. */
  cloud(region: string | undefined): Cloud;
  /** S3, ECR and load balancing in the region of a connection. */
  nearby(cloud: Cloud): Promise<Nearby>;
  /** How S3 is addressed from there. */
  s3(cloud: Cloud): Promise<{ readonly region: string; readonly endpoint?: string }>;
  /** The stack of that name or id; `undefined` = there is none. */
  describeStack(cloud: Cloud, stack: string, signal?: AbortSignal): Promise<Stack | undefined>;
  /** The template as it was last sent, byte for byte (`GetTemplate`, stage `Original`). */
  originalTemplate(cloud: Cloud, stack: string, signal?: AbortSignal): Promise<string>;
  /** All resources of the stack itself, to the last page. */
  listResources(
    cloud: Cloud,
    stack: string,
    signal?: AbortSignal,
  ): Promise<readonly StackResourceSummary[]>;
  /** Throws `ChangeSetReplaced` when someone else's change came first. */
  prepareChangeSet(
    cloud: Cloud,
    request: ChangeSetRequest,
    waiting: Waiting,
  ): Promise<PreparedChangeSet>;
  /** Throws `ChangeSetReplaced` when someone else's change came first. */
  executeChangeSet(
    cloud: Cloud,
    prepared: ReadyChangeSet,
    how: { readonly token: string; readonly onFailure: 'rollback' | 'keep' },
    signal: AbortSignal,
  ): Promise<void>;
  discardChangeSet(cloud: Cloud, prepared: PreparedChangeSet, signal: AbortSignal): Promise<void>;
  /** Removes what was prepared and not executed. Never throws. */
  dropChangeSets(): Promise<void>;
  followOperation(cloud: Cloud, operation: Operation, watching: Watching): Promise<Followed>;
  /** Lets CloudFormation take back an update whose rollback failed. */
  continueRollback(
    cloud: Cloud,
    stackId: string,
    token: string,
    signal: AbortSignal,
  ): Promise<void>;
}
