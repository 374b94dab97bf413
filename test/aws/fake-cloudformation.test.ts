import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { expect, test } from '@jest/globals';
import {
  type FakeCloudFormation,
  type FakeOptions,
  startFakeCloudFormation,
} from './fake-cloudformation.ts';
import { deployByHand, eventsOf, outline, planByHand, rested, stackOf } from './stack-by-hand.ts';

/** What AWS does and emulators do not; what both do is in test/e2e/aws-contract.test.ts. */
async function inFake(
  options: FakeOptions,
  play: (client: CloudFormationClient, fake: FakeCloudFormation) => Promise<void>,
): Promise<void> {
  const fake = await startFakeCloudFormation({ speed: 1000, ...options });
  try {
    await play(clientOf(fake), fake);
  } finally {
    await fake.close();
  }
}

function clientOf({ url: endpoint }: FakeCloudFormation): CloudFormationClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new CloudFormationClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

/** Topics that come one after the other, but for what is added. */
function topics(names: string, more = ''): string {
  const lines = names.split('').map((name, index) => {
    const before = names.split('')[index - 1];
    const after = before ? `, DependsOn: ${before}` : '';
    return `  ${name}: { Type: AWS::SNS::Topic, Properties: { DisplayName: "${name}${more}" }${after} }`;
  });
  return `Resources:\n${lines.join('\n')}\n`;
}

const wish = (TemplateBody: string) =>
  ({ StackName: 's', ChangeSetType: 'CREATE', TemplateBody }) as const;
const update = (TemplateBody: string) => ({ StackName: 's', TemplateBody });
const refused = (asked: Promise<unknown>) =>
  asked.then(
    () => 'nothing was refused',
    (error: Error) => `${error.name}: ${error.message}`,
  );

test('a change set is pending, in progress, then complete, and the operation takes its time', async () => {
  let now = 1_800_000_000_000;
  await inFake({ speed: 1, now: () => now }, async (client) => {
    const command = new CreateChangeSetCommand({ ...wish(topics('AB')), ChangeSetName: 'c' });
    const { Id: ChangeSetName, StackId } = await client.send(command);
    const look = async () => {
      const found = await client.send(new DescribeChangeSetCommand({ ChangeSetName }));
      return `${found.Status} ${found.Changes?.length ?? 0}`;
    };
    expect(await look()).toBe('CREATE_PENDING 0');
    now += 1000;
    expect(await look()).toBe('CREATE_IN_PROGRESS 0');
    now += 2000;
    expect(await look()).toBe('CREATE_COMPLETE 2');
    await client.send(new ExecuteChangeSetCommand({ ChangeSetName }));
    const status = async () => (await stackOf(client, StackId ?? '')).StackStatus;
    now += 24_900;
    expect(await status()).toBe('CREATE_IN_PROGRESS');
    now += 100;
    expect(await status()).toBe('CREATE_COMPLETE');
    const times = (await eventsOf(client, 's')).map((one) => one.Timestamp?.getTime() ?? 0);
    expect((times.at(-1) ?? 0) - (times[1] ?? 0)).toBe(25_000);
  });
});

test('a busy stack and one that was rolled back take no change sets', async () => {
  const failures = [{ logicalId: 'A', on: 'create', reason: 'no' }] as const;
  await inFake({ speed: 1, changeSetSeconds: 0, failures }, async (client, fake) => {
    const { ChangeSetId } = await planByHand(client, wish(topics('A')));
    await client.send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
    const again = () => refused(planByHand(client, update(topics('AB'))));
    expect(await again()).toMatch(/is in CREATE_IN_PROGRESS state and can not be updated/);
    fake.advance(60);
    expect(await again()).toMatch(/is in ROLLBACK_COMPLETE state and can not be updated/);
  });
});

test('a stack in review takes change sets of type CREATE only', async () => {
  await inFake({}, async (client) => {
    await planByHand(client, wish(topics('A')));
    const asUpdate = refused(planByHand(client, update(topics('A'))));
    expect(await asUpdate).toMatch(/is in REVIEW_IN_PROGRESS state and can not be updated/);
    expect((await deployByHand(client, wish(topics('A')))).StackStatus).toBe('CREATE_COMPLETE');
  });
});

