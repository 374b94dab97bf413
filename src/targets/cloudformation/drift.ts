import type { CloudFormationClient as Cloud } from '@aws-sdk/client-cloudformation';
import type { Watching } from './follow.ts';

/** A resource that is not as its template says. Values are not shown: they may be secrets. */
export interface DriftedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly kind: 'changed' | 'deleted';
  /** Paths of the properties that differ. */
  readonly properties: readonly string[];
}

/** Whether a stack is as its template says. */
export type Drift = 'in-sync' | 'unknown' | { readonly drifted: readonly DriftedResource[] };

/** Detects drift of every stack, a few at a time; a stack that cannot be judged is `unknown`. */
export async function detectDrift(
  _cloud: Cloud,
  _stackIds: readonly string[],
  _watching: Pick<Watching, 'signal' | 'pause'>,
): Promise<ReadonlyMap<string, Drift>> {
  throw new Error('not yet');
}
