import { UserError } from '../../../../core/user-error.ts';
import type { ProgressEvent, Watch } from '../../../target.ts';
import { consoleLink } from '../../watching/console-link.ts';
import { answerFor } from '../../watching/statuses.ts';
import type { SharedPlace } from './shared-place.ts';
import { findStack, type Snapshot, takeSnapshot, type Workshop } from './snapshot.ts';

/** How an update of a shared stack is watched. */
export interface SharedWatch extends Pick<Watch, 'progress' | 'signal'> {
  /** The service that progress is shown for. */
  readonly service: string;
}

/** Milliseconds between looks at a busy stack: short at first, since many updates are. */
const gaps = [1000, 2000, 3000, 5000] as const;
const longestGap = 8000;
/** A free stack that refuses is asked again after this long. */
const afterRefusal = 1500;

/**
 * The shared stack once nothing runs in it: the operation in progress is the lock. A rollback that failed is
 * continued once. `undefined` = there is no such stack. Throws a `UserError` where only a person can help.
 */
export async function freeSnapshot(
  workshop: Workshop,
  place: SharedPlace,
  watch: SharedWatch,
): Promise<Snapshot | undefined> {
  const { context, engine } = workshop;
  let continued = false;
  let waited = false;
  for (let look = 0; ; look += 1) {
    const stack = await findStack(workshop, place, watch.signal);
    if (!stack) return undefined;
    const { StackStatus: status = '', StackId: id } = stack;
    const answer = answerFor(status).deploy;
    if (answer === 'update') {
      if (waited) tell('done');
      return takeSnapshot(workshop, place, stack, watch.signal);
    }
    if (answer === 'continue-rollback' && !continued) {
      continued = true;
      await engine.continueRollback(
        engine.cloud(place.region),
        id,
        workshop.nextOperation(),
        watch.signal,
      );
    } else if (answer !== 'wait') throw stuck(place, status, id);
    waited = true;
    tell('running', `${place.stack} is in ${status}`);
    await context.pause(gaps[look] ?? longestGap, watch.signal);
  }

  function tell(state: 'running' | 'done', detail?: string): void {
    const event: ProgressEvent = {
      kind: 'step',
      at: context.now(),
      service: watch.service,
      step: 'wait for the shared stack',
      state,
      ...(detail && { detail }),
    };
    watch.progress(event);
  }
}

/** Lets someone else's operation, whose start was in the way, become visible. */
export async function afterOthers({ context }: Workshop, { signal }: SharedWatch): Promise<void> {
  await context.pause(afterRefusal, signal);
}

function stuck({ stack }: SharedPlace, status: string, id: string): UserError {
  const link = consoleLink(id);
  const how =
    status === 'UPDATE_ROLLBACK_FAILED'
      ? `Continue its rollback, skipping what cannot be rolled back: aws cloudformation continue-update-rollback --stack-name ${stack} --resources-to-skip <logical ids>`
      : `Bring it into UPDATE_COMPLETE or UPDATE_ROLLBACK_COMPLETE by hand; it is not ours to delete`;
  return new UserError(
    `the shared stack ${stack} is in ${status}: ${answerFor(status).meaning}`,
    `${how}${link ? `. Its events: ${link}` : ''}.`,
  );
}