test('the name of a change set that was executed can be used again', async () => {
  await inFake({}, async (client) => {
    await deployByHand(client, { ...wish(topics('A')), ChangeSetName: 'always-this' });
    const again = { ...update(topics('AB')), ChangeSetName: 'always-this' };
    expect((await deployByHand(client, again)).StackStatus).toBe('UPDATE_COMPLETE');
  });
});

test('what is under way when a resource fails is cancelled, and says so after the reason', async () => {
  const failures = [{ logicalId: 'B', on: 'create', reason: 'the quota is used up' }] as const;
  const body = `${topics('A')}  B: { Type: AWS::SNS::Topic }\n  C: { Type: AWS::SNS::Topic }\n`;
  await inFake({ failures }, async (client) => {
    const stack = await deployByHand(client, wish(body));
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const failed = (await eventsOf(client, 's')).filter(({ ResourceStatus: status }) =>
      status?.endsWith('_FAILED'),
    );
    expect(failed.map((one) => [one.LogicalResourceId, one.ResourceStatusReason])).toEqual([
      ['B', 'the quota is used up'],
      ['C', 'Resource creation cancelled'],
    ]);
  });
});

test('an update creates, replaces and cleans up with the events of AWS', async () => {
  const named = (name: string) =>
    `  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: ${name} } }\n`;
  await inFake({}, async (client) => {
    await deployByHand(client, wish(topics('A') + named('one')));
    await deployByHand(client, update(topics('B') + named('two')), 'updating');
    const events = await eventsOf(client, 's');
    const lines = outline(events.filter((one) => one.ClientRequestToken === 'updating'));
    expect(lines.slice(0, 2).concat(lines.slice(-6))).toEqual([
      'UPDATE_IN_PROGRESS s',
      'UPDATE_IN_PROGRESS Q',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS s',
      'DELETE_IN_PROGRESS A',
      'DELETE_IN_PROGRESS Q',
      'DELETE_COMPLETE A',
      'DELETE_COMPLETE Q',
      'UPDATE_COMPLETE s',
    ]);
    expect(lines).toContain('CREATE_COMPLETE B');
  });
});

test('a failed update gives a replaced resource its old self back', async () => {
  const failures = [{ logicalId: 'Z', on: 'create', reason: 'no' }] as const;
  const body = (name: string, more = '') =>
    `Resources:\n  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: ${name} } }\n${more}`;
  const last = '  Z: { Type: AWS::SNS::Topic, DependsOn: Q }\n';
  await inFake({ failures }, async (client, fake) => {
    await deployByHand(client, wish(body('one')));
    const stack = await deployByHand(client, update(body('two', last)));
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const resources = fake.stack('s')?.resources;
    expect([...(resources?.keys() ?? [])]).toEqual(['Q']);
    expect(resources?.get('Q')?.physicalId).toBe('one');
  });
});

