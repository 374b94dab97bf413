import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AwsCall } from '../aws/policy.ts';
import { broken, template } from '../world/aws-preview.ts';
import { changed, foreign, only, subject, unpermitted, unused } from '../world/aws-rights.ts';
import {
  defaultBranch,
  errorOf,
  executionRole,
  expandMode,
  large,
  openGuardedAws,
  proposed,
  pullRequests,
  putImage,
  stackMode,
} from '../world/guarded-aws.ts';
import { headOf } from '../world/world.ts';

let aws: Awaited<ReturnType<typeof openGuardedAws>>;

beforeAll(async () => {
  aws = await openGuardedAws();
}, 120_000);

afterAll(() => aws.close());

const plain = 'Resources: { Handle: { Type: AWS::CloudFormation::WaitConditionHandle } }';

/** What the emulator does not ask for, besides the reading of templates: handing over the execution role. */
const handOver: AwsCall = {
  action: 'iam:PassRole',
  resource: executionRole,
  context: { 'iam:passedtoservice': 'cloudformation.amazonaws.com' },
};

/** Rights that the two stories do not use, and why they are there all the same. */
const notUsed = {
  stacks: [
    // A template at an address: a test of its own, below.
    'stacks cloudformation:GetTemplateSummary',
    // Import into a stack that exists.
    'stacks cloudformation:ListStackResources',
    // Stacks that are stuck: stack/recover.ts.
    'stacks cloudformation:ContinueUpdateRollback',
    'stacks cloudformation:RollbackStack',
    // AWS asks for it where a tag goes.
    'stacks cloudformation:UntagResource',
  ],
  shared: [
    // Why an update failed, where only CloudFormation's validation knows. Optional.
    'shared-stack cloudformation:DescribeEvents',
    // A shared stack that is stuck: expand/shared-stack/wait-until-free.ts.
    'shared-stack cloudformation:ContinueUpdateRollback',
  ],
};

