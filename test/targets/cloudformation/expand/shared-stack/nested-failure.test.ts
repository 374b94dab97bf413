import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type FakeCloudFormation,
  startFakeCloudFormation,
} from '../../../../aws/fake-cloudformation.ts';
import { Shop, settingsOf, Watcher } from '../../../../world/shared-stack.ts';

const credentials = { accessKeyId: '123456789012', secretAccessKey: 'test' };
const bucket = 'https://templates.s3.us-east-1.amazonaws.com';
const crash = { on: 'create', reason: 'the container crashed' } as const;

let aws: FakeCloudFormation;
let application: Server;
let port = 0;

beforeEach(async () => {
  application = createServer((_request, response) => response.end());
  await new Promise<void>((ready) => application.listen(0, '127.0.0.1', ready));
  port = (application.address() as AddressInfo).port;
  aws = await startFakeCloudFormation({ speed: 200 });
});

afterEach(async () => {
  await aws.close();
  application.close();
});

/** Without listener rules: the fake has no load balancers that could be asked for their priorities. */
function sharedText(more = ''): string {
  return `# The shop's own words stay.
Resources:
  Cluster:
    Type: AWS::ECS::Cluster
  TaskDefinition: # one for each
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: shop
      ContainerDefinitions:
        - Name: shop
          Image: registry.example.com/shop:v1
  Service:
    Type: AWS::ECS::Service
    Properties:
      ServiceName: shop
      Cluster: !Ref Cluster
      TaskDefinition: !Ref TaskDefinition
      Tags: []
${more}Outputs:
  Url: { Value: http://127.0.0.1:${port}/ }
`;
}

function rootText(folder: string): string {
  return `Resources:
  Topic: { Type: AWS::SNS::Topic }
  Lite:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ${folder}/lite.yaml }
  Pro:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ${folder}/pro.yaml }
`;
}

function release(name: string): string {
  return `- docker: ${name}\n  github: shop\n  deploy: { release: v1, preview: true }\n`;
}

async function create(name: string, template: string): Promise<void> {
  const client = new CloudFormationClient({ endpoint: aws.url, region: 'us-east-1', credentials });
  await client.send(new CreateStackCommand({ StackName: name, TemplateBody: template }));
  aws.advance(100);
  client.destroy();
}

function textOf(stack: string): string {
  return aws.stacks().find(({ name }) => name.startsWith(stack))?.definition?.body ?? '';
}

const world = () => ({
  environment: {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  },
});

/** A root stack whose two nested ones are shared, and name what they have alike. */
async function openNested() {
  aws.change({
    templates: { [`${bucket}/lite.yaml`]: sharedText(), [`${bucket}/pro.yaml`]: sharedText() },
  });
  await create('root', rootText(bucket));
  const files = new Map([
    ['infra/index.yaml', rootText('.')],
    ['infra/lite.yaml', sharedText()],
    ['infra/pro.yaml', sharedText()],
    ['releases/service/shop.yaml', release('lite') + release('pro')],
  ]);
  const settings = settingsOf(
    { s3Bucket: 'templates' },
    {
      stack: 'root',
      resources: ['Service'],
      root: { folder: 'infra', template: 'index.yaml' },
      releases: 'releases',
    },
  );
  const shop = new Shop(world(), { service: 'shop', settings, files });
  await shop.run(shop.push('1d0fd508', 1, 'a'));
  return { shop, files };
}

const service = { file: 'infra/pro.yaml', line: 12, column: 3 };

describe('a failure inside a nested stack that previews share', () => {
  test('leaves out the preview at fault there, and its own run tells the first cause and its line', async () => {
    const { shop } = await openNested();
    const failure = { ...crash, logicalId: 'ServiceBADBAD00', stack: 'root-Pro' };
    aws.change({ failures: [failure] });
    const bad = shop.push('badbad00', 2, 'c');
    const others = await shop.run(shop.push('f4436797', 3, 'd'));
    expect(others.result).toMatchObject({ kind: 'ready' });
    for (const stack of ['root-Lite', 'root-Pro']) {
      expect(textOf(stack)).toContain(`shop:${'a'.repeat(40)}`);
      expect(textOf(stack)).toContain(`shop:${'d'.repeat(40)}`);
    }
    expect(textOf('root-Pro')).toMatch(/badbad00.*"attempts":1/);
    expect(textOf('root-Pro')).not.toContain(`shop:${'c'.repeat(40)}`);
    expect(textOf('root-Lite')).not.toContain('"attempts"');

    const own = await shop.run(bad);
    expect(own.result).toMatchObject({
      kind: 'failed',
      reason: 'Pro/ServiceBADBAD00 the container crashed',
      location: service,
    });
    expect(textOf('root-Pro')).toMatch(/badbad00.*"attempts":2/);
    expect((await shop.run(bad)).result).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^held: .*the container crashed$/),
      location: service,
    });
    expect(aws.stack('root')?.status).toBe('UPDATE_COMPLETE');

    for (const [number, id] of ['1d0fd508', 'badbad00', 'f4436797'].entries()) {
      shop.closePull(id);
      const key = { repository: 'acme/shop', previewId: id, pullRequest: number + 1 };
      expect(await shop.target().destroy(key, new Watcher())).toEqual([]);
    }
    expect([textOf('root-Lite'), textOf('root-Pro')]).toEqual([sharedText(), sharedText()]);
  });

  test('is nobody’s when the shared template itself fails, and tells its line', async () => {
    const { shop, files } = await openNested();
    aws.change({ failures: [{ ...crash, logicalId: 'Queue' }] });
    files.set('infra/lite.yaml', sharedText('  Queue:\n    Type: AWS::SQS::Queue\n'));
    const { result } = await shop.run(shop.push('f4436797', 3, 'd'));
    expect(result).toMatchObject({
      kind: 'failed',
      reason: 'AWS::SQS::Queue Lite/Queue of the shared stack failed: the container crashed',
      location: { file: 'infra/lite.yaml', line: 19 },
    });
    expect(textOf('root-Lite')).not.toContain('"attempts"');
  });
});

describe('a failure inside a nested stack of a preview’s own', () => {
  test('leaves out that preview, and the others go on', async () => {
    const inner = 'Resources:\n  Table: { Type: AWS::DynamoDB::Table }\n';
    aws.change({ templates: { [`${bucket}/inner.yaml`]: inner } });
    const text = sharedText(`  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ${bucket}/inner.yaml }
`);
    await create('shared', text);
    const files = new Map([['infra/shared.yaml', text]]);
    const settings = settingsOf(
      { template: 'infra/shared.yaml' },
      { resources: ['Service', 'Inner'] },
    );
    const shop = new Shop(world(), { settings, files });
    aws.change({
      failures: [{ ...crash, logicalId: 'Table', stack: 'shared-InnerBADBAD00' }],
    });
    const bad = shop.push('badbad00', 2, 'c');
    expect((await shop.run(shop.push('f4436797', 3, 'd'))).result).toMatchObject({ kind: 'ready' });
    expect(textOf('shared')).toMatch(/badbad00.*"attempts":1/);
    expect((await shop.run(bad)).result).toMatchObject({
      kind: 'failed',
      reason: 'InnerBADBAD00/Table the container crashed',
      location: { file: 'infra/shared.yaml', line: 19 },
    });
  });
});
