import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instant } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';
import {
  type ChangeSetRequest,
  discardChangeSet,
  executeChangeSet,
  prepareChangeSet,
} from '../../src/targets/cloudformation/change-sets/change-set.ts';
import { ChangeSetReplaced } from '../../src/targets/cloudformation/change-sets/replaced.ts';
import { type Cloud, connectCloud } from '../../src/targets/cloudformation/connect/cloud.ts';
import { marksIn, tagsOf } from '../../src/targets/cloudformation/marks.ts';
import { pauseFor } from '../../src/targets/pause.ts';
import { startFaultProxy } from '../aws/fault-proxy.ts';
import { type Ministack, startMinistack } from '../aws/ministack.ts';
import { environmentFor, queues, ready, requestFor } from '../targets/cloudformation/sending.ts';

let plain: Ministack;
let strict: Ministack;
let accounts = 0;
const { signal } = new AbortController();

beforeAll(async () => {
  [plain, strict] = await Promise.all([startMinistack(), startMinistack({ auth: true })]);
}, 120_000);

afterAll(async () => {
  await plain?.close();
  await strict?.close();
});

/** A connection in an account of its own. */
function connect(url: string, key?: string): Cloud {
  accounts += 1;
  const AWS_ACCESS_KEY_ID = key ?? String(200_000_000_000 + accounts);
  return connectCloud({ environment: { ...environmentFor(url), AWS_ACCESS_KEY_ID } });
}

function prepare(cloud: Cloud, some: Partial<ChangeSetRequest> = {}) {
  return prepareChangeSet(cloud, requestFor(some), {
    now: () => instant(Date.now()),
    pause: (milliseconds) => pauseFor(milliseconds / 20),
    signal,
  });
}

async function deploy(cloud: Cloud, some: Partial<ChangeSetRequest>, token: string) {
  const prepared = ready(await prepare(cloud, some));
  await executeChangeSet(cloud, prepared, { token, onFailure: 'rollback' }, signal);
  return prepared;
}

async function stackOf(cloud: Cloud) {
  const { Stacks } = await cloud.send(new DescribeStacksCommand({ StackName: 'shop' }));
  return Stacks?.[0];
}

describe('change sets on an emulator that provisions', () => {
  test('create, no change, update, discard: marks are read back, and the secret stays one', async () => {
    const cloud = connect(plain.url);
    const marks = {
      repository: 'octo-org/shop',
      previewId: '1d0fd508',
      pullRequest: 7,
      commit: 'a'.repeat(40),
      requested: false,
      stackName: 'shop',
      fingerprint: 'f',
      templateHash: 't',
      services: { web: 'output:Url' },
    };
    const parameters = [{ ParameterKey: 'Password', ParameterValue: 'hunter2-hunter2' }];
    const tags = tagsOf(marks, { team: 'web' });
    await deploy(cloud, { tags, parameters }, 'first');
    const stack = await stackOf(cloud);
    expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
    expect(marksIn(stack?.Tags)).toEqual(marks);
    expect(JSON.stringify(stack)).not.toContain('hunter2');

    const kept = [{ ParameterKey: 'Password', UsePreviousValue: true }];
    const update = { kind: 'UPDATE', tags, parameters: kept, operation: 'run-2' } as const;
    expect(await prepare(cloud, update)).toEqual({ kind: 'empty', stackId: stack?.StackId });

    const template = { body: queues({ Orders: 60, Parcels: 30 }) };
    const changed = await deploy(cloud, { ...update, template, operation: 'run-3' }, 'second');
    expect(changed.changes.map(({ action, id }) => `${action} ${id}`).sort()).toEqual([
      'add Parcels',
      'modify Orders',
      'remove Mails',
    ]);
    expect((await stackOf(cloud))?.StackStatus).toBe('UPDATE_COMPLETE');

    const more = { body: queues({ Orders: 90, Parcels: 30 }) };
    const planned = await prepare(cloud, { ...update, template: more, operation: 'run-4' });
    await discardChangeSet(cloud, planned, signal);
    expect((await stackOf(cloud))?.StackStatus).toBe('UPDATE_COMPLETE');
    cloud.destroy();
  });

  test('a plan for a stack that is not there leaves no stack behind', async () => {
    const cloud = connect(plain.url);
    await discardChangeSet(cloud, await prepare(cloud), signal);
    await expect(stackOf(cloud)).rejects.toThrow('does not exist');
    cloud.destroy();
  });

  test('a stack that someone else made meanwhile asks for a new plan', async () => {
    const cloud = connect(plain.url);
    const made = { StackName: 'shop', TemplateBody: queues({ Orders: 1 }) };
    await cloud.send(new CreateStackCommand(made));
    await expect(prepare(cloud)).rejects.toBeInstanceOf(ChangeSetReplaced);
    cloud.destroy();
  });

  test('answers that are lost after they took effect change nothing in the end', async () => {
    const proxy = await startFaultProxy(plain.url);
    const cloud = connect(proxy.url);
    proxy.faults.add({ kind: 'lose-answer', action: 'CreateChangeSet', times: 2 });
    proxy.faults.add({ kind: 'lose-answer', action: 'ExecuteChangeSet', times: 2 });
    proxy.faults.add({ kind: 'double', action: 'DescribeChangeSet' });
    await deploy(cloud, {}, 'once');
    expect((await stackOf(cloud))?.StackStatus).toBe('CREATE_COMPLETE');
    const executions = proxy.requests().filter(({ action }) => action === 'ExecuteChangeSet');
    expect(executions.map(({ status }) => status)).toEqual([0, 0, 400]);
    cloud.destroy();
    await proxy.close();
  });

  test('keys that do not exist and capabilities that are missing are for the user to mend', async () => {
    const unknown = connect(strict.url, 'AKIANOBODY0000000000');
    await expect(prepare(unknown)).rejects.toThrow('AWS does not accept the credentials');
    const root = connect(strict.url, 'test');
    const role = {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'shop', AssumeRolePolicyDocument: {} },
    };
    const body = JSON.stringify({ Resources: { Role: role } });
    const cause: unknown = await prepare(root, { template: { body } }).catch((error) => error);
    expect(cause).toBeInstanceOf(UserError);
    expect((cause as UserError).problems[0]?.hint).toContain('[CAPABILITY_NAMED_IAM]');
    unknown.destroy();
    root.destroy();
  });
});
