import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateStackCommand,
  type CreateStackCommandInput,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateBucketCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { instant } from '../../src/core/time.ts';
import { type Cloud, connectCloud } from '../../src/targets/cloudformation/connect/cloud.ts';
import { describeStack } from '../../src/targets/cloudformation/describe-stack.ts';
import type { Acting } from '../../src/targets/cloudformation/stack/acting.ts';
import { destroyStack } from '../../src/targets/cloudformation/stack/destroy-stack.ts';
import { detectDrift } from '../../src/targets/cloudformation/stack/drift.ts';
import {
  type Followed,
  followOperation,
} from '../../src/targets/cloudformation/watching/follow.ts';
import type { Running } from '../../src/targets/cloudformation/watching/statuses.ts';
import type { ProgressEvent } from '../../src/targets/target.ts';
import { type Ministack, startMinistack } from '../aws/ministack.ts';
import { stackOf } from '../aws/stack-by-hand.ts';

let aws: Ministack;
let cloud: Cloud;
let s3: S3Client;
let progress: ProgressEvent[] = [];
let account = 200_000_000_000;

beforeAll(async () => {
  aws = await startMinistack();
});
afterAll(() => aws.close());

beforeEach(() => {
  account += 1;
  progress = [];
  const accessKeyId = String(account);
  cloud = connectCloud({
    region: 'us-east-1',
    environment: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  s3 = new S3Client({
    endpoint: aws.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey: 'test' },
  });
});

const acting = (): Acting => ({
  now: () => instant(Date.now()),
  pause: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
  signal: AbortSignal.timeout(60_000),
  progress: (event) => progress.push(event),
  service: 'web',
  operation: 'run-1',
});

type Sending = Partial<CreateStackCommandInput> & { readonly TemplateBody: string };

async function follow(doing: Running, input: Sending, touched: string[] = []): Promise<Followed> {
  const since = instant(Date.now());
  const token = `${doing}-1`;
  const sending = { StackName: 'shop', ClientRequestToken: token, ...input };
  const { StackId: stackId = '' } = await (doing === 'create'
    ? cloud.send(new CreateStackCommand(sending))
    : cloud.send(new UpdateStackCommand({ ...sending })));
  return followOperation(cloud, { stackId, token, since, touched, doing }, acting());
}

const waiting = `Resources:
  Handle: { Type: AWS::CloudFormation::WaitConditionHandle }
  Wait: { Type: AWS::CloudFormation::WaitCondition, Properties: { Handle: !Ref Handle, Timeout: 20 } }
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: shop } }
`;

/** Signals to the handle as soon as it is there. */
async function signal(Status: 'SUCCESS' | 'FAILURE', Reason: string): Promise<void> {
  for (;;) {
    const page = await cloud
      .send(new DescribeStackEventsCommand({ StackName: 'shop' }))
      .catch(() => undefined);
    const handle = page?.StackEvents?.find(
      ({ LogicalResourceId, PhysicalResourceId }) =>
        LogicalResourceId === 'Handle' && PhysicalResourceId,
    );
    const url = handle?.PhysicalResourceId;
    if (url) {
      // Bytes, because a content type is refused, as AWS does.
      const body = Buffer.from(JSON.stringify({ Status, Reason, UniqueId: '1', Data: '' }));
      const { status } = await fetch(url, { method: 'PUT', body });
      expect([status, url]).toEqual([200, url]);
      return;
    }
    await delay(50);
  }
}

/** A function that answers what the test says, for one custom resource. */
const custom = (refuses: string) => `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: {} }
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          const { request } = require('http');
          exports.handler = (event) => new Promise((done) => {
            const refused = event.RequestType === '${refuses}';
            const body = JSON.stringify({ Status: refused ? 'FAILED' : 'SUCCESS', Reason: 'the database says no',
              PhysicalResourceId: 'database-1', StackId: event.StackId, RequestId: event.RequestId,
              LogicalResourceId: event.LogicalResourceId });
            const asked = request(event.ResponseURL, { method: 'PUT' }, (answer) => { answer.resume(); answer.on('end', done); });
            asked.end(body);
          });
  Database:
    Type: Custom::Database
    Properties: { ServiceToken: !GetAtt Function.Arn }
`;

describe('an operation on an emulated AWS', () => {
  test('is followed from the first event to the last, each shown once', async () => {
    const done = signal('SUCCESS', 'up');
    const followed = await follow('create', { TemplateBody: waiting }, ['Handle', 'Wait', 'Queue']);
    await done;
    expect(followed).toMatchObject({ status: 'CREATE_COMPLETE', ok: true });
    const lines = progress.flatMap((event) => (event.kind === 'log' ? [event.line] : []));
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d CREATE_IN_PROGRESS AWS::CloudFormation::Stack shop/);
    expect(lines.at(-1)).toMatch(/CREATE_COMPLETE AWS::CloudFormation::Stack shop/);
  });

  test('that fails names its first cause, and is over only when it is rolled back', async () => {
    const done = signal('FAILURE', 'container crashed');
    const followed = await follow('create', { TemplateBody: waiting });
    await done;
    expect(followed).toMatchObject({ status: 'ROLLBACK_COMPLETE', ok: false });
    expect(followed.failure).toMatchObject({
      logicalId: 'Wait',
      reason: expect.stringContaining('container crashed'),
    });
  });

  test('is not confused with the one before it', async () => {
    const queue = (timeout: number) =>
      `Resources: { Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: ${timeout} } } }`;
    await follow('create', { TemplateBody: queue(10) });
    const failed = await follow('update', { TemplateBody: queue(999_999) });
    expect(failed).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', ok: false });
    expect(failed.failure).toMatchObject({ logicalId: 'Queue' });
    expect(failed.events.every(({ token }) => token === 'update-1')).toBe(true);
  });

  test('that validation refuses says what DescribeEvents knows', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'taken-name' }));
    const TemplateBody =
      'Resources: { Files: { Type: AWS::S3::Bucket, Properties: { BucketName: taken-name } } }';
    const { ok, failure } = await follow('create', { TemplateBody });
    expect(ok).toBe(false);
    expect(failure).toMatchObject({ logicalId: 'Files' });
    expect(failure?.reason).toMatch(/taken-name|already exists/i);
  });

  test('that fails in a nested stack says why', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
    const Body =
      'Resources: { Deep: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 999999 } } }';
    await s3.send(new PutObjectCommand({ Bucket: 'templates', Key: 'inner', Body }));
    const url = 'https://s3.us-east-1.amazonaws.com/templates/inner';
    const TemplateBody = `Resources: { Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${url}" } } }`;
    const { failure } = await follow('create', { TemplateBody });
    expect(failure?.reason).toMatch(/VisibilityTimeout|999999/);
  });
});

