import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from '@jest/globals';
import { instant } from '../../../../src/core/time.ts';
import { UserError } from '../../../../src/core/user-error.ts';
import {
  type ChangeSetRequest,
  discardChangeSet,
  executeChangeSet,
  prepareChangeSet,
} from '../../../../src/targets/cloudformation/change-sets/change-set.ts';
import { changeSetName } from '../../../../src/targets/cloudformation/change-sets/change-set-input.ts';
import { ChangeSetReplaced } from '../../../../src/targets/cloudformation/change-sets/replaced.ts';
import { connectCloud } from '../../../../src/targets/cloudformation/connect/cloud.ts';
import { retryWith } from '../../../../src/targets/cloudformation/connect/retrying.ts';
import { pauseFor } from '../../../../src/targets/pause.ts';
import { environmentFor, queues, ready, requestFor, type Sending, sending } from '../sending.ts';

const shop = {
  name: 'shop',
  template: queues({ Orders: 30, Mails: 30 }),
  tags: { team: 'web' },
};

function prepare({ cloud, waiting }: Sending, some: Partial<ChangeSetRequest> = {}) {
  return prepareChangeSet(cloud, requestFor(some), waiting);
}

async function execute(of: Sending, some: Partial<ChangeSetRequest> = {}, token = 'token-1') {
  const prepared = ready(await prepare(of, some));
  await run(of, prepared, token);
  return prepared;
}

function run({ cloud, waiting }: Sending, prepared: ReturnType<typeof ready>, token = 'token-1') {
  const how = { token, onFailure: 'rollback', pause: waiting.pause } as const;
  return executeChangeSet(cloud, prepared, how, waiting.signal);
}

function operations({ fake }: Sending) {
  return fake.stack('shop')?.operations.length;
}

async function problemsOf(failing: Promise<unknown>) {
  const cause = await failing.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(cause instanceof UserError)) throw new Error(`not for the user: ${String(cause)}`);
  return cause.problems;
}

