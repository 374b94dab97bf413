import type { IdScheme } from '../../preview/preview-id.ts';
import type { InputReader } from '../../runner/read-inputs.ts';
import { type CommonInputs, readCommonInputs } from '../common-inputs.ts';

/** Inputs of compute-preview-id. */
export interface ComputePreviewIdInputs extends CommonInputs {
  readonly branch: string | undefined;
  readonly pullRequest: number | undefined;
  readonly id: IdScheme | undefined;
  readonly length: number | undefined;
  readonly service: string | undefined;
  readonly host: string | undefined;
  readonly checkCollisions: boolean;
}

/** Reads the inputs of compute-preview-id. */
export function readComputePreviewIdInputs(reader: InputReader): ComputePreviewIdInputs {
  return {
    ...readCommonInputs(reader),
    branch: readBranch(reader),
    pullRequest: reader.integer('pull-request', { min: 1, max: 2 ** 31 }),
    id: reader.choice('id', ['branch-hash', 'pull-request']),
    length: reader.integer('length', { min: 4, max: 16 }),
    service: reader.text('service'),
    host: reader.text('host'),
    checkCollisions: reader.flag('check-collisions', false),
  };
}

function readBranch(reader: InputReader): string | undefined {
  const branch = reader.text('branch');
  if (branch !== undefined && /\p{Cc}/u.test(branch)) {
    return reader.reject('branch', branch, 'the name of a branch, without control characters');
  }
  return branch;
}
