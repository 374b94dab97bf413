import { CloudFormationClient, CreateChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { expect, test } from '@jest/globals';
import { startFakeCloudFormation } from './fake-cloudformation.ts';
import { type FaultKind, startFaultProxy } from './fault-proxy.ts';

/** What one CreateChangeSet without retries comes to, and how often it arrived. */
async function outcome(kind: FaultKind) {
  const fake = await startFakeCloudFormation();
  const proxy = await startFaultProxy(fake.url);
  const client = new CloudFormationClient({
    endpoint: proxy.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  proxy.faults.add({ action: 'CreateChangeSet', kind, delay: 60 });
  const TemplateBody = 'Resources: { A: { Type: AWS::SNS::Topic } }';
  const asked = {
    StackName: 's',
    ChangeSetName: 'c',
    ChangeSetType: 'CREATE',
    TemplateBody,
  } as const;
  const before = Date.now();
  const said = await client.send(new CreateChangeSetCommand(asked)).then(
    () => 'answered',
    (error: Error) => error.name,
  );
  const [request] = proxy.requests();
  const arrived = fake.requests().length;
  await proxy.close();
  await fake.close();
  return {
    said,
    arrived,
    status: request?.status,
    fault: request?.fault,
    took: Date.now() - before,
  };
}

test.each([
  ['throttle', { said: 'Throttling', arrived: 0, status: 400 }],
  ['error-503', { arrived: 0, status: 503 }],
  ['reset', { said: 'Error', arrived: 0, status: 0 }],
  ['lose-answer', { said: 'Error', arrived: 1, status: 0 }],
  ['double', { said: 'AlreadyExistsException', arrived: 2, status: 400 }],
  ['delay', { said: 'answered', arrived: 1, status: 200 }],
] as const)('%s happens to the request it is meant for', async (kind, expected) => {
  const found = await outcome(kind);
  expect(found).toMatchObject({ ...expected, fault: kind });
  if (kind === 'delay') expect(found.took).toBeGreaterThanOrEqual(60);
});

test('a fault waits for the request whose turn it is, and passes', async () => {
  const fake = await startFakeCloudFormation({ stacks: [{ name: 's' }] });
  const proxy = await startFaultProxy(fake.url);
  proxy.faults.add({ action: 'GET', kind: 'error-503', nth: 2, times: 2 });
  const statuses: number[] = [];
  for (let index = 0; index < 4; index += 1)
    statuses.push((await fetch(`${proxy.url}/bucket/key`)).status);
  await proxy.close();
  await fake.close();
  expect(statuses).toEqual([404, 503, 503, 404]);
});