describe('preparing a change set', () => {
  test('a new stack: its changes, for people and by logical id, in few looks', () =>
    sending({}, async (of) => {
      expect(await prepare(of)).toMatchObject({
        kind: 'ready',
        stackName: 'shop',
        changes: [
          { action: 'add', type: 'AWS::SQS::Queue', id: 'Orders', replacement: false },
          { action: 'add', type: 'AWS::SQS::Queue', id: 'Mails', replacement: false },
        ],
        touched: ['Orders', 'Mails'],
      });
      const [first, ...looks] = of.actions();
      expect(first).toBe('CreateChangeSet');
      expect(new Set(looks)).toEqual(new Set(['DescribeChangeSet']));
      expect(looks.length).toBeLessThanOrEqual(5);
    }));

  test.each(['didnt-contain', 'no-updates'] as const)(
    'nothing to change (%s) is empty, and nothing is left of it',
    (noChanges) =>
      sending({ stacks: [shop], noChanges }, async (of) => {
        const stackId = of.fake.stack('shop')?.id;
        expect(await prepare(of, { kind: 'UPDATE' })).toEqual({ kind: 'empty', stackId });
        expect(of.actions().at(-1)).toBe('DeleteChangeSet');
      }),
  );

  test('nothing to change, said at once as some emulators do, is empty too', async () => {
    const server = createServer(async (asked, answer) => {
      let body = '';
      for await (const chunk of asked) body += chunk;
      const refused = body.includes('Action=CreateChangeSet');
      answer.writeHead(refused ? 400 : 200, { 'content-type': 'text/xml' });
      answer.end(
        refused
          ? '<ErrorResponse><Error><Code>ValidationError</Code><Message>No updates are to be performed.</Message></Error></ErrorResponse>'
          : '<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:shop</StackId></member></Stacks></DescribeStacksResult></DescribeStacksResponse>',
      );
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const cloud = connectCloud({ environment: environmentFor(`http://127.0.0.1:${port}`) });
    const { signal } = new AbortController();
    const waiting = { now: () => instant(0), pause: async () => {}, signal };
    const prepared = await prepareChangeSet(cloud, requestFor({ kind: 'UPDATE' }), waiting);
    expect(prepared).toEqual({ kind: 'empty', stackId: 'arn:shop' });
    cloud.destroy();
    server.closeAllConnections();
    server.close();
  });

  test('changes of all pages are read', () =>
    sending({ pageSize: 2 }, async (of) => {
      const body = queues({ A: 1, B: 1, C: 1, D: 1, E: 1 });
      const { touched } = ready(await prepare(of, { template: { body } }));
      expect(touched).toEqual(['A', 'B', 'C', 'D', 'E']);
    }));

  test('changes within nested stacks are told by their path', () =>
    sending({ templates: { 'https://s3/inner': queues({ Table: 1 }) } }, async (of) => {
      const inner = {
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL: 'https://s3/inner' },
      };
      const body = JSON.stringify({ Resources: { Db: inner } });
      const { changes, touched } = ready(await prepare(of, { template: { body }, nested: true }));
      expect(changes.map(({ action, id }) => `${action} ${id}`)).toEqual([
        'add Db',
        'add Db/Table',
      ]);
      expect(touched).toEqual(['Db']);
    }));

  test('resources that exist are imported', () =>
    sending({}, async (of) => {
      const imports = [
        { type: 'AWS::SQS::Queue', logicalId: 'Orders', identifier: { QueueUrl: 'https://q/1' } },
      ];
      const template = { body: queues({ Orders: 30 }) };
      const { changes } = ready(await prepare(of, { kind: 'IMPORT', imports, template }));
      expect(changes).toMatchObject([
        { action: 'add', id: 'Orders', detail: 'an existing resource is taken over' },
      ]);
    }));

  test('the change set of the same request of the same run is found again', () =>
    sending({}, async (of) => {
      const first = ready(await prepare(of));
      const second = ready(await prepare(of));
      expect(second.id).toBe(first.id);
    }));

  test('a replacement is told', () =>
    sending({ stacks: [shop], replacements: { Orders: 'Conditional' } }, async (of) => {
      const template = { body: queues({ Orders: 60, Mails: 30 }) };
      const { changes } = ready(await prepare(of, { kind: 'UPDATE', template }));
      expect(changes).toEqual([
        {
          action: 'modify',
          type: 'AWS::SQS::Queue',
          id: 'Orders',
          replacement: true,
          detail: 'perhaps replaced; VisibilityTimeout',
        },
      ]);
    }));

  test.each([
    ['a stack that exists by now', 'CREATE', [shop]],
    ['a stack that is gone', 'UPDATE', []],
    ['a stack that is busy', 'UPDATE', [{ ...shop, status: 'UPDATE_IN_PROGRESS' }]],
    ['a stack that was rolled back', 'UPDATE', [{ ...shop, status: 'ROLLBACK_COMPLETE' }]],
  ] as const)('%s asks for a new plan', (_name, kind, stacks) =>
    sending({ stacks }, async (of) => {
      await expect(prepare(of, { kind })).rejects.toBeInstanceOf(ChangeSetReplaced);
    }),
  );

  test('one that someone deletes while it is made asks for a new plan', () =>
    sending({}, async (of) => {
      const other = connectCloud({ environment: environmentFor(of.fake.url) });
      of.proxy.watch = async ({ action }) => {
        const ChangeSetName = of.fake.stack('shop') && changeSetName(requestFor(), 1);
        if (action !== 'DescribeChangeSet' || !ChangeSetName) return;
        await other.send(new DeleteChangeSetCommand({ StackName: 'shop', ChangeSetName }));
      };
      await expect(prepare(of)).rejects.toBeInstanceOf(ChangeSetReplaced);
      other.destroy();
    }));

  test('an abort ends the waiting with its reason', () =>
    sending({ changeSetSeconds: 3600 }, async (of) => {
      const waiting = prepare(of);
      setTimeout(() => of.cancel.abort(new Error('the run was cancelled')), 50);
      await expect(waiting).rejects.toThrow('the run was cancelled');
    }));
});

describe('a change set that CloudFormation refuses', () => {
  const changeSetProblem = {
    reason: 'Validation failed with 1 error(s).',
    validation: [
      {
        logicalId: 'Orders',
        type: 'AWS::SQS::Queue',
        path: '/Resources/Orders/Properties/VisibilityTimeout',
        name: 'PROPERTY_VALIDATION',
        reason: 'must be at most 43200',
      },
    ],
  };

  test('names the resource, its line and what is wrong with it, and leaves nothing behind', () =>
    sending({ changeSetProblem }, async (of) => {
      const locate = (id: string) => ({
        file: 'infra/preview.yaml',
        line: id === 'Orders' ? 7 : 1,
      });
      const problems = await problemsOf(prepare(of, { locate }));
      expect(problems).toEqual([
        {
          message: expect.stringMatching(/AWS::SQS::Queue Orders .* must be at most 43200/),
          hint: expect.any(String),
          location: { file: 'infra/preview.yaml', line: 7 },
        },
      ]);
      expect(of.fake.stack('shop')).toBeUndefined();
    }));

  test.each([
    ['may not ask for', { denied: ['DescribeEvents'] }],
    ['cannot ask for, as on emulators,', { broken: ['DescribeEvents'] }],
  ])('a role that %s its events is given the reason', (_name, behaviour) =>
    sending({ changeSetProblem, ...behaviour }, async (of) => {
      const [problem] = await problemsOf(prepare(of));
      expect(problem?.message).toContain('Validation failed with 1 error(s).');
      expect(of.actions().filter((action) => action === 'DescribeEvents').length).toBeLessThan(3);
      expect(of.fake.stack('shop')).toBeUndefined();
    }),
  );

  test('a stack that runs stays as it is', () =>
    sending({ stacks: [shop], changeSetProblem }, async (of) => {
      await problemsOf(prepare(of, { kind: 'UPDATE' }));
      expect(of.fake.stack('shop')?.status).toBe('CREATE_COMPLETE');
    }));

  test('a role that may not tidy up still learns the reason', () =>
    sending({ changeSetProblem, denied: ['DeleteChangeSet'] }, async (of) => {
      const [problem] = await problemsOf(prepare(of));
      expect(problem?.message).toContain('Orders');
    }));

  test('denied rights and expired credentials are the answer at once', () =>
    sending({ denied: ['CreateChangeSet'] }, async (of) => {
      const [denied] = await problemsOf(prepare(of));
      expect(denied?.message).toContain('cloudformation:CreateChangeSet');
      expect(denied?.hint).toContain('"Effect":"Allow"');
      of.fake.change({ credentials: 'expired' });
      const [expired] = await problemsOf(prepare(of));
      expect(expired?.hint).toContain('id-token: write');
      expect(of.actions()).toEqual(['CreateChangeSet', 'CreateChangeSet']);
    }));

  test('a missing capability is given as it stands in the configuration', () =>
    sending({}, async (of) => {
      const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } };
      const body = JSON.stringify({ Resources: { Role: role } });
      const [problem] = await problemsOf(prepare(of, { template: { body } }));
      expect(problem?.hint).toContain('capabilities: [CAPABILITY_NAMED_IAM]');
    }));
});

