import type { StackStatus } from '@aws-sdk/client-cloudformation';

/**
 * What a deploy does with a stack of ours in a status.
 * `create`: there is no stack. `update`: send a change set. `wait`: something runs; look again when it is over.
 * `continue-review`: only a change set made it; send one of type CREATE. `replace`: delete it, then create.
 * `delete-first`: finish its deletion, then create. `continue-rollback`: ContinueUpdateRollback, once, then update.
 * `roll-back-failed`: RollbackStack, then update. `stuck`: only a person can mend it.
 */
export type DeployAnswer =
  | 'create'
  | 'update'
  | 'wait'
  | 'continue-review'
  | 'replace'
  | 'delete-first'
  | 'continue-rollback'
  | 'roll-back-failed'
  | 'stuck';

/**
 * What a teardown does. `gone`: nothing. `delete`: delete it. `join`: a deletion runs; follow it.
 * `wait`: CloudFormation refuses a deletion now; delete when what runs is over.
 */
export type DestroyAnswer = 'gone' | 'delete' | 'join' | 'wait';

/** What runs in a stack, in the words of progress; absent = nothing runs. */
export type Running = 'create' | 'update' | 'delete' | 'rollback';

/** The decided answer for one status. */
export interface StatusAnswer {
  readonly deploy: DeployAnswer;
  readonly destroy: DestroyAnswer;
  readonly running?: Running;
  /** What the status means, in one sentence for people. */
  readonly meaning: string;
}

/** Every status of a stack and what is done about it: the table of docs/cloudformation.md. */
export const statusAnswers: Readonly<Record<StackStatus, StatusAnswer>> = {
  CREATE_COMPLETE: { deploy: 'update', destroy: 'delete', meaning: 'it was created' },
  CREATE_FAILED: {
    deploy: 'replace',
    destroy: 'delete',
    meaning: 'its creation failed, and what was made was kept',
  },
  CREATE_IN_PROGRESS: {
    deploy: 'wait',
    // The one operation that a deletion may cut short.
    destroy: 'delete',
    running: 'create',
    meaning: 'it is being created',
  },
  DELETE_COMPLETE: { deploy: 'create', destroy: 'gone', meaning: 'it was deleted' },
  DELETE_FAILED: {
    deploy: 'delete-first',
    destroy: 'delete',
    meaning: 'its deletion failed',
  },
  DELETE_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'join',
    running: 'delete',
    meaning: 'it is being deleted',
  },
  IMPORT_COMPLETE: { deploy: 'update', destroy: 'delete', meaning: 'it took over resources' },
  IMPORT_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'wait',
    running: 'update',
    meaning: 'it is taking over resources',
  },
  IMPORT_ROLLBACK_COMPLETE: {
    deploy: 'update',
    destroy: 'delete',
    meaning: 'it gave back the resources it should have taken over',
  },
  IMPORT_ROLLBACK_FAILED: {
    // Deleting it might delete resources that were there before the preview.
    deploy: 'stuck',
    destroy: 'delete',
    meaning: 'it could not give back the resources it should have taken over',
  },
  IMPORT_ROLLBACK_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'wait',
    running: 'rollback',
    meaning: 'it is giving back the resources it should have taken over',
  },
  REVIEW_IN_PROGRESS: {
    deploy: 'continue-review',
    destroy: 'delete',
    meaning: 'a change set was made for it and never executed',
  },
  ROLLBACK_COMPLETE: {
    deploy: 'replace',
    destroy: 'delete',
    meaning: 'its creation failed and was rolled back',
  },
  ROLLBACK_FAILED: {
    deploy: 'replace',
    destroy: 'delete',
    meaning: 'its creation failed, and so did the rollback',
  },
  ROLLBACK_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'wait',
    running: 'rollback',
    meaning: 'its creation failed and is being rolled back',
  },
  UPDATE_COMPLETE: { deploy: 'update', destroy: 'delete', meaning: 'it was updated' },
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'wait',
    running: 'update',
    meaning: 'it was updated, and what was replaced is being deleted',
  },
  UPDATE_FAILED: {
    deploy: 'roll-back-failed',
    destroy: 'delete',
    meaning: 'its update failed, and was left as it was',
  },
  UPDATE_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'wait',
    running: 'update',
    meaning: 'it is being updated',
  },
  UPDATE_ROLLBACK_COMPLETE: {
    deploy: 'update',
    destroy: 'delete',
    meaning: 'its update failed and was rolled back',
  },
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'wait',
    running: 'rollback',
    meaning: 'its update was rolled back, and what the update made is being deleted',
  },
  UPDATE_ROLLBACK_FAILED: {
    deploy: 'continue-rollback',
    destroy: 'delete',
    meaning: 'its update failed, and so did the rollback',
  },
  UPDATE_ROLLBACK_IN_PROGRESS: {
    deploy: 'wait',
    destroy: 'wait',
    running: 'rollback',
    meaning: 'its update failed and is being rolled back',
  },
};

/** A status that this table does not know is waited for while it runs, and left to people when it does not. */
const unknownRunning: StatusAnswer = {
  deploy: 'wait',
  destroy: 'wait',
  running: 'update',
  meaning: 'something runs in it that this version does not know',
};
const unknownResting: StatusAnswer = {
  deploy: 'stuck',
  destroy: 'delete',
  meaning: 'this version does not know its status',
};

/** The decided answer; total, also over statuses that CloudFormation has yet to invent. */
export function answerFor(status: string | undefined): StatusAnswer {
  const known = Object.hasOwn(statusAnswers, status ?? '');
  if (known) return statusAnswers[status as StackStatus];
  return isRunning(status) ? unknownRunning : unknownResting;
}

/** Whether an operation still runs. A stack in review rests: nothing happens until a change set is executed. */
export function isRunning(status: string | undefined): boolean {
  return (status ?? '').endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
