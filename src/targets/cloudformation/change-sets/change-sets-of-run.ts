import type { Cloud } from '../connect/cloud.ts';
import {
  discardChangeSet,
  executeChangeSet,
  prepareChangeSet,
  type ReadyChangeSet,
} from './change-set.ts';

/**
 * The change sets of one run. It knows which of them were made and not executed, so that a run which ends without a
 * deploy leaves none behind.
 */
export interface ChangeSetsOfRun {
  readonly prepare: typeof prepareChangeSet;
  readonly execute: typeof executeChangeSet;
  readonly discard: typeof discardChangeSet;
  /**
   * Removes those that nobody executed, and stacks that hold nothing else. It never throws: what stays does no harm,
   * and the next run replaces it.
   */
  drop(): Promise<void>;
}

/** How long dropping may take, in milliseconds: a run that was cancelled is killed soon. */
const dropWithin = 2_500;

/** None yet. */
export function changeSetsOfRun(): ChangeSetsOfRun {
  const loose = new Map<string, { readonly cloud: Cloud; readonly changeSet: ReadyChangeSet }>();
  return {
    async prepare(cloud, request, waiting) {
      const prepared = await prepareChangeSet(cloud, request, waiting);
      if (prepared.kind === 'ready') loose.set(prepared.id, { cloud, changeSet: prepared });
      return prepared;
    },
    async execute(cloud, changeSet, how, signal) {
      signal.throwIfAborted();
      // From here on it may have been executed, whatever the answer.
      loose.delete(changeSet.id);
      await executeChangeSet(cloud, changeSet, how, signal);
    },
    async discard(cloud, prepared, signal) {
      if (prepared.kind === 'ready') loose.delete(prepared.id);
      await discardChangeSet(cloud, prepared, signal);
    },
    async drop() {
      const signal = AbortSignal.timeout(dropWithin);
      const left = [...loose.values()];
      loose.clear();
      await Promise.allSettled(
        left.map(({ cloud, changeSet }) => discardChangeSet(cloud, changeSet, signal)),
      );
    },
  };
}