describe('executing a change set', () => {
  test('carries the token to every event of the operation', () =>
    sending({ operationSeconds: 1 }, async (of) => {
      const prepared = await execute(of);
      of.fake.advance(10);
      const stack = of.fake.stack(prepared.stackId);
      expect(stack?.status).toBe('CREATE_COMPLETE');
      const tokens = stack?.events.filter(({ status }) => status !== 'REVIEW_IN_PROGRESS');
      expect(new Set(tokens?.map(({ token }) => token))).toEqual(new Set(['token-1']));
    }));

  test('one that another execution made worthless asks for a new plan', () =>
    sending({ stacks: [shop], operationSeconds: 1 }, async (of) => {
      const template = (seconds: number) => ({ body: queues({ Orders: seconds, Mails: 30 }) });
      const mine = { kind: 'UPDATE', operation: 'mine', template: template(1) } as const;
      const prepared = ready(await prepare(of, mine));
      await execute(of, { ...mine, operation: 'other', template: template(2) }, 'token-other');
      const before = operations(of);
      await expect(run(of, prepared)).rejects.toBeInstanceOf(ChangeSetReplaced);
      expect(operations(of)).toBe(before);
    }));

  test('one of ours that was executed by hand asks for a new plan: its events are not ours', () =>
    sending({}, async (of) => {
      const prepared = await execute(of, {}, 'by-hand');
      await expect(run(of, prepared)).rejects.toBeInstanceOf(ChangeSetReplaced);
    }));

  test('denied rights name the action', () =>
    sending({ denied: ['ExecuteChangeSet'] }, async (of) => {
      const prepared = ready(await prepare(of));
      const [problem] = await problemsOf(run(of, prepared));
      expect(problem?.message).toContain('cloudformation:ExecuteChangeSet');
    }));
});

