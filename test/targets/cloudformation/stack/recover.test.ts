import { CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, test } from '@jest/globals';
import { instant } from '../../../../src/core/time.ts';
import { UserError } from '../../../../src/core/user-error.ts';
import { type StackMarks, tagsOf } from '../../../../src/targets/cloudformation/marks.ts';
import { ensureDeployable } from '../../../../src/targets/cloudformation/stack/recover.ts';
import type { FakeOptions } from '../../../aws/fake-cloudformation.ts';
import { openWorld, type World } from '../watched-world.ts';

const template = `Resources:
  Queue: { Type: AWS::SQS::Queue }
  Other: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 1 } }
`;
const changed = template.replace('Timeout: 1', 'Timeout: 2');

const marks: StackMarks = {
  repository: 'acme/shop',
  previewId: '1d0fd508',
  pullRequest: 7,
  commit: 'a'.repeat(40),
  expiresAt: instant(Date.parse('2026-11-28T00:00:00Z')),
  requested: false,
  stackName: 'shop',
  fingerprint: 'f1',
  templateHash: 't1',
  services: {},
};
const owner = { repository: 'Acme/Shop', previewId: '1d0fd508' };

const ours = tagsOf(marks, {});
const tags = Object.fromEntries(ours.map(({ Key = '', Value = '' }) => [Key, Value]));

let world: World | undefined;
afterEach(() => world?.close());

async function open(status?: string, options: FakeOptions = {}): Promise<World> {
  const seeded = status ? [{ name: 'shop', status, template, tags }] : [];
  world = await openWorld({ stacks: seeded, ...options });
  return world;
}

const ensure = (at: World, name = 'shop') => ensureDeployable(at.cloud, name, owner, at.acting);

async function refusal(at: World): Promise<UserError> {
  const error = await ensure(at).catch((cause) => cause);
  expect(error).toBeInstanceOf(UserError);
  return error;
}

async function startUpdate(at: World, input: { DisableRollback?: boolean } = {}): Promise<void> {
  await at.cloud.send(
    new UpdateStackCommand({ StackName: 'shop', TemplateBody: changed, ...input }),
  );
}

