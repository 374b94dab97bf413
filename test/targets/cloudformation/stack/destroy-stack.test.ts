import {
  CreateStackCommand,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, test } from '@jest/globals';
import { describeStack } from '../../../../src/targets/cloudformation/describe-stack.ts';
import {
  type Destroying,
  destroyStack,
} from '../../../../src/targets/cloudformation/stack/destroy-stack.ts';
import type { FakeOptions } from '../../../aws/fake-cloudformation.ts';
import { openWorld, type World } from '../watched-world.ts';

const template = `Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: shop-files } }
  Queue: { Type: AWS::SQS::Queue }
`;
const notEmpty = 'The bucket you tried to delete is not empty (Service: S3, Status Code: 409)';

let world: World | undefined;
afterEach(() => world?.close());

async function open(options: FakeOptions = {}): Promise<World> {
  world = await openWorld({ stacks: [{ name: 'shop', template }], ...options });
  return world;
}

async function stackOf({ cloud }: World, name = 'shop'): Promise<Stack> {
  const stack = await describeStack(cloud, name);
  if (!stack) throw new Error(`there is no stack ${name}`);
  return stack;
}

async function destroy(at: World, options: Partial<Destroying> = {}, name = 'shop') {
  const stack = await stackOf(at, name);
  at.aws.forget();
  return destroyStack(at.cloud, stack, { ...at.acting, ...options });
}

