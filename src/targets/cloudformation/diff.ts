import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Change } from '../target.ts';

/** A change to one resource, and those of the nested stack that it is, if it is one. */
export interface ResourceChangeTree {
  readonly change: ResourceChange;
  readonly nested: readonly ResourceChangeTree[];
}

export function diffOf(_changes: readonly ResourceChangeTree[]): Change[] {
  return [];
}
