import {
  type Change,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Cloud } from '../connect/cloud.ts';
import type { ResourceChangeTree } from './diff.ts';

/** One change set, by its ARN, or by its name with that of its stack. */
export interface ChangeSetKey {
  readonly changeSet: string;
  readonly stack: string;
}

/** What CloudFormation says of a change set: its first page. Throws what the SDK throws. */
export function describeChangeSet(
  cloud: Cloud,
  { changeSet, stack }: ChangeSetKey,
  signal: AbortSignal,
): Promise<DescribeChangeSetCommandOutput> {
  const input = { ChangeSetName: changeSet, StackName: stack };
  return cloud.send(new DescribeChangeSetCommand(input), { abortSignal: signal });
}

/** All changes of a change set whose first page is known, with those of the change sets of nested stacks. */
export async function changesOf(
  cloud: Cloud,
  first: DescribeChangeSetCommandOutput,
  signal: AbortSignal,
): Promise<ResourceChangeTree[]> {
  const changes = [...(first.Changes ?? [])];
  for (let page = first; page.NextToken; ) {
    page = await cloud.send(
      new DescribeChangeSetCommand({
        ChangeSetName: first.ChangeSetId,
        StackName: first.StackId,
        NextToken: page.NextToken,
      }),
      { abortSignal: signal },
    );
    changes.push(...(page.Changes ?? []));
  }
  const trees = await Promise.all(changes.map((change) => withNested(cloud, change, signal)));
  return trees.flat();
}

async function withNested(
  cloud: Cloud,
  { ResourceChange: change }: Change,
  signal: AbortSignal,
): Promise<ResourceChangeTree[]> {
  if (!change) return [];
  if (!change.ChangeSetId) return [{ change, nested: [] }];
  const stack = change.PhysicalResourceId;
  const first = await cloud.send(
    new DescribeChangeSetCommand({
      ChangeSetName: change.ChangeSetId,
      ...(stack && { StackName: stack }),
    }),
    { abortSignal: signal },
  );
  return [{ change, nested: await changesOf(cloud, first, signal) }];
}

const nestedReason = /Nested change set (arn:\S+?) was not successfully created/;

/** Why a change set failed: of a nested one that failed, its own reason, to the bottom. */
export async function reasonOf(
  cloud: Cloud,
  described: DescribeChangeSetCommandOutput,
  signal: AbortSignal,
): Promise<string> {
  const reason = described.StatusReason ?? '';
  const nested = nestedReason.exec(reason)?.[1];
  if (!nested || nested === described.ChangeSetId) return reason;
  const input = { ChangeSetName: nested };
  const inner = await cloud.send(new DescribeChangeSetCommand(input), { abortSignal: signal });
  return (await reasonOf(cloud, inner, signal)) || reason;
}
