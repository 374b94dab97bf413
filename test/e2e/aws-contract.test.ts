import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListStacksCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFakeCloudFormation } from '../aws/fake-cloudformation.ts';
import { startMinistack } from '../aws/ministack.ts';
import {
  deployByHand,
  eventsOf,
  outline,
  planByHand,
  rested,
  stackOf,
} from '../aws/stack-by-hand.ts';

interface Aws {
  readonly url: string;
  close(): Promise<void>;
}

const fake = () =>
  startFakeCloudFormation({
    speed: 1000,
    failures: [{ logicalId: 'Bad', on: 'create', reason: 'Value must be between 0 and 43200.' }],
  });

/** Two resources of which the second waits for the first, in YAML with short forms. */
const two = (visibility: string, more = '') => `
Parameters:
  Visibility: { Type: String, Default: '30' }
  Secret: { Type: String, NoEcho: true, Default: hush }
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub '\${AWS::StackName}-q'
      VisibilityTimeout: ${visibility}
  Topic:
    Type: AWS::SNS::Topic
    DependsOn: Queue
    Properties: { DisplayName: !Ref Visibility }
${more}
Outputs:
  Name: { Value: !GetAtt Queue.QueueName, Description: of the queue }
`;
const bad =
  '  Bad: { Type: AWS::SQS::Queue, DependsOn: Topic, Properties: { VisibilityTimeout: 999999 } }';