test('outputs alone are a change, and nothing at all is told in either wording', async () => {
  await inFake({}, async (client, fake) => {
    const outputs = 'Outputs: { Here: { Value: yes } }\n';
    await deployByHand(client, wish(topics('A')));
    const stack = await deployByHand(client, update(topics('A') + outputs));
    expect(stack.Outputs).toMatchObject([{ OutputKey: 'Here' }]);
    const again = async () =>
      (await planByHand(client, update(topics('A') + outputs))).StatusReason;
    expect(await again()).toMatch(/^The submitted information didn't contain changes\./);
    fake.change({ noChanges: 'no-updates' });
    expect(await again()).toBe('No updates are to be performed.');
  });
});

test('an embedded stack that fails is named by the event of its parent, which has its id', async () => {
  const failures = [{ logicalId: 'B', on: 'create', reason: 'deep down' }] as const;
  const url = 'https://s3.us-east-1.amazonaws.com/templates/child';
  const parent = `Resources: { Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${url}" } } }`;
  await inFake({ failures, templates: { [url]: topics('AB') } }, async (client) => {
    await deployByHand(client, wish(parent));
    const failed = (await eventsOf(client, 's')).find(
      (one) => one.ResourceStatus === 'CREATE_FAILED',
    );
    const id = failed?.PhysicalResourceId ?? '';
    expect(failed?.ResourceStatusReason).toContain(
      `Embedded stack ${id} was not successfully created: The following resource(s) failed to create: [B]`,
    );
    const child = await stackOf(client, id);
    expect(child).toMatchObject({ StackStatus: 'DELETE_COMPLETE', ParentId: child.RootId });
    const events = await eventsOf(client, id);
    expect(events.find((one) => one.ResourceStatus === 'CREATE_FAILED')).toMatchObject({
      LogicalResourceId: 'B',
      ResourceStatusReason: 'deep down',
    });
  });
});

test('an embedded stack is updated through a nested change set', async () => {
  const url = 'https://s3.us-east-1.amazonaws.com/templates/child';
  const parent = `Resources: { Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${url}" } } }`;
  await inFake({ templates: { [url]: topics('A') } }, async (client, fake) => {
    await deployByHand(client, wish(parent));
    fake.change({ templates: { [url]: topics('AB') } });
    const plan = await planByHand(client, { ...update(parent), IncludeNestedStacks: true });
    const ChangeSetName = plan.Changes?.[0]?.ResourceChange?.ChangeSetId;
    const inner = await client.send(new DescribeChangeSetCommand({ ChangeSetName }));
    expect(inner).toMatchObject({
      ParentChangeSetId: plan.ChangeSetId,
      Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'B' } }],
    });
    expect((await deployByHand(client, update(parent))).StackStatus).toBe('UPDATE_COMPLETE');
    expect(fake.stacks().map(({ resources }) => resources.size)).toEqual([1, 2]);
  });
});

test('answers may be stale and events late', async () => {
  await inFake(
    { speed: 1, changeSetSeconds: 0, staleSeconds: 3, eventLagSeconds: 2 },
    async (client, fake) => {
      const { ChangeSetId } = await planByHand(client, wish(topics('A')));
      await client.send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
      const status = async () => (await stackOf(client, 's')).StackStatus;
      expect([await status(), await eventsOf(client, 's')]).toEqual(['REVIEW_IN_PROGRESS', []]);
      fake.advance(4);
      expect(await status()).toBe('CREATE_IN_PROGRESS');
      expect(outline(await eventsOf(client, 's'))).toContain('CREATE_IN_PROGRESS A');
    },
  );
});

test('a resource that cannot be deleted fails the deletion until it is retained', async () => {
  const failures = [{ logicalId: 'A', on: 'delete', reason: 'The bucket is not empty' }] as const;
  await inFake({ failures }, async (client) => {
    const { StackId = '' } = await deployByHand(client, wish(topics('AB')));
    const remove = (RetainResources?: string[]) =>
      client.send(new DeleteStackCommand({ StackName: StackId, RetainResources }));
    expect(await refused(remove(['A']))).toMatch(
      /only when the stack is in the DELETE_FAILED state/,
    );
    await remove();
    expect(await rested(client, StackId)).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: expect.stringContaining('failed to delete: [A]'),
    });
    await remove(['A']);
    expect((await rested(client, StackId)).StackStatus).toBe('DELETE_COMPLETE');
  });
});