describe('the role that deploys', () => {
  test('has the rights for the life of a preview in a stack of its own, and no others', () =>
    aws.inAccount(stackMode, async (amazon, { bucket, taken, deploy, deployer: env }) => {
      const { world, application } = amazon;
      const { port } = application;
      const write = (text: string) => world.update('feature/lamp', { 'infra/preview.yaml': text });
      const first = await proposed(amazon, 'feature/lamp', large(template(port)));
      const dry = await amazon.step(first, { env, inputs: { 'dry-run': 'true' } });
      expect(dry).toMatchObject({ exit: 0, outputs: { state: 'planned' } });
      expect(await amazon.step(first, { env })).toMatchObject({ outputs: { state: 'created' } });
      const again = await amazon.step(first, { env });
      expect(again).toMatchObject({ exit: 0, outputs: { state: 'unchanged' } });
      const failed = await amazon.step(await write(template(port, broken)), { env });
      expect(failed).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      expect(errorOf(failed)).toContain('AWS::SQS::Queue Broken failed');
      const colliding = `  Taken: { Type: AWS::S3::Bucket, Properties: { BucketName: ${bucket} } }\n`;
      const refused = await amazon.step(await write(template(port, colliding)), { env });
      expect(refused).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      const transformed = await write(`Transform: AWS::LanguageExtensions\n${template(port)}`);
      const updated = await amazon.step(transformed, { env });
      expect(updated).toMatchObject({ exit: 0, outputs: { state: 'updated' } });
      const removed = await amazon.step(await world.closePull(1), { env });
      expect(removed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });

      const calls = taken();
      const policies = only(deploy, ['stacks', 'templates']);
      expect(unpermitted(calls, policies)).toEqual([]);
      expect(unused(calls, policies)).toEqual(notUsed.stacks);
      const writing = calls.filter(({ action }) => /:(?:Execute|Delete|Update)/.test(action));
      expect(writing.length).toBeGreaterThan(5);
      const refusable = [
        ...new Set(writing.map(({ action, resource }) => `${action} on ${resource}`)),
      ];
      expect(unpermitted(writing.map(foreign), policies)).toEqual(refusable);
    }));

  test('has the rights for previews in a shared stack, and no others', () =>
    aws.inAccount(expandMode, async (amazon, cast) => {
      const { admin, taken, deploy, deployer: env } = cast;
      const { world } = amazon;
      const first = await world.pullRequest('feature/lamp');
      const waiting = await amazon.step(first, { env });
      expect(waiting.outputs.reason).toContain('is not in the registry yet');
      await putImage(admin, headOf(first));
      const dry = await amazon.step(first, { env, inputs: { 'dry-run': 'true' } });
      expect(dry).toMatchObject({ exit: 0, outputs: { state: 'planned' } });
      expect(await amazon.step(first, { env })).toMatchObject({ outputs: { state: 'created' } });
      const pushed = await world.update('feature/lamp', { greeting: 'brighter' });
      await putImage(admin, headOf(pushed));
      expect(await amazon.step(pushed, { env })).toMatchObject({ outputs: { state: 'updated' } });
      expect(await amazon.step(pushed, { env })).toMatchObject({ outputs: { state: 'unchanged' } });
      const second = await world.pullRequest('feature/sofa');
      await putImage(admin, headOf(second));
      expect(await amazon.step(second, { env })).toMatchObject({ outputs: { state: 'created' } });
      const closed = await amazon.step(await world.closePull(1), { env });
      expect(closed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      const calls = taken();
      expect(unpermitted(calls, deploy.policies)).toEqual([]);
      const policies = only(deploy, ['shared-stack', 'images', 'templates']);
      expect(unused(calls, policies)).toEqual(notUsed.shared);
    }));

  test('reads a template at an address in the bucket', () => {
    const configuration = (bucket: string) =>
      stackMode(bucket).replace('infra/preview.yaml', `s3://${bucket}/understudy/preview.yaml`);
    return aws.inAccount(configuration, async (amazon, { s3, bucket, taken, deploy, deployer }) => {
      const Body = template(amazon.application.port);
      const object = { Bucket: bucket, Key: 'understudy/preview.yaml', Body };
      await s3.send(new PutObjectCommand(object));
      const opened = await amazon.world.pullRequest('feature/lamp');
      const step = await amazon.step(opened, { env: deployer });
      expect(step).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const calls = taken();
      expect(calls.map(({ action }) => action)).toContain('cloudformation:GetTemplateSummary');
      expect(unpermitted(calls, deploy.policies)).toEqual([]);
    });
  });

  test.each([
    ['List', 'cloudformation:DescribeStacks', stackMode],
    ['Read', 'cloudformation:DescribeChangeSet', stackMode],
    ['Propose', 'cloudformation:CreateChangeSet', stackMode],
    ['Templates', 's3:PutObject', stackMode],
    ['Act', 'cloudformation:ExecuteChangeSet', stackMode],
    ['Update', 'cloudformation:GetTemplate', expandMode],
    ['Listeners', 'elasticloadbalancing:DescribeRules', expandMode],
    ['Images', 'ecr:DescribeImages', expandMode],
  ])(
    'without the statement %s a run fails, names %s and gives the statement',
    (left, action, configure) =>
      aws.inAccount(configure, async (amazon, { admin, deploy }) => {
        const text = large(template(amazon.application.port));
        const opened = await proposed(amazon, 'feature/lamp', text);
        await putImage(admin, headOf(opened));
        const rest = changed(deploy.policies, (one) => (one.Sid === left ? undefined : one));
        const step = await amazon.step(opened, { env: await admin.user(rest) });
        expect(step.exit).toBe(1);
        expect(errorOf(step)).toMatch(new RegExp(`AWS denies to \\S+ the action ${action}\\b`));
        expect(errorOf(step)).toContain(`{"Effect":"Allow","Action":"${action}"`);
      }),
  );

  test('may do without DescribeEvents', () =>
    aws.inAccount(stackMode, async (amazon, { admin, deploy }) => {
      const rest = changed(deploy.policies, (one) =>
        one.Sid === 'ReadValidation' ? undefined : one,
      );
      const text = template(amazon.application.port, broken);
      const opened = await proposed(amazon, 'feature/lamp', text);
      const failed = await amazon.step(opened, { env: await admin.user(rest) });
      expect(errorOf(failed)).toContain('AWS::SQS::Queue Broken failed');
    }));

  test('touches no stack outside its names', () =>
    aws.inAccount(
      (bucket) => stackMode(bucket).replace('shop-preview-{id}', 'other-{id}'),
      async (amazon, { deploy, deployer: env }) => {
        const opened = await proposed(amazon, 'feature/lamp', template(amazon.application.port));
        const step = await amazon.step(opened, { env });
        expect(errorOf(step)).toContain('the action cloudformation:CreateChangeSet');
        await amazon.client.send(
          new CreateStackCommand({ StackName: 'production', TemplateBody: plain }),
        );
        const client = aws.clientOf(env);
        const StackName = 'production';
        const unmarked = { StackName: 'shop-preview-1', TemplateBody: plain };
        const unprotected = { StackName, EnableTerminationProtection: false };
        const tries = [
          client.send(new DeleteStackCommand({ StackName })),
          client.send(new UpdateTerminationProtectionCommand(unprotected)),
          client.send(new CreateChangeSetCommand({ ...unmarked, ChangeSetName: 'a', StackName })),
          client.send(new CreateChangeSetCommand({ ...unmarked, ChangeSetName: 'a' })),
          client.send(new CreateStackCommand(unmarked)),
          client.send(new UpdateStackCommand(unmarked)),
        ];
        for (const tried of await Promise.allSettled(tries))
          expect(tried).toMatchObject({ status: 'rejected', reason: { name: 'AccessDenied' } });
        expect((await amazon.stacks()).map((one) => one.StackName)).toContain(StackName);
        const admins = { ...handOver, resource: executionRole.replace('shop-', 'admin-') };
        expect(unpermitted([handOver], deploy.policies)).toEqual([]);
        expect(unpermitted([admins], deploy.policies)).toHaveLength(1);
        const context = { 'iam:passedtoservice': 'ec2.amazonaws.com' };
        expect(unpermitted([{ ...handOver, context }], deploy.policies)).toHaveLength(1);
      },
    ));

  test('is trusted to pull requests and the default branch of the repository alone', () =>
    aws.inAccount(stackMode, async (_amazon, { admin, deploy, sweep }) => {
      const others = [
        `repo:${subject}:ref:refs/heads/feature`,
        `repo:${subject}:environment:production`,
        'repo:acme/app:pull_request',
        'repo:acme@1/app@3:pull_request',
      ];
      await expect(admin.signIn(deploy, defaultBranch)).resolves.toBeDefined();
      for (const other of others)
        await expect(admin.signIn(deploy, other)).rejects.toThrow('Not authorized');
      for (const other of [...others, pullRequests])
        await expect(admin.signIn(sweep, other)).rejects.toThrow('Not authorized');
      await expect(admin.signIn(deploy, pullRequests, 'https://other')).rejects.toThrow(
        'Not authorized',
      );
    }));
});