/** What has to hold of the emulator and of the fake, so that tests against either mean the same. */
describe.each([
  ['ministack', () => startMinistack()],
  ['the fake', fake],
] as const)('%s answers as AWS does:', (_name, open: () => Promise<Aws>) => {
  let aws: Aws;
  let account = 200_000_000_000;
  beforeAll(async () => {
    aws = await open();
  }, 120_000);
  afterAll(() => aws?.close());

  /** Each test has an account of its own. */
  const newClient = () => {
    account += 1;
    return new CloudFormationClient({
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: String(account), secretAccessKey: 'test' },
    });
  };
  const created = async (client = newClient(), body = two('30')) => {
    const wish = { StackName: 's', ChangeSetType: 'CREATE', TemplateBody: body } as const;
    const Tags = [{ Key: 'team', Value: 'web' }];
    const stack = await deployByHand(client, { ...wish, Tags }, 'creating');
    return { client, stack, id: stack.StackId ?? '' };
  };
  const refusal = async (asked: Promise<unknown>) => {
    const error = await asked.then(
      () => new Error('nothing was refused'),
      (cause: Error) => cause,
    );
    return `${error.name}: ${error.message}`;
  };

  test('a stack is created by change set, with outputs, tags and a NoEcho parameter that nobody sees', async () => {
    const { stack } = await created();
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(stack.Tags).toEqual([{ Key: 'team', Value: 'web' }]);
    expect(stack.Outputs).toMatchObject([{ OutputKey: 'Name', Description: 'of the queue' }]);
    const values = stack.Parameters?.map((one) => [one.ParameterKey, one.ParameterValue]);
    expect(values).toEqual([
      ['Visibility', '30'],
      ['Secret', '****'],
    ]);
  });

  test('a stack whose change set is not executed is in review, and takes a second one', async () => {
    const client = newClient();
    const wish = { StackName: 's', ChangeSetType: 'CREATE', TemplateBody: two('30') } as const;
    const first = await planByHand(client, wish);
    expect(
      first.Changes?.map(({ ResourceChange: one }) => [one?.Action, one?.LogicalResourceId]),
    ).toEqual([
      ['Add', 'Queue'],
      ['Add', 'Topic'],
    ]);
    expect((await stackOf(client, 's')).StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect((await planByHand(client, wish)).Status).toBe('CREATE_COMPLETE');
  });

  test('events come newest first, of resources in the order of their dependencies, with the token', async () => {
    const { client } = await created();
    const newest = await client.send(new DescribeStackEventsCommand({ StackName: 's' }));
    expect(newest.StackEvents?.[0]).toMatchObject({
      LogicalResourceId: 's',
      ResourceStatus: 'CREATE_COMPLETE',
      ClientRequestToken: 'creating',
    });
    const events = await eventsOf(client, 's');
    const executed = events.filter(({ ClientRequestToken: token }) => token === 'creating');
    expect(outline(executed)).toEqual([
      'CREATE_IN_PROGRESS s',
      'CREATE_IN_PROGRESS Queue',
      'CREATE_COMPLETE Queue',
      'CREATE_IN_PROGRESS Topic',
      'CREATE_COMPLETE Topic',
      'CREATE_COMPLETE s',
    ]);
  });

  test('an update tells what it modifies, replaces, adds and removes', async () => {
    const { client } = await created(undefined, two('30', '  Old: { Type: AWS::SNS::Topic }'));
    const body = two('60', '  New: { Type: AWS::SNS::Topic }').replace('-q', '-other');
    const { Changes } = await planByHand(client, { StackName: 's', TemplateBody: body });
    const found = Changes?.map(({ ResourceChange: one }) =>
      [one?.Action, one?.LogicalResourceId, one?.Replacement].filter(Boolean).join(' '),
    ).toSorted();
    expect(found).toEqual(['Add New', 'Modify Queue True', 'Remove Old']);
    const stack = await deployByHand(client, { StackName: 's', TemplateBody: body });
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    const { StackResources } = await client.send(
      new DescribeStackResourcesCommand({ StackName: 's' }),
    );
    const ids = StackResources?.map(({ LogicalResourceId: id }) => id).toSorted();
    expect(ids).toEqual(['New', 'Queue', 'Topic']);
  });

  test('a change of a property that can be changed is no replacement', async () => {
    const { client } = await created();
    const { Changes } = await planByHand(client, { StackName: 's', TemplateBody: two('60') });
    expect(Changes).toHaveLength(1);
    expect(Changes?.[0]?.ResourceChange).toMatchObject({
      Action: 'Modify',
      LogicalResourceId: 'Queue',
      ResourceType: 'AWS::SQS::Queue',
      Replacement: 'False',
      Scope: ['Properties'],
      Details: [{ Target: { Attribute: 'Properties', Name: 'VisibilityTimeout' } }],
    });
  });

  test('a change of tags alone is a change', async () => {
    const { client } = await created();
    const wish = {
      StackName: 's',
      UsePreviousTemplate: true,
      Tags: [{ Key: 'team', Value: 'db' }],
    };
    const { Changes } = await planByHand(client, wish);
    expect(Changes?.map(({ ResourceChange: one }) => one?.Scope)).toContainEqual(['Tags']);
    expect((await deployByHand(client, wish)).Tags).toEqual(wish.Tags);
  });

  test('a change set without changes fails and cannot be executed', async () => {
    const { client } = await created();
    const found = await planByHand(client, { StackName: 's', UsePreviousTemplate: true });
    expect(found.Status).toBe('FAILED');
    expect(found.ExecutionStatus).toBe('UNAVAILABLE');
    expect(found.StatusReason).toMatch(/didn't contain changes|No updates are to be performed/);
    const execution = client.send(
      new ExecuteChangeSetCommand({ ChangeSetName: found.ChangeSetId }),
    );
    expect(await refusal(execution)).toMatch(/^InvalidChangeSetStatus/);
  });

  test('parameters that are not named again can keep their values', async () => {
    const { client } = await created();
    const one = { ParameterKey: 'Visibility', ParameterValue: '40' };
    await deployByHand(client, { StackName: 's', TemplateBody: two('30'), Parameters: [one] });
    const previous = { ParameterKey: 'Visibility', UsePreviousValue: true };
    const stack = await deployByHand(client, {
      StackName: 's',
      TemplateBody: two('45'),
      Parameters: [previous],
    });
    expect(stack.Parameters?.[0]?.ParameterValue).toBe('40');
  });

  test('a change set executes once, and takes the others with it', async () => {
    const { client } = await created();
    const chosen = await planByHand(client, { StackName: 's', TemplateBody: two('60') });
    const other = await planByHand(client, { StackName: 's', TemplateBody: two('70') });
    const execute = () =>
      client.send(new ExecuteChangeSetCommand({ ChangeSetName: chosen.ChangeSetId }));
    await execute();
    await rested(client, 's');
    expect(await refusal(execute())).toMatch(/^InvalidChangeSetStatus/);
    const ChangeSetName = other.ChangeSetId;
    const gone = /^ChangeSetNotFound/;
    expect(await refusal(client.send(new DescribeChangeSetCommand({ ChangeSetName })))).toMatch(
      gone,
    );
    expect(await refusal(client.send(new ExecuteChangeSetCommand({ ChangeSetName })))).toMatch(
      gone,
    );
    await client.send(new DeleteChangeSetCommand({ ChangeSetName }));
  });

  test('a deleted change set is gone', async () => {
    const { client } = await created();
    const { ChangeSetId: ChangeSetName } = await planByHand(client, {
      StackName: 's',
      TemplateBody: two('60'),
    });
    await client.send(new DeleteChangeSetCommand({ ChangeSetName }));
    const look = client.send(new DescribeChangeSetCommand({ ChangeSetName }));
    expect(await refusal(look)).toMatch(/^ChangeSetNotFound/);
  });

  test('names that are taken and stacks that are not there are refused', async () => {
    const { client } = await created();
    const send = (StackName: string, ChangeSetType: 'CREATE' | 'UPDATE', ChangeSetName: string) =>
      client.send(
        new CreateChangeSetCommand({
          StackName,
          ChangeSetType,
          ChangeSetName,
          TemplateBody: two('60'),
        }),
      );
    await send('s', 'UPDATE', 'taken');
    expect(await refusal(send('s', 'UPDATE', 'taken'))).toMatch(/^AlreadyExistsException/);
    expect(await refusal(send('s', 'CREATE', 'new'))).toMatch(/already exists/);
    expect(await refusal(send('t', 'UPDATE', 'new'))).toMatch(/^ValidationError: .*does not exist/);
    const missing = /^ValidationError: Stack with id t does not exist/;
    expect(await refusal(client.send(new DescribeStacksCommand({ StackName: 't' })))).toMatch(
      missing,
    );
    const events = client.send(new DescribeStackEventsCommand({ StackName: 't' }));
    expect(await refusal(events)).toMatch(/^ValidationError: Stack \[t\] does not exist/);
    const again = new CreateStackCommand({ StackName: 's', TemplateBody: two('60') });
    expect(await refusal(client.send(again))).toMatch(
      /^AlreadyExistsException: Stack \[s\] already exists/,
    );
  });

  test('a creation that fails is rolled back, and the first reason is that of the resource', async () => {
    const { client, stack } = await created(undefined, two('30', bad));
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const events = await eventsOf(client, 's');
    const failed = events.find(({ ResourceStatus: status }) => status === 'CREATE_FAILED');
    expect(failed).toMatchObject({ LogicalResourceId: 'Bad', ResourceType: 'AWS::SQS::Queue' });
    expect(failed?.ResourceStatusReason).toContain('Value must be between');
    const lines = outline(events);
    expect(lines).toContain('ROLLBACK_IN_PROGRESS s');
    expect(lines.indexOf('DELETE_COMPLETE Topic')).toBeGreaterThan(0);
    expect(lines.indexOf('DELETE_COMPLETE Queue')).toBeGreaterThan(
      lines.indexOf('DELETE_COMPLETE Topic'),
    );
  });

  test.each([
    ['DO_NOTHING', 'CREATE_FAILED'],
    ['ROLLBACK', 'ROLLBACK_COMPLETE'],
    ['DELETE', 'DELETE_COMPLETE'],
  ] as const)(
    'a creation that fails with OnStackFailure %s ends in %s',
    async (OnStackFailure, status) => {
      const client = newClient();
      const wish = { StackName: 's', ChangeSetType: 'CREATE', OnStackFailure } as const;
      const plan = await planByHand(client, { ...wish, TemplateBody: two('30', bad) });
      await client.send(new ExecuteChangeSetCommand({ ChangeSetName: plan.ChangeSetId }));
      expect((await rested(client, plan.StackId ?? '')).StackStatus).toBe(status);
    },
  );

  test('an update that fails takes back what it did', async () => {
    const { client } = await created();
    const body = two('60', `${bad}\n  New: { Type: AWS::SNS::Topic }`);
    const stack = await deployByHand(client, { StackName: 's', TemplateBody: body });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const { StackResources } = await client.send(
      new DescribeStackResourcesCommand({ StackName: 's' }),
    );
    expect(StackResources?.map(({ LogicalResourceId: id }) => id).toSorted()).toEqual([
      'Queue',
      'Topic',
    ]);
    const lines = outline(await eventsOf(client, 's'));
    expect(lines).toContain('UPDATE_ROLLBACK_IN_PROGRESS s');
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 's' }));
    expect(TemplateBody).toBe(two('30'));
  });

  test('a deleted stack is found by its id only, and deleting it again does no harm', async () => {
    const { client, id } = await created();
    await client.send(new DeleteStackCommand({ StackName: 's', ClientRequestToken: 'deleting' }));
    expect((await rested(client, id)).StackStatus).toBe('DELETE_COMPLETE');
    const byName = client.send(new DescribeStacksCommand({ StackName: 's' }));
    expect(await refusal(byName)).toMatch(/^ValidationError: Stack with id s does not exist/);
    await client.send(new DeleteStackCommand({ StackName: 's' }));
    const deletion = (await eventsOf(client, id)).filter(
      ({ ClientRequestToken: token }) => token === 'deleting',
    );
    expect(outline(deletion)).toEqual([
      'DELETE_IN_PROGRESS s',
      'DELETE_IN_PROGRESS Topic',
      'DELETE_COMPLETE Topic',
      'DELETE_IN_PROGRESS Queue',
      'DELETE_COMPLETE Queue',
      'DELETE_COMPLETE s',
    ]);
  });

  test('a stack in review is deleted like any other', async () => {
    const client = newClient();
    const wish = { StackName: 's', ChangeSetType: 'CREATE', TemplateBody: two('30') } as const;
    const { StackId } = await planByHand(client, wish);
    await client.send(new DeleteStackCommand({ StackName: 's' }));
    expect((await rested(client, StackId ?? '')).StackStatus).toBe('DELETE_COMPLETE');
  });

  test('a resource to be retained is left out of the deletion', async () => {
    const kept = '  Kept: { Type: AWS::SNS::Topic, DeletionPolicy: Retain }';
    const { client, id } = await created(undefined, two('30', kept));
    await client.send(new DeleteStackCommand({ StackName: 's' }));
    expect((await rested(client, id)).StackStatus).toBe('DELETE_COMPLETE');
    const lines = outline(await eventsOf(client, id));
    expect(lines).toContain('DELETE_SKIPPED Kept');
    expect(lines).not.toContain('DELETE_COMPLETE Kept');
  });

  test('a protected stack is not deleted until it no longer is', async () => {
    const { client, id } = await created();
    const protect = (EnableTerminationProtection: boolean) =>
      client.send(
        new UpdateTerminationProtectionCommand({ StackName: 's', EnableTerminationProtection }),
      );
    await protect(true);
    expect((await stackOf(client, 's')).EnableTerminationProtection).toBe(true);
    const deletion = client.send(new DeleteStackCommand({ StackName: 's' }));
    expect(await refusal(deletion)).toMatch(/^ValidationError: .*TerminationProtection is enabled/);
    await protect(false);
    await client.send(new DeleteStackCommand({ StackName: 's' }));
    expect((await rested(client, id)).StackStatus).toBe('DELETE_COMPLETE');
  });

  test('an export that another stack imports keeps its stack', async () => {
    const client = newClient();
    const exporting = two('30').replace(
      'Value: !GetAtt',
      'Export: { Name: shared }, Value: !GetAtt',
    );
    await created(client, exporting);
    const importing =
      'Resources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !ImportValue shared } } }';
    await deployByHand(client, {
      StackName: 't',
      ChangeSetType: 'CREATE',
      TemplateBody: importing,
    });
    const deletion = client.send(new DeleteStackCommand({ StackName: 's' }));
    expect(await refusal(deletion).catch(String)).toMatch(/xport/);
  });

  test('UpdateStack without changes is refused', async () => {
    const { client } = await created();
    const update = client.send(
      new UpdateStackCommand({ StackName: 's', UsePreviousTemplate: true }),
    );
    expect(await refusal(update)).toMatch(/^ValidationError: No updates are to be performed/);
  });

  test('the rollback of a healthy stack cannot be continued', async () => {
    const { client } = await created();
    const asked = client.send(new ContinueUpdateRollbackCommand({ StackName: 's' }));
    expect(await refusal(asked)).toMatch(/^ValidationError/);
  });

  test('templates are given back as they were sent, and summed up', async () => {
    const { client } = await created();
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 's' }));
    expect(TemplateBody).toBe(two('30'));
    const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody: two('30') }));
    const parameters = summary.Parameters?.map((one) => [
      one.ParameterKey,
      one.ParameterType,
      one.DefaultValue,
    ]);
    expect(parameters).toContainEqual(['Visibility', 'String', '30']);
  });

  test.each([
    ['nothing that is YAML', 'Resources: {A: [}'],
    ['a body of more than 51,200 bytes', `${two('30')}# ${'x'.repeat(51_200)}`],
  ])('%s is refused', async (_what, TemplateBody) => {
    const wish = { StackName: 's', ChangeSetType: 'CREATE', TemplateBody } as const;
    expect(await refusal(planByHand(newClient(), wish))).toMatch(/^ValidationError/);
  });

  test('a stack of a bad name and a parameter without value are refused', async () => {
    const client = newClient();
    const wish = { ChangeSetType: 'CREATE', TemplateBody: two('30') } as const;
    const named = planByHand(client, { ...wish, StackName: '1_bad' });
    expect(await refusal(named)).toMatch(/^ValidationError/);
    const lacking = {
      StackName: 's',
      ...wish,
      TemplateBody: two('30').replace(", Default: '30'", ''),
    };
    expect(await refusal(planByHand(client, lacking))).toMatch(/^ValidationError: .*Visibility/);
  });

  test('stacks are listed by the hundred, and only those that are there are described', async () => {
    const client = newClient();
    for (let index = 0; index < 105; index += 1)
      await client.send(
        new CreateStackCommand({
          StackName: `s-${index}`,
          TemplateBody: 'Resources: { T: { Type: AWS::CloudFormation::WaitConditionHandle } }',
        }),
      );
    const last = (await rested(client, 's-104')).StackId ?? '';
    await client.send(new DeleteStackCommand({ StackName: 's-104' }));
    await rested(client, last);
    const first = await client.send(new DescribeStacksCommand({}));
    expect(first.Stacks).toHaveLength(100);
    const second = await client.send(new DescribeStacksCommand({ NextToken: first.NextToken }));
    expect(second.Stacks).toHaveLength(4);
    expect(second.NextToken).toBeUndefined();
    const deleted = new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] });
    expect((await client.send(deleted)).StackSummaries).toHaveLength(1);
  });

  test('stacks of another account and another region are not seen', async () => {
    const { client } = await created();
    const { accessKeyId } = await client.config.credentials();
    const elsewhere = new CloudFormationClient({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey: 'test' },
    });
    for (const other of [newClient(), elsewhere])
      expect((await other.send(new DescribeStacksCommand({}))).Stacks ?? []).toEqual([]);
  });

  test('drift is detected in a task of its own', async () => {
    const { client } = await created();
    const { StackDriftDetectionId } = await client.send(
      new DetectStackDriftCommand({ StackName: 's' }),
    );
    const look = () =>
      client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
    let found = await look();
    while (found.DetectionStatus === 'DETECTION_IN_PROGRESS') found = await look();
    expect(found).toMatchObject({
      DetectionStatus: 'DETECTION_COMPLETE',
      StackDriftStatus: 'IN_SYNC',
      DriftedStackResourceCount: 0,
    });
    const drifts = await client.send(new DescribeStackResourceDriftsCommand({ StackName: 's' }));
    expect(drifts.StackResourceDrifts?.map((one) => one.StackResourceDriftStatus)).not.toContain(
      'MODIFIED',
    );
  });
});