describe('making a stack deployable', () => {
  test('where there is none, one is created', async () => {
    const at = await open();
    expect(await ensure(at)).toEqual({ kind: 'CREATE' });
    expect(at.pauses).toEqual([]);
  });

  test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'])(
    'one in %s is updated, after one look',
    async (status) => {
      const at = await open(status);
      expect(await ensure(at)).toMatchObject({ kind: 'UPDATE', stack: { StackStatus: status } });
      expect(at.counts()).toEqual({ DescribeStacks: 1 });
    },
  );

  test('one that only a change set made is gone on with', async () => {
    const at = await open('REVIEW_IN_PROGRESS');
    expect(await ensure(at)).toMatchObject({ kind: 'CREATE', stack: { StackName: 'shop' } });
  });

  test.each(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'])(
    'one in %s is deleted and made anew',
    async (status) => {
      const at = await open(status);
      expect(await ensure(at)).toEqual({ kind: 'CREATE' });
      expect(at.counts().DeleteStack).toBe(1);
      expect(at.lines()[0]).toContain(`the stack shop is in ${status}`);
    },
  );

  test('what runs is waited for, and shown', async () => {
    const at = await open('CREATE_COMPLETE', { operationSeconds: 40 });
    await startUpdate(at);
    expect(await ensure(at)).toMatchObject({
      kind: 'UPDATE',
      stack: { StackStatus: 'UPDATE_COMPLETE' },
    });
    expect(at.steps()).toContain('wait for what runs in the stack done');
  });

  test('a deletion that runs is waited for', async () => {
    const at = await open('CREATE_COMPLETE', { deleteSeconds: 30 });
    const { DeleteStackCommand } = await import('@aws-sdk/client-cloudformation');
    await at.cloud.send(new DeleteStackCommand({ StackName: 'shop' }));
    expect(await ensure(at)).toEqual({ kind: 'CREATE' });
  });

  test('a rollback that failed is continued once', async () => {
    const at = await open('CREATE_COMPLETE', {
      failures: [
        { logicalId: 'Other', on: 'update', reason: 'no', times: 1 },
        { logicalId: 'Other', on: 'rollback', reason: 'gone', times: 1 },
      ],
    });
    await startUpdate(at);
    at.pass(120);
    at.aws.forget();
    expect(await ensure(at)).toMatchObject({
      kind: 'UPDATE',
      stack: { StackStatus: 'UPDATE_ROLLBACK_COMPLETE' },
    });
    expect(at.counts().ContinueUpdateRollback).toBe(1);
  });

  test('when that fails again, it is said exactly what a person can do', async () => {
    const at = await open('CREATE_COMPLETE', {
      failures: [
        { logicalId: 'Other', on: 'update', reason: 'no' },
        { logicalId: 'Other', on: 'rollback', reason: 'the queue is gone' },
      ],
    });
    await startUpdate(at);
    at.pass(120);
    const error = await refusal(at);
    expect(error.message).toContain('UPDATE_ROLLBACK_FAILED');
    expect(error.message).toContain('Other (AWS::SQS::Queue): the queue is gone');
    expect(error.problems[0]?.hint).toContain(
      'aws cloudformation continue-update-rollback --stack-name shop --resources-to-skip Other',
    );
    expect(error.problems[0]?.hint).toContain('https://us-east-1.console.aws.amazon.com/');
    expect(at.counts().ContinueUpdateRollback).toBe(1);
  });

  test('an update that failed and was kept is rolled back first', async () => {
    const at = await open('CREATE_COMPLETE', {
      failures: [{ logicalId: 'Other', on: 'update', reason: 'no', times: 1 }],
    });
    await startUpdate(at, { DisableRollback: true });
    at.pass(120);
    expect(await ensure(at)).toMatchObject({
      kind: 'UPDATE',
      stack: { StackStatus: 'UPDATE_ROLLBACK_COMPLETE' },
    });
    expect(at.counts().RollbackStack).toBe(1);
  });

  test('a stack that may hold what was there before the preview is left to people', async () => {
    const at = await open('IMPORT_ROLLBACK_FAILED');
    expect((await refusal(at)).message).toContain('IMPORT_ROLLBACK_FAILED');
    expect(at.counts()).toEqual({ DescribeStacks: 1 });
  });

  test.each([
    ['without marks', {}],
    ['of another preview', { ...tags, 'understudy:preview': '00000000' }],
    ['of another repository', { ...tags, 'understudy:repository': 'acme/other' }],
    ['nested in one of ours', { ...tags, 'understudy:stack': 'outer' }],
    ['half marked', { 'understudy:repository': 'acme/shop', 'understudy:preview': '1d0fd508' }],
  ])('a stack %s is never touched, whatever its status', async (_, foreign) => {
    for (const status of ['CREATE_COMPLETE', 'ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED']) {
      const at = await open(undefined, {
        stacks: [{ name: 'shop', status, template, tags: foreign }],
      });
      expect((await refusal(at)).message).toContain('it is left alone');
      expect(at.counts()).toEqual({ DescribeStacks: 1 });
      await at.close();
    }
  });

  test('a stale look after mending is not taken for a failure', async () => {
    const at = await open('ROLLBACK_COMPLETE', { staleSeconds: 30 });
    at.pass(31);
    expect(await ensure(at)).toEqual({ kind: 'CREATE' });
    expect(at.counts().DeleteStack).toBe(1);
  });

  test('waiting ends with the reason of the signal', async () => {
    const at = await open(undefined, { operationSeconds: 3600 });
    await at.cloud.send(
      new CreateStackCommand({
        StackName: 'shop',
        TemplateBody: template,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    const reason = new Error('the timeout of 30m is over');
    at.onPause = (now) => {
      if (now > Date.parse('2026-11-21T12:10:00Z')) at.abort.abort(reason);
    };
    await expect(ensure(at)).rejects.toBe(reason);
  });
});