describe('a stack on an emulated AWS', () => {
  test('is destroyed, protection and all', async () => {
    const TemplateBody = 'Resources: { Queue: { Type: AWS::SQS::Queue } }';
    await follow('create', { TemplateBody, EnableTerminationProtection: true });
    const stack = await stackOf(cloud, 'shop');
    expect(await destroyStack(cloud, stack, acting())).toEqual([]);
    expect(await describeStack(cloud, 'shop')).toBeUndefined();
  });

  test('whose resource refuses to go is destroyed without it, and that is left over', async () => {
    expect(await follow('create', { TemplateBody: custom('Delete') })).toMatchObject({ ok: true });
    const stack = await stackOf(cloud, 'shop');
    const leftovers = await destroyStack(cloud, stack, acting());
    expect(leftovers).toEqual([
      {
        type: 'Custom::Database',
        id: 'database-1',
        reason: expect.stringContaining('the database says no'),
      },
    ]);
    expect(await describeStack(cloud, 'shop')).toBeUndefined();
  });

  test('that was never executed is destroyed too', async () => {
    const { CreateChangeSetCommand } = await import('@aws-sdk/client-cloudformation');
    await cloud.send(
      new CreateChangeSetCommand({
        StackName: 'shop',
        ChangeSetName: 'first',
        ChangeSetType: 'CREATE',
        TemplateBody: waiting,
      }),
    );
    const stack = await stackOf(cloud, 'shop');
    expect(stack.StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(await destroyStack(cloud, stack, acting())).toEqual([]);
    expect(await describeStack(cloud, 'shop')).toBeUndefined();
  });

  test('keeps a bucket that its template retains, with no request to empty it', async () => {
    const TemplateBody =
      'Resources: { Files: { Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: { BucketName: kept } } }';
    await follow('create', { TemplateBody });
    const stack = await stackOf(cloud, 'shop');
    const emptyBuckets = async () => Promise.reject(new Error('must not be emptied'));
    expect(await destroyStack(cloud, stack, { ...acting(), emptyBuckets })).toEqual([]);
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'kept' }))).resolves.toBeDefined();
  });

  test('is in sync, or is unknown where there is none', async () => {
    await follow('create', { TemplateBody: 'Resources: { Queue: { Type: AWS::SQS::Queue } }' });
    const id = (await describeStack(cloud, 'shop'))?.StackId ?? '';
    const found = await detectDrift(cloud, [id, `${id.slice(0, -4)}0000`], acting());
    expect([...found.values()]).toEqual(['in-sync', 'unknown']);
  });
});
