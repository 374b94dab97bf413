import type { Instant } from '../../../core/time.ts';
import { executeChangeSet, prepareChangeSet } from '../change-sets/change-set.ts';
import type { CloudFormationContext } from '../context.ts';
import { keptSettings, previousParameters } from '../kept-settings.ts';
import { tagsOf } from '../marks.ts';
import { followOperation } from '../watching/follow.ts';
import type { MarkedStack } from './observe-stacks.ts';
import { ensureDeployable } from './recover.ts';

const reserved = /^(?:understudy|aws):/;

/** Moves the expiry of a stack: an update in which only a tag is new. */
export async function extendStack(
  { cloud, stack, marks }: MarkedStack,
  expiresAt: Instant,
  context: CloudFormationContext,
): Promise<void> {
  const [service = ''] = Object.keys(marks.services);
  const { signal } = new AbortController();
  const watching = { ...context, signal, service, progress: () => undefined };
  const stackName = stack.StackName ?? '';
  const { stack: now = stack } = await ensureDeployable(cloud, stackName, marks, watching);
  const own = (now.Tags ?? []).filter(({ Key = '' }) => !reserved.test(Key));
  const tags = tagsOf(
    { ...marks, expiresAt },
    Object.fromEntries(own.map(({ Key = '', Value = '' }) => [Key, Value])),
  );
  const operation = `${context.operation}-keep`;
  const prepared = await prepareChangeSet(
    cloud,
    {
      stackName,
      template: 'previous',
      parameters: previousParameters(now),
      tags,
      ...keptSettings(now),
      operation,
      nested: false,
      ...(now.RoleARN !== undefined && { roleArn: now.RoleARN }),
    },
    watching,
  );
  if (prepared.kind === 'empty') return;
  const since = context.now();
  const token = `keep-${operation}`.slice(0, 128);
  await executeChangeSet(cloud, prepared, { token, onFailure: 'rollback' }, signal);
  const followed = await followOperation(
    cloud,
    { stackId: prepared.stackId, token, since, touched: prepared.touched, doing: 'update' },
    watching,
  );
  if (!followed.ok)
    throw new Error(`the expiry of ${stackName} could not be moved: ${followed.status}`);
}
