import type { StackStatus } from '@aws-sdk/client-cloudformation';
import type { Operation, Watching } from './follow.ts';
import type { OperationProgress } from './operation-progress.ts';
import { type Failure, firstFailure } from './root-cause.ts';
import type { StackHappening } from './stack-events.ts';
import type { Running } from './statuses.ts';

/** The phases of an operation, as steps for people. */
export interface Steps {
  begin(): void;
  show(progress: OperationProgress, events: readonly StackHappening[]): void;
  end(status: StackStatus, ok: boolean, failure: Failure | undefined): void;
}

const names: Readonly<Record<Running, string>> = {
  create: 'create the stack',
  update: 'update the stack',
  delete: 'delete the stack',
  rollback: 'roll the stack back',
};

/** One step for the operation, and one for its rollback when it comes to that. */
export function openSteps(
  { token, doing }: Pick<Operation, 'token' | 'doing'>,
  { progress, now, service }: Pick<Watching, 'progress' | 'now' | 'service'>,
): Steps {
  const own = token === undefined ? 'wait for what runs in the stack' : names[doing];
  let open = own;
  const tell = (state: 'running' | 'done' | 'failed', detail?: string) =>
    progress({
      kind: 'step',
      at: now(),
      service,
      step: open,
      state,
      ...(detail && { detail }),
    });
  return {
    begin: () => tell('running'),
    show({ rollingBack, detail }, events) {
      if (rollingBack && open === own) {
        tell('failed', firstFailure([{ path: '', events }])?.reason);
        open = names.rollback;
      }
      tell('running', detail);
    },
    end(status, ok, failure) {
      const cameBack = open !== own && status.endsWith('_COMPLETE');
      tell(ok || cameBack ? 'done' : 'failed', ok || cameBack ? '' : failure?.reason);
    },
  };
}
