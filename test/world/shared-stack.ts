import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { duration, instant } from '../../src/core/time.ts';
import type {
  CloudFormationSettings,
  ExpandSettings,
} from '../../src/targets/cloudformation/settings.ts';
import { createCloudFormationTarget } from '../../src/targets/cloudformation/target.ts';
import type {
  DesiredPreview,
  DesiredPreviews,
  LeftOut,
  ProgressEvent,
  Target,
  Watch,
} from '../../src/targets/target.ts';
import { type FaultProxy, startFaultProxy } from '../aws/fault-proxy.ts';
import { deployByHand, stackOf, type Wish } from '../aws/stack-by-hand.ts';
import { settings } from '../targets/cloudformation/expand/shared-settings.ts';

/** An account of the emulator with a shared stack in it, and what its services are asked for. */
export interface SharedWorld {
  readonly client: CloudFormationClient;
  readonly proxy: FaultProxy;
  /** 12 digits. */
  readonly account: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Asked by each task definition that is made or changed: `false` = it fails. */
  accepts(task: string): boolean;
  /** Tasks that were asked about, in order. */
  readonly asked: string[];
  readonly port: number;
  template(stack?: string): Promise<string>;
  deploy(wish: Wish): Promise<unknown>;
  /** Values of a stack's parameters, by name. */
  parameters(stack: string): Promise<Readonly<Record<string, string>>>;
  /** A bucket with texts in it. */
  bucket(name: string, objects: Readonly<Record<string, string>>): Promise<void>;
  /** An image of that tag in the account's registry. */
  image(repository: string, tag: string): Promise<void>;
  close(): Promise<void>;
}

let accounts = 0;

export async function openShared(
  url: string,
): Promise<SharedWorld & { accepts: (task: string) => boolean }> {
  accounts += 1;
  const accessKeyId = String(200_000_000_000 + process.pid * 1000 + accounts);
  const proxy = await startFaultProxy(url);
  const credentials = { accessKeyId, secretAccessKey: 'test' };
  const place = { endpoint: url, region: 'eu-west-1', credentials };
  const client = new CloudFormationClient(place);
  const asked: string[] = [];
  const { server, port } = await openApplication((task) => {
    asked.push(task);
    return world.accepts(task);
  });
  const world = {
    client,
    proxy,
    account: accessKeyId,
    environment: {
      AWS_ENDPOINT_URL: proxy.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    accepts: (_task: string) => true,
    asked,
    port,
    template: async (stack = 'shared') => {
      const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: stack }));
      return TemplateBody ?? '';
    },
    deploy: (wish: Wish) => deployByHand(client, wish),
    parameters: async (stack: string) => {
      const { Parameters = [] } = await stackOf(client, stack);
      return Object.fromEntries(
        Parameters.map(({ ParameterKey = '', ParameterValue = '' }) => [
          ParameterKey,
          ParameterValue,
        ]),
      );
    },
    bucket: (name: string, objects: Readonly<Record<string, string>>) =>
      fillBucket(new S3Client({ ...place, forcePathStyle: true }), name, objects),
    image: (repository: string, tag: string) => putImage(new ECRClient(place), repository, tag),
    close: async () => {
      await proxy.close();
      server.close();
      client.destroy();
    },
  };
  return world;
}

async function fillBucket(
  s3: S3Client,
  Bucket: string,
  objects: Readonly<Record<string, string>>,
): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const [Key, Body] of Object.entries(objects)) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
}

async function putImage(ecr: ECRClient, repositoryName: string, imageTag: string): Promise<void> {
  await ecr.send(new CreateRepositoryCommand({ repositoryName })).catch(() => undefined);
  const imageManifest = JSON.stringify({ schemaVersion: 2, layers: [], tag: imageTag });
  await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
}

