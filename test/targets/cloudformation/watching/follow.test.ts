import {
  CreateStackCommand,
  type CreateStackCommandInput,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type Followed,
  followOperation,
} from '../../../../src/targets/cloudformation/watching/follow.ts';
import type { FakeOptions } from '../../../aws/fake-cloudformation.ts';
import { openWorld, type World } from '../watched-world.ts';

const queues = `Resources:
  One: { Type: AWS::SQS::Queue }
  Two: { Type: AWS::SQS::Queue, DependsOn: One }
  Three: { Type: AWS::SQS::Queue, DependsOn: Two }
`;
const withMore = `${queues}  Four: { Type: AWS::SNS::Topic }\n`;

let world: World | undefined;
afterEach(() => world?.close());

async function open(options: FakeOptions = {}, skew = 0): Promise<World> {
  world = await openWorld(options, skew);
  return world;
}

type Input = Partial<CreateStackCommandInput>;

async function create(at: World, input: Input = {}): Promise<Followed> {
  const since = at.now();
  const sent = new CreateStackCommand({
    StackName: 'shop',
    TemplateBody: queues,
    ClientRequestToken: 'create-1',
    ...input,
  });
  const { StackId: stackId = '' } = await at.cloud.send(sent);
  const operation = { stackId, token: 'create-1', since, doing: 'create' } as const;
  return followOperation(at.cloud, { ...operation, touched: ['One', 'Two', 'Three'] }, at.acting);
}

async function update(at: World, stackId: string, input: Input = {}): Promise<Followed> {
  const since = at.now();
  const sent = new UpdateStackCommand({
    StackName: 'shop',
    TemplateBody: withMore,
    ClientRequestToken: 'update-1',
    ...input,
  });
  await at.cloud.send(sent);
  const operation = { stackId, token: 'update-1', since, doing: 'update' } as const;
  return followOperation(at.cloud, { ...operation, touched: ['Four'] }, at.acting);
}

const idOf = ({ events }: Followed) => events[0]?.stackId ?? '';