describe('discarding a change set', () => {
  test('takes the stack with it that was only made to hold it', () =>
    sending({}, async (of) => {
      const prepared = await prepare(of);
      await discardChangeSet(of.cloud, prepared, of.waiting.signal);
      expect(of.fake.stack('shop')).toBeUndefined();
      await discardChangeSet(of.cloud, prepared, of.waiting.signal);
    }));

  test('leaves a stack in which another run is preparing', () =>
    sending({}, async (of) => {
      const prepared = await prepare(of);
      await prepare(of, { operation: 'other' });
      await discardChangeSet(of.cloud, prepared, of.waiting.signal);
      expect(of.fake.stack('shop')?.status).toBe('REVIEW_IN_PROGRESS');
    }));

  test('leaves a stack that runs, and asks nothing for an empty one', () =>
    sending({ stacks: [shop] }, async (of) => {
      const template = { body: queues({ Orders: 1 }) };
      const prepared = await prepare(of, { kind: 'UPDATE', template });
      await discardChangeSet(of.cloud, prepared, of.waiting.signal);
      expect(of.fake.stack('shop')?.status).toBe('CREATE_COMPLETE');
      of.proxy.forget();
      await discardChangeSet(of.cloud, { kind: 'empty', stackId: 'x' }, of.waiting.signal);
      expect(of.actions()).toEqual([]);
    }));
});

describe('faults on the way', () => {
  const kinds = ['lose-answer', 'double', 'reset', 'error-503', 'throttle', 'delay'] as const;
  const calls = ['CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet'] as const;
  const cases = kinds.flatMap((kind) => calls.map((action) => [kind, action] as const));

  test.each(cases)('%s of %s: one change set, executed once', (kind, action) =>
    sending({ operationSeconds: 1 }, async (of) => {
      of.proxy.faults.add({ kind, action, delay: 20 });
      const { stackId } = await execute(of);
      of.fake.advance(10);
      expect(of.fake.stack(stackId)?.status).toBe('CREATE_COMPLETE');
      expect(operations(of)).toBe(1);
      expect(of.fake.stacks()).toHaveLength(1);
    }),
  );

  test('a storm of throttling on every call only takes time', () =>
    sending({ operationSeconds: 1 }, async (of) => {
      retryWith(of.cloud, { random: () => 0, pause: () => pauseFor(1) });
      for (const action of calls) of.proxy.faults.add({ kind: 'throttle', action, times: 50 });
      await execute(of);
      expect(operations(of)).toBe(1);
    }));

  test('a storm that does not end is ended by the abort, at once', () =>
    sending({}, async (of) => {
      of.proxy.faults.add({ kind: 'throttle', times: 100_000 });
      const preparing = prepare(of);
      setTimeout(() => of.cancel.abort(new Error('the time is up')), 100);
      await expect(preparing).rejects.toThrow('the time is up');
    }));

  test('of an answer that stays lost the outcome is looked for', () =>
    sending({ operationSeconds: 1 }, async (of) => {
      of.proxy.faults.add({ kind: 'lose-answer', action: 'CreateChangeSet', times: 8 });
      of.proxy.faults.add({ kind: 'lose-answer', action: 'ExecuteChangeSet', times: 8 });
      await execute(of);
      expect(operations(of)).toBe(1);
    }));

  test('what never arrives is no plan for someone else’s change: the fault itself is thrown', () =>
    sending({}, async (of) => {
      of.proxy.faults.add({ kind: 'reset', action: 'CreateChangeSet', times: 8 });
      const cause: unknown = await prepare(of).catch((error: unknown) => error);
      expect(cause).not.toBeInstanceOf(UserError);
      expect(cause).not.toBeInstanceOf(ChangeSetReplaced);
    }));
});

test('a secret parameter is in no answer, error or name', () =>
  sending({}, async (of) => {
    const secret = 'hunter2-hunter2';
    const parameters = [{ ParameterKey: 'Password', ParameterValue: secret }];
    const prepared = await prepare(of, { parameters });
    expect(JSON.stringify(prepared)).not.toContain(secret);
    of.fake.change({ changeSetProblem: { reason: `Value '${secret}' at 'parameters' failed` } });
    const problems = await problemsOf(prepare(of, { parameters, operation: 'run-2' }));
    expect(JSON.stringify(problems)).not.toContain(secret);
  }));
