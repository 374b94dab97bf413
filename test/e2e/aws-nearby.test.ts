import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectNearby } from '../../src/targets/cloudformation/nearby/entry.ts';
import { templates } from '../../src/targets/cloudformation/template/open.ts';
import { type Ministack, ministackProgram, startMinistack } from '../aws/ministack.ts';
import { whySkipped } from './tools.ts';

const account = '424242424242';
const region = 'eu-west-1';
const emulated = whySkipped(ministackProgram()) === undefined ? describe : describe.skip;

emulated('services nearby, on the emulator', () => {
  let aws: Ministack;
  beforeAll(async () => {
    aws = await startMinistack();
  });
  afterAll(() => aws?.close());

  const client = () => ({
    region,
    endpoint: aws.url,
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
  });
  const s3 = () => new S3Client({ ...client(), forcePathStyle: true });
  const environment = () => ({
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  const nearby = () => connectNearby({ region, environment: environment(), account });

  test('CloudFormation reads a large template with a nested one where they were uploaded', async () => {
    await s3().send(new CreateBucketCommand({ Bucket: 'templates' }));
    const part = 'Resources:\n  Queue: { Type: AWS::SQS::Queue }\n';
    const text = `# ${'é'.repeat(26_000)}\nResources:\n  Part:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./part.yaml }\n`;
    const store = { bucket: 'templates', prefix: 'understudy', region, endpoint: aws.url };
    const packaged = await templates.package(
      { path: 'infra/a.yaml', text },
      { store, read: async (path) => (path === 'infra/part.yaml' ? part : undefined) },
    );
    const { template, uploads } = templates.transport(packaged.text, store);
    const urls: string[] = [];
    for (const upload of [...packaged.uploads, ...uploads, ...uploads])
      urls.push(await nearby().upload(upload));
    expect(template).toEqual({ url: urls[1] });
    expect(urls[2]).toBe(urls[1]);
    const cloud = new CloudFormationClient(client());
    const names = { StackName: 'large', ChangeSetName: 'first' };
    await cloud.send(
      new CreateChangeSetCommand({ ...names, ChangeSetType: 'CREATE', TemplateURL: urls[1] }),
    );
    const { Status } = await cloud.send(new DescribeChangeSetCommand(names));
    expect(Status).toBe('CREATE_COMPLETE');
    const { TemplateBody } = await cloud.send(new GetTemplateCommand(names));
    expect(TemplateBody).toBe(packaged.text);
  });

  test('a bucket is emptied of versions and markers, over more than one page', async () => {
    const Bucket = 'shop-preview-1';
    await s3().send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const keys = Array.from({ length: 340 }, (_, index) => `object ${index} & <ü>`);
    for (let round = 0; round < 3; round += 1)
      await Promise.all(
        keys.map((Key) => s3().send(new PutObjectCommand({ Bucket, Key, Body: `${round}` }))),
      );
    await s3().send(new DeleteObjectCommand({ Bucket, Key: keys[0] }));
    await nearby().emptyBucket(Bucket);
    const { Versions = [], DeleteMarkers = [] } = await s3().send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    expect([...Versions, ...DeleteMarkers]).toEqual([]);
    await nearby().emptyBucket('never-was');
  });

  test('an image is there once it was pushed', async () => {
    const ecr = new ECRClient(client());
    const image = { region, repository: 'app/web', version: { tag: 'abc' } } as const;
    await expect(nearby().imageExists(image)).rejects.toThrow('there is no repository app/web');
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'app/web' }));
    expect(await nearby().imageExists(image)).toBe(false);
    const imageManifest = '{"schemaVersion":2}';
    await ecr.send(
      new PutImageCommand({ repositoryName: 'app/web', imageTag: 'abc', imageManifest }),
    );
    expect(await nearby().imageExists(image)).toBe(true);
  });

  test('a listener says which priorities are taken, and its load balancer how many groups it has', async () => {
    const balancing = new ElasticLoadBalancingV2Client(client());
    const { LoadBalancers } = await balancing.send(
      new CreateLoadBalancerCommand({ Name: 'previews', Subnets: ['subnet-1', 'subnet-2'] }),
    );
    const { TargetGroups } = await balancing.send(
      new CreateTargetGroupCommand({ Name: 'shop', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1' }),
    );
    const forward = [
      { Type: 'forward' as const, TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn },
    ];
    const { Listeners } = await balancing.send(
      new CreateListenerCommand({
        LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: forward,
      }),
    );
    const ListenerArn = Listeners?.[0]?.ListenerArn ?? '';
    for (const Priority of [12_001, 7])
      await balancing.send(
        new CreateRuleCommand({
          ListenerArn,
          Priority,
          Conditions: [{ Field: 'host-header', Values: [`${Priority}.example.com`] }],
          Actions: forward,
        }),
      );
    const rules = await nearby().listenerRules(ListenerArn);
    expect(rules.map(({ priority }) => priority)).toEqual([7, 12_001]);
    expect(await nearby().targetGroupCount(ListenerArn)).toBe(1);
  });
});