test('a rollback that fails is continued, with a resource to skip', async () => {
  const failures = [
    { logicalId: 'B', on: 'update', reason: 'no' },
    { logicalId: 'A', on: 'rollback', reason: 'neither' },
  ] as const;
  await inFake({ failures }, async (client) => {
    await deployByHand(client, wish(topics('AB')));
    const stuck = 'UPDATE_ROLLBACK_FAILED';
    expect((await deployByHand(client, update(topics('AB', '!')))).StackStatus).toBe(stuck);
    const go = async (ResourcesToSkip?: string[]) => {
      await client.send(new ContinueUpdateRollbackCommand({ StackName: 's', ResourcesToSkip }));
      return (await rested(client, 's')).StackStatus;
    };
    expect(await go()).toBe(stuck);
    expect(await go(['A'])).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

test('a stack that is made again under its name leaves the old one to be found by id', async () => {
  await inFake({}, async (client) => {
    const { StackId = '' } = await deployByHand(client, wish(topics('A')));
    await client.send(new DeleteStackCommand({ StackName: 's' }));
    await rested(client, StackId);
    const next = await deployByHand(client, wish(topics('A')));
    expect(next.StackId).not.toBe(StackId);
    expect((await stackOf(client, StackId)).StackStatus).toBe('DELETE_COMPLETE');
  });
});

test('events are told by operation, and of validation, unless that is denied', async () => {
  const validation = [
    {
      logicalId: 'A',
      type: 'AWS::SNS::Topic',
      path: '/Resources/A',
      name: 'NAME_CONFLICT',
      reason: 'taken',
    },
  ];
  const changeSetProblem = { reason: 'Validation failed with 1 error(s).', validation };
  await inFake({ changeSetProblem }, async (client, fake) => {
    const plan = await planByHand(client, wish(topics('A')));
    expect(plan).toMatchObject({ Status: 'FAILED', StatusReason: changeSetProblem.reason });
    const ask = () =>
      client.send(
        new DescribeEventsCommand({
          ChangeSetName: plan.ChangeSetId,
          Filters: { FailedEvents: true },
        }),
      );
    expect((await ask()).OperationEvents).toMatchObject([
      {
        EventType: 'VALIDATION_ERROR',
        ValidationStatusReason: 'taken',
        ValidationPath: '/Resources/A',
      },
    ]);
    fake.change({ denied: ['DescribeEvents'] });
    expect(await refused(ask())).toMatch(
      /^AccessDenied.*not authorized to perform: cloudformation:DescribeEvents/,
    );
    fake.change({ denied: [], broken: ['DescribeEvents'] });
    expect(await refused(ask())).toMatch(/^InternalFailure/);
    fake.change({ credentials: 'expired' });
    expect(await refused(ask())).toMatch(/^ExpiredToken/);
  });
});

test('an existing resource is imported', async () => {
  await inFake({}, async (client, fake) => {
    const stack = await deployByHand(client, {
      StackName: 's',
      ChangeSetType: 'IMPORT',
      TemplateBody: topics('A'),
      ResourcesToImport: [
        {
          ResourceType: 'AWS::SNS::Topic',
          LogicalResourceId: 'A',
          ResourceIdentifier: { TopicArn: 'arn:aws:sns:us-east-1:123456789012:mine' },
        },
      ],
    });
    expect(stack.StackStatus).toBe('IMPORT_COMPLETE');
    expect(fake.stack('s')?.resources.get('A')?.physicalId).toBe(
      'arn:aws:sns:us-east-1:123456789012:mine',
    );
  });
});

test('stacks can be there from the start, and requests are counted', async () => {
  const stacks = Array.from({ length: 250 }, (_, index) => ({
    name: `s-${index}`,
    tags: { number: String(index) },
    outputs: { Url: `https://${index}.example.com` },
  }));
  await inFake({ stacks }, async (client, fake) => {
    let NextToken: string | undefined;
    const found: unknown[] = [];
    do {
      const page = await client.send(new DescribeStacksCommand({ NextToken }));
      found.push(...(page.Stacks ?? []));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(found).toHaveLength(250);
    expect(found).toContainEqual(
      expect.objectContaining({
        StackName: 's-7',
        StackStatus: 'CREATE_COMPLETE',
        Tags: [{ Key: 'number', Value: '7' }],
        Outputs: [{ OutputKey: 'Url', OutputValue: 'https://7.example.com' }],
      }),
    );
    await client.send(new ListStacksCommand({}));
    const actions = fake.requests().map(({ action, status }) => `${action} ${status}`);
    expect(actions).toEqual([...Array(3).fill('DescribeStacks 200'), 'ListStacks 200']);
  });
});