async function openApplication(accepts: (task: string) => boolean) {
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const fine = pathname !== '/check' || accepts(searchParams.get('task') ?? '');
    response.writeHead(fine ? 200 : 500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

const check = `const http = require('http'); const url = require('url');
          const ask = (at) => new Promise((done) => http.get(at, (r) => { r.resume(); done(r.statusCode); }));
          exports.handler = async (event) => {
            const task = event.ResourceProperties.Task;
            const status = event.RequestType === 'Delete' ? 200
              : await ask(event.ResourceProperties.Ask + encodeURIComponent(task));
            const body = JSON.stringify({ Status: status === 200 ? 'SUCCESS' : 'FAILED', Reason: 'the container crashed',
              PhysicalResourceId: event.LogicalResourceId, StackId: event.StackId, RequestId: event.RequestId,
              LogicalResourceId: event.LogicalResourceId });
            await new Promise((done) => { const to = url.parse(event.ResponseURL);
              const req = http.request({ ...to, method: 'PUT', headers: { 'content-length': Buffer.byteLength(body) } }, (r) => { r.resume(); r.on('end', done); });
              req.end(body); });
          };`;

/** A load-balanced service; its task is checked by a function that asks the test. */
export function sharedTemplate(port: number, more = ''): string {
  return `# The shop's own words stay.
Parameters:
  Environment: { Type: String }
  Secret: { Type: String, NoEcho: true }
  LiteVersion: { Type: String, Default: v1 }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] }
  CheckFunction:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Timeout: 30
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          ${check}
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: { Type: application }
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 80
      Protocol: HTTP
      DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: "404" } }]
  Cluster:
    Type: AWS::ECS::Cluster
  TaskDefinition: # one for each
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: lite
      ContainerDefinitions:
        - Name: lite
          Image: !Sub "\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.amazonaws.com/lite:\${LiteVersion}"
          Memory: 128
  Check:
    Type: Custom::Check
    Properties:
      ServiceToken: !GetAtt CheckFunction.Arn
      Task: !Ref TaskDefinition
      Ask: http://127.0.0.1:${port}/check?task=
  TargetGroup:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: { Port: 80, Protocol: HTTP, VpcId: !Ref Vpc, TargetType: ip }
  ListenerRule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: 12000
      Conditions: [{ Field: host-header, HostHeaderConfig: { Values: [lite.example.com] } }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref TargetGroup }]
${more}Outputs:
  Url:
    Value: !Sub ["http://127.0.0.1:${port}/\${Group}", { Group: !Ref "AWS::StackName" }]
`;
}

export const parameters = [
  { ParameterKey: 'Environment', ParameterValue: 'testing' },
  { ParameterKey: 'Secret', ParameterValue: 'canary-secret' },
];

const expand: ExpandSettings = {
  stack: 'shared',
  resources: ['TaskDefinition', 'Check', 'TargetGroup', 'ListenerRule'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
  domain: '{id}.lite.${Environment}.example.com',
  image: '{sha}',
  priorities: { from: 12001, to: 12003 },
  requireImage: 'none',
  outputs: ['Url'],
  attempts: 2,
};

export function settingsOf(
  given: Partial<CloudFormationSettings> = {},
  expanded: Partial<ExpandSettings> = {},
): CloudFormationSettings {
  return settings({ url: 'output:Url', expand: { ...expand, ...expanded }, ...given });
}

/** A repository whose previews live in the shared stack. */
export class Shop {
  readonly repository: string;
  readonly service: string;
  readonly settings: CloudFormationSettings;
  readonly files: ReadonlyMap<string, string>;
  readonly world: Pick<SharedWorld, 'environment'>;
  readonly #open = new Map<string, DesiredPreview>();
  #runs = 0;

  constructor(
    world: Pick<SharedWorld, 'environment'>,
    given: {
      repository?: string;
      service?: string;
      settings?: CloudFormationSettings;
      files?: ReadonlyMap<string, string>;
    } = {},
  ) {
    this.world = world;
    this.repository = given.repository ?? 'acme/shop';
    this.service = given.service ?? 'lite';
    this.settings = given.settings ?? settingsOf();
    this.files = given.files ?? new Map();
  }

  /** One run: a target of its own. */
  target(): Target {
    this.#runs += 1;
    const target = createCloudFormationTarget({
      repository: this.repository,
      services: [{ name: this.service, settings: this.settings }],
      files: {
        at: async () => undefined,
        trusted: async (path) => this.files.get(path),
        folderAt: async () => new Map(),
        trustedFolder: async (folder) =>
          new Map(
            [...this.files].flatMap(([path, text]) =>
              path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), text]] : [],
            ),
          ),
      },
      environment: this.world.environment,
      operation: `${this.repository.replace('/', '-')}-run-${this.#runs}`,
      now: () => instant(Date.now()),
      pause,
    });
    return lazily(target);
  }

  /** The pull request's head is this commit now. */
  push(id: string, pullRequest: number, digit: string): DesiredPreview {
    const commit = digit.repeat(40);
    const preview: DesiredPreview = {
      repository: this.repository,
      previewId: id,
      pullRequest,
      commit,
      requested: false,
      fingerprint: 'f1',
      services: [
        {
          name: this.service,
          host: '',
          probe: { path: '/healthz', within: duration(3000) },
          settings: this.settings,
          names: { stackName: '', namespace: '' },
          values: { id, ID: id.toUpperCase(), sha: commit },
        },
      ],
    };
    this.#open.set(id, preview);
    return preview;
  }

  closePull(id: string): void {
    this.#open.delete(id);
  }

  desired(occasion: DesiredPreview): DesiredPreviews {
    const byNumber = (a: DesiredPreview, b: DesiredPreview) => a.pullRequest - b.pullRequest;
    return { occasion, all: async () => [...this.#open.values()].sort(byNumber) };
  }

  /** Plans and deploys as a run does; answers both. */
  async run(occasion: DesiredPreview, watch = new Watcher()) {
    const target = this.target();
    const desired = this.desired(occasion);
    const plan = await target.plan(desired, { dryRun: false, signal: watch.signal });
    return { plan, result: await target.deploy(desired, watch), watch };
  }
}

function lazily(target: Target | Promise<Target>): Target {
  const opened = Promise.resolve(target);
  return {
    plan: async (desired, purpose) => (await opened).plan(desired, purpose),
    deploy: async (desired, watch) => (await opened).deploy(desired, watch),
    observe: async (repository) => (await opened).observe(repository),
    destroy: async (key, watch) => (await opened).destroy(key, watch),
    extend: async (key, expiresAt) => (await opened).extend(key, expiresAt),
  };
}

/** Remembers what was told. Its properties are its own, since targets copy them. */
export class Watcher implements Watch {
  readonly events: ProgressEvent[] = [];
  readonly wait = true;
  readonly signal: AbortSignal = new AbortController().signal;
  readonly progress = (event: ProgressEvent): void => {
    this.events.push(event);
  };

  readonly others: LeftOut[] = [];
  readonly leftOut = (other: LeftOut): void => {
    this.others.push(other);
  };

  steps(): readonly string[] {
    const steps = this.events.flatMap((event) => (event.kind === 'step' ? [event.step] : []));
    return [...new Set(steps)];
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, 200));
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
