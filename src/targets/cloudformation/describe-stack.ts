import {
  type CloudFormationClient as Cloud,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { isMissing } from './connect/errors.ts';
import { sending } from './connect/sending.ts';

/**
 * The stack of that name or id; `undefined` = there is none. By name a deleted stack is none, by id it is one whose
 * status is `DELETE_COMPLETE`.
 */
export async function describeStack(
  cloud: Cloud,
  stack: string,
  signal?: AbortSignal,
): Promise<Stack | undefined> {
  const command = new DescribeStacksCommand({ StackName: stack });
  try {
    const { Stacks } = await cloud.send(command, sending(signal));
    return Stacks?.[0];
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}