describe('destroying a stack', () => {
  test('deletes it by its id, waits, and verifies by the id', async () => {
    const at = await open();
    const { StackId } = await stackOf(at);
    expect(await destroy(at)).toEqual([]);
    expect(at.aws.stack(StackId ?? '')?.status).toBe('DELETE_COMPLETE');
    expect(at.counts()).toMatchObject({ DeleteStack: 1, DescribeStacks: 1 });
    const sent = at.aws.requests().find(({ action }) => action === 'DeleteStack');
    expect(sent?.input).toMatchObject({ StackName: StackId });
  });

  test('a bucket with something in it is retained and left over, and the rest goes', async () => {
    const at = await open({
      failures: [{ logicalId: 'Bucket', on: 'delete', reason: notEmpty }],
    });
    expect(await destroy(at)).toEqual([
      { type: 'AWS::S3::Bucket', id: 'shop-files', reason: notEmpty },
    ]);
    expect(await describeStack(at.cloud, 'shop')).toBeUndefined();
    expect(at.counts().DeleteStack).toBe(2);
  });

  test('stale looks neither repeat a deletion nor hide that it failed', async () => {
    const at = await open({
      staleSeconds: 8,
      failures: [{ logicalId: 'Bucket', on: 'delete', reason: notEmpty }],
    });
    at.pass(10);
    expect(await destroy(at)).toMatchObject([{ id: 'shop-files' }]);
    expect(at.counts().DeleteStack).toBe(2);
  });

  test('where told to, the bucket is emptied and nothing is left over', async () => {
    const emptied: string[] = [];
    const at = await open({
      failures: [{ logicalId: 'Bucket', on: 'delete', reason: notEmpty, times: 1 }],
    });
    const emptyBuckets = async (bucket: string) => void emptied.push(bucket);
    expect(await destroy(at, { emptyBuckets })).toEqual([]);
    expect(emptied).toEqual(['shop-files']);
  });

  test('a bucket that is not in the way is never emptied', async () => {
    const at = await open({
      failures: [{ logicalId: 'Queue', on: 'delete', reason: 'busy', times: 1 }],
    });
    const emptyBuckets = async () => Promise.reject(new Error('must not be emptied'));
    const leftovers = await destroy(at, { emptyBuckets });
    expect(leftovers).toMatchObject([{ type: 'AWS::SQS::Queue', reason: 'busy' }]);
  });

  test('lifts the termination protection first', async () => {
    const at = await open({ stacks: [{ name: 'shop', template, terminationProtection: true }] });
    expect(await destroy(at)).toEqual([]);
    expect(at.counts()).toMatchObject({ UpdateTerminationProtection: 1, DeleteStack: 1 });
  });

  test.each([
    'CREATE_FAILED',
    'DELETE_FAILED',
    'REVIEW_IN_PROGRESS',
    'ROLLBACK_COMPLETE',
    'ROLLBACK_FAILED',
    'UPDATE_FAILED',
    'UPDATE_ROLLBACK_FAILED',
  ])('a stack in %s goes', async (status) => {
    const at = await open({ stacks: [{ name: 'shop', template, status }] });
    expect(await destroy(at)).toEqual([]);
    expect(await describeStack(at.cloud, 'shop')).toBeUndefined();
  });

  test('what is being created is deleted at once', async () => {
    const at = await open({ operationSeconds: 600 });
    await at.cloud.send(new CreateStackCommand({ StackName: 'new', TemplateBody: template }));
    const begun = at.now();
    expect(await destroy(at, {}, 'new')).toEqual([]);
    expect(at.now() - begun).toBeLessThan(60_000);
  });

  test('a deletion that runs already is joined, not begun again', async () => {
    const at = await open();
    const stack = await stackOf(at);
    const first = destroyStack(at.cloud, stack, { ...at.acting, wait: false });
    expect(await first).toMatchObject([
      { type: 'AWS::CloudFormation::Stack', id: stack.StackId, removing: true },
    ]);
    const again = destroyStack(at.cloud, await stackOf(at), { ...at.acting, wait: false });
    expect(await again).toMatchObject([{ removing: true }]);
    expect(await destroy(at)).toEqual([]);
    expect(at.counts().DeleteStack).toBeUndefined();
  });

  test('an update that runs is waited for', async () => {
    const at = await open({ operationSeconds: 30 });
    const { UpdateStackCommand } = await import('@aws-sdk/client-cloudformation');
    const TemplateBody = `${template}  More: { Type: AWS::SNS::Topic }\n`;
    await at.cloud.send(new UpdateStackCommand({ StackName: 'shop', TemplateBody }));
    expect(await destroy(at)).toEqual([]);
    expect(at.counts().DeleteStack).toBe(1);
    expect(at.now() - Date.parse('2026-11-21T12:00:00Z')).toBeGreaterThan(30_000);
  });

  test('an export that another stack imports keeps the stack, which is left over with the reason', async () => {
    const exporting = `${template}Outputs: { Name: { Value: x, Export: { Name: shared } } }\n`;
    const importing =
      'Resources: { Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: { Fn::ImportValue: shared } } } }';
    const at = await open({ stacks: [{ name: 'shop', template: exporting }] });
    await at.cloud.send(new CreateStackCommand({ StackName: 'user', TemplateBody: importing }));
    at.pass(60);
    const [leftover] = await destroy(at);
    expect(leftover).toMatchObject({
      type: 'AWS::CloudFormation::Stack',
      reason: expect.stringMatching(/shared.*user/),
    });
    const { Stacks: [left] = [] } = await at.cloud.send(
      new DescribeStacksCommand({ StackName: 'shop' }),
    );
    expect(left?.StackStatus).toMatch(/COMPLETE$/);
  });

  test('what fails within a nested stack is retained there, and both stacks go', async () => {
    const url = 'https://s3.us-east-1.amazonaws.com/b/inner';
    const at = await open({
      templates: { [url]: 'Resources: { Deep: { Type: AWS::SQS::Queue } }' },
    });
    const TemplateBody = `Resources: { Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${url}" } } }`;
    await at.cloud.send(new CreateStackCommand({ StackName: 'outer', TemplateBody }));
    at.pass(60);
    at.aws.change({ failures: [{ logicalId: 'Deep', on: 'delete', reason: 'in use' }] });
    const leftovers = await destroy(at, {}, 'outer');
    expect(leftovers).toEqual([
      { type: 'AWS::SQS::Queue', id: expect.any(String), reason: 'in use' },
    ]);
    const left = at.aws.stacks().filter(({ name }) => name.startsWith('outer'));
    expect(left.map(({ status }) => status)).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  test('a stack that is not there any more is gone', async () => {
    const at = await open();
    const stack = await stackOf(at);
    await destroy(at);
    expect(await destroyStack(at.cloud, stack, at.acting)).toEqual([]);
  });

  test('a missing permission is told, and nothing is read as gone', async () => {
    const at = await open({ denied: ['DeleteStack'] });
    await expect(destroy(at)).rejects.toThrow(/DeleteStack/);
  });

  test('throws the reason of the signal when it is aborted', async () => {
    const at = await open({ deleteSeconds: 900 });
    const reason = new Error('the timeout of 30m is over');
    at.onPause = (now) => {
      if (now > Date.parse('2026-11-21T12:01:00Z')) at.abort.abort(reason);
    };
    await expect(destroy(at)).rejects.toBe(reason);
  });
});
