import type { Stack } from '@aws-sdk/client-cloudformation';
import { onceEach } from '../../core/once.ts';
import type { StackReader, StackSight } from '../../promotion/observe/ports.ts';
import { connectCloud } from './connect/cloud.ts';
import { explainAws } from './connect/errors.ts';
import { describeStack } from './describe-stack.ts';
import { answerFor, isRunning } from './watching/statuses.ts';

/** What reading stacks takes. */
export interface StackReading {
  /** Variables of the process: `AWS_…`, proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** For tests. */
  readonly connect?: typeof connectCloud;
}

/** Reads stacks that are stages of a pipeline. Nothing is ever changed. A region is connected to once. */
export function openStackReader({
  environment,
  signal,
  connect = connectCloud,
}: StackReading): StackReader {
  const cloudIn = onceEach((region: string | undefined) =>
    connect({ environment, ...(region !== undefined && { region }) }),
  );
  return {
    read: async (name, region) => {
      const stack = await describeStack(cloudIn(region), name, signal).catch((cause) => {
        throw explainAws(cause, `read the stack ${name}`);
      });
      return stack && sightOf(stack);
    },
  };
}

/** Of an update that was rolled back the stack runs what it ran before, and is well. */
const wellStatuses = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
];
const absentStatuses = ['REVIEW_IN_PROGRESS', 'DELETE_COMPLETE'];

function sightOf(stack: Stack): StackSight {
  const { StackStatus: status = '', Parameters = [], Tags = [], Outputs = [] } = stack;
  return {
    state: stateOf(status),
    meaning: answerFor(status).meaning,
    parameters: valuesOf(
      Parameters.map(({ ParameterKey, ParameterValue, ResolvedValue }) => [
        ParameterKey,
        ResolvedValue ?? ParameterValue,
      ]),
    ),
    tags: valuesOf(Tags.map(({ Key, Value }) => [Key, Value])),
    outputs: valuesOf(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
  };
}

function stateOf(status: string): StackSight['state'] {
  if (wellStatuses.includes(status)) return 'well';
  if (absentStatuses.includes(status)) return 'none';
  return isRunning(status) ? 'moving' : 'unwell';
}

function valuesOf(
  pairs: readonly (readonly [string | undefined, string | undefined])[],
): Record<string, string> {
  return Object.fromEntries(
    pairs.flatMap(([key, value]) =>
      key === undefined || value === undefined ? [] : [[key, value]],
    ),
  );
}