describe('following an operation', () => {
  test('of 25 s asks at most 13 times and sees the end within 1.5 s, and then nothing sleeps', async () => {
    const at = await open();
    const begun = at.now();
    const followed = await create(at);
    expect(followed).toMatchObject({ status: 'CREATE_COMPLETE', ok: true });
    expect(followed.failure).toBeUndefined();
    expect(followed.seconds).toBeCloseTo(25, 0);
    expect(at.counts()).toEqual({ CreateStack: 1, DescribeStackEvents: expect.any(Number) });
    expect(at.counts().DescribeStackEvents).toBeLessThanOrEqual(13);
    expect(at.now() - begun).toBeLessThanOrEqual(26_500);
    const last = at.pauses.at(-1);
    expect((last?.at ?? 0) + (last?.length ?? 0)).toBe(at.now());
  });

  test('shows each event once, in order, with its time at AWS, and how far it is', async () => {
    const at = await open({}, 3_600_000);
    await create(at);
    expect(at.lines()[0]).toBe(
      '13:00:00 CREATE_IN_PROGRESS AWS::CloudFormation::Stack shop User Initiated',
    );
    expect(at.lines().at(-1)).toMatch(
      /^13:00:2[45] CREATE_COMPLETE AWS::CloudFormation::Stack shop$/,
    );
    expect(new Set(at.lines()).size).toBe(at.lines().length);
    expect(at.lines()).toHaveLength(2 + 3 * 3);
    expect(at.steps()).toContainEqual(
      expect.stringMatching(
        /^create the stack running 1 of 3 resources, AWS::SQS::Queue Two creating for \d\.\ds$/,
      ),
    );
    expect(at.steps().at(-1)).toBe('create the stack done');
  });

  test('never takes the end of the previous operation for its own, whatever the clocks say', async () => {
    for (const skew of [-60_000, 0, 60_000]) {
      const at = await open({ eventLagSeconds: 2, staleSeconds: 5 }, skew);
      const first = await create(at);
      const followed = await update(at, idOf(first));
      expect(followed).toMatchObject({ status: 'UPDATE_COMPLETE', ok: true });
      expect(followed.events.map(({ token }) => token)).toEqual(
        followed.events.map(() => 'update-1'),
      );
      expect(followed.seconds).toBeCloseTo(25, 0);
      await at.close();
    }
  });

  test('reads further pages when more happened than one holds, and no more than that', async () => {
    const at = await open({ pageSize: 3, operationSeconds: 0.1 });
    const followed = await create(at);
    expect(followed.events).toHaveLength(11);
    expect(at.counts().DescribeStackEvents).toBeLessThanOrEqual(6);
    at.aws.forget();
    at.aws.change({ pageSize: 4 });
    await update(at, idOf(followed));
    expect(at.lines().filter((line) => line.includes('CREATE_IN_PROGRESS'))).toHaveLength(9);
  });

  test('names the first failed resource, not those cancelled because of it', async () => {
    const template =
      'Resources: { One: { Type: AWS::SQS::Queue }, Two: { Type: AWS::SQS::Queue }, Three: { Type: AWS::SQS::Queue } }';
    const at = await open({
      resourceSeconds: { Three: 20 },
      failures: [{ logicalId: 'One', on: 'create', reason: 'no room\n::error::ha', after: 4 }],
    });
    const followed = await create(at, { TemplateBody: template });
    expect(followed).toMatchObject({ status: 'ROLLBACK_COMPLETE', ok: false });
    expect(followed.failure).toEqual({
      logicalId: 'One',
      type: 'AWS::SQS::Queue',
      reason: 'no room\n::error::ha',
      stack: '',
      count: 1,
    });
    expect(at.lines().join()).not.toContain('\n');
    expect(at.steps()).toContain('create the stack failed no room\n::error::ha');
    expect(at.steps().at(-1)).toBe('roll the stack back done');
  });

  test('finds the first cause in nested stacks', async () => {
    const inner =
      'Resources: { Deep: { Type: AWS::SQS::Queue }, Other: { Type: AWS::SQS::Queue } }';
    const middle =
      'Resources: { Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "https://s3.us-east-1.amazonaws.com/b/inner" } } }';
    const at = await open({
      templates: {
        'https://s3.us-east-1.amazonaws.com/b/inner': inner,
        'https://s3.us-east-1.amazonaws.com/b/middle': middle,
      },
      failures: [{ logicalId: 'Deep', on: 'create', reason: 'the deepest reason', after: 2 }],
    });
    const TemplateBody =
      'Resources: { Middle: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "https://s3.us-east-1.amazonaws.com/b/middle" } } }';
    const followed = await create(at, { TemplateBody });
    expect(followed.failure).toEqual({
      logicalId: 'Deep',
      type: 'AWS::SQS::Queue',
      reason: 'the deepest reason',
      stack: 'Middle/Inner',
      count: 1,
    });
    expect(at.counts().DescribeEvents).toBeUndefined();
  });

  test.each([
    ['not allowed', { denied: ['DescribeEvents'] }],
    ['not there', { broken: ['DescribeEvents'] }],
  ])('DescribeEvents %s costs nothing but its better words', async (_, options) => {
    const url = 'https://s3.us-east-1.amazonaws.com/b/inner';
    const at = await open({
      ...options,
      templates: { [url]: 'Resources: { Deep: { Type: AWS::SQS::Queue } }' },
      failures: [
        { logicalId: 'Inner', on: 'create', reason: 'Validation failed. Call DescribeEvents' },
      ],
    });
    const TemplateBody = `Resources: { Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${url}" } } }`;
    const asked = performance.now();
    const followed = await create(at, { TemplateBody });
    expect(followed.failure).toMatchObject({ logicalId: 'Inner' });
    expect(performance.now() - asked).toBeLessThan(6000);
    const failed = at.aws.requests().filter(({ action }) => action === 'DescribeEvents');
    expect(failed.length).toBeGreaterThan(0);
  });

  test('a failed update shows its rollback and ends as failed', async () => {
    const at = await open();
    const first = await create(at);
    at.aws.change({ failures: [{ logicalId: 'Four', on: 'create', reason: 'quota' }] });
    const followed = await update(at, idOf(first));
    expect(followed).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', ok: false });
    expect(followed.failure).toMatchObject({ logicalId: 'Four', reason: 'quota' });
  });

  test('throws the reason of the signal when it is aborted', async () => {
    const at = await open();
    const reason = new Error('timeout of 30m is over');
    at.onPause = (now) => {
      if (now > Date.parse('2026-11-21T12:00:05Z')) at.abort.abort(reason);
    };
    await expect(create(at)).rejects.toBe(reason);
  });

  test('without a token follows whatever runs, whoever began it', async () => {
    const at = await open();
    const { StackId: stackId = '' } = await at.cloud.send(
      new CreateStackCommand({ StackName: 'shop', TemplateBody: queues }),
    );
    const since = at.now();
    at.pass(5);
    const operation = { stackId, since, touched: [], doing: 'create' } as const;
    const followed = await followOperation(at.cloud, operation, at.acting);
    expect(followed).toMatchObject({ status: 'CREATE_COMPLETE', ok: true });
    expect(at.steps()[0]).toMatch(/^wait for what runs in the stack running/);
  });

  test('a missing permission is told with the action that is not allowed', async () => {
    const at = await open({ denied: ['DescribeStackEvents'] });
    await expect(create(at)).rejects.toThrow(/DescribeStackEvents/);
  });

  test('a stack that was removed meanwhile is a failure, not a success', async () => {
    const at = await open();
    const operation = { token: 't', since: at.now(), touched: [], doing: 'update' } as const;
    const stackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/gone/00000000';
    const followed = await followOperation(at.cloud, { ...operation, stackId }, at.acting);
    expect(followed).toMatchObject({ status: 'DELETE_COMPLETE', ok: false });
  });
});
