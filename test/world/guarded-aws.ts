import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { StepResult } from '../../src/lab/step/step.ts';
import type { Administrator, DeployedRole, Keys } from '../aws/iam.ts';
import { changed, openRights, type RightsWorld, roleParameters, subject } from './aws-rights.ts';
import { type AwsWorld, openAws } from './aws-world.ts';
import { sharedConfiguration, shopTemplate } from './shared-shop.ts';
import type { Trigger } from './world.ts';

/** The role that CloudFormation works with. */
export const executionRole = 'arn:aws:iam::123456789012:role/shop-execution';

/** A preview in a stack of its own that uses what its rights are for. */
export const stackMode = (bucket: string) => `preview:
  probe: { path: /healthz, within: 5s }
  target: cloudformation
  cloudformation:
    template: infra/preview.yaml
    stack-name: "shop-preview-{id}"
    s3-bucket: ${bucket}
    role-arn: ${executionRole}
    termination-protection: true
    detect-drift: true
    capabilities: [CAPABILITY_AUTO_EXPAND]
    parameters: { Commit: "{sha}" }
    url: output:Url
`;

/** Previews in a shared stack, likewise. */
export const expandMode = (bucket: string) =>
  sharedConfiguration
    .replace(
      /mode: expand\n/,
      `$&    role-arn: ${executionRole}\n    s3-bucket: ${bucket}\n    tags: { team: shop }\n`,
    )
    .replace(/ +priorities:/, '      require-image: ecr\n$&');

/** Subjects of the tokens of jobs. */
export const pullRequests = `repo:${subject}:pull_request`;
export const defaultBranch = `repo:${subject}:ref:refs/heads/main`;

/** What a step of the default branch or a pull request runs with. */
export interface Cast extends RightsWorld {
  /** For templates. */
  readonly bucket: string;
  readonly s3: S3Client;
  readonly deploy: DeployedRole;
  readonly sweep: DeployedRole;
  readonly deployer: Keys;
  readonly sweeper: Keys;
}

/** An emulator that enforces IAM, for one file of tests. */
export async function openGuardedAws() {
  const aws = await openAws({ auth: true });
  let buckets = 0;
  return {
    close: () => aws.close(),
    clientOf: (keys: Keys) => clientOf(aws.url, keys),
    /** Plays in an account of its own, in which both roles are deployed from the templates as they are shipped. */
    inAccount: (configure: (bucket: string) => string, play: Play) => {
      buckets += 1;
      const bucket = `templates-${buckets}`;
      const configuration = configure(bucket);
      const hasShared = configuration.includes('mode: expand');
      return aws.inAws({ configuration }, async (amazon) => {
        const { admin, taken } = openRights(amazon, aws.url);
        const s3 = new S3Client({ ...placeOf(admin), forcePathStyle: true });
        await s3.send(new CreateBucketCommand({ Bucket: bucket }));
        const cast = { admin, taken, bucket, s3, ...(await deployRoles(admin, bucket, hasShared)) };
        if (hasShared) await openSharedStack(amazon, cast);
        await play(amazon, cast);
      });
    },
  };
}

type Play = (amazon: AwsWorld, cast: Cast) => Promise<void>;

async function deployRoles(admin: Administrator, bucket: string, hasShared: boolean) {
  const parameters = {
    ...roleParameters,
    OidcProviderArn: admin.provider,
    ExecutionRoleArn: executionRole,
    TemplateBucket: bucket,
    SharedStack: hasShared ? 'shop-testing' : '',
  };
  const deploy = await admin.deployRole('infra/understudy-deploy-role.yaml', {
    ...parameters,
    ImageRepositories: `arn:aws:ecr:eu-west-1:${admin.account}:repository/shop`,
  });
  const sweep = await admin.deployRole('infra/understudy-sweep-role.yaml', {
    ...parameters,
    BucketNames: 'shop-preview-*',
    DetectDrift: 'true',
  });
  await admin.changeRole(sweep, asEmulated(sweep.policies));
  const deployer = await admin.signIn(deploy, pullRequests);
  const sweeper = await admin.signIn(sweep, defaultBranch);
  return { deploy, sweep, deployer, sweeper };
}

/**
 * The emulator does not know the tags of stacks, so that what has to be tagged is never allowed. There the mark is
 * asked for as "IfExists"; the shipped words are held against what was called.
 */
export function asEmulated(policies: DeployedRole['policies']): DeployedRole['policies'] {
  return changed(policies, ({ Condition, ...statement }) => {
    const tagged = Object.keys(Condition?.StringEquals ?? {}).some((key) =>
      key.startsWith('aws:ResourceTag/'),
    );
    if (!Condition) return statement;
    return tagged
      ? { ...statement, Condition: { StringEqualsIfExists: Condition.StringEquals ?? {} } }
      : { ...statement, Condition };
  });
}

function placeOf({ url, account }: Administrator) {
  const credentials = { accessKeyId: account, secretAccessKey: 'root' };
  return { endpoint: url, region: 'eu-west-1', credentials };
}

/** An image of that tag in the account's repository `shop`. */
export async function putImage(admin: Administrator, imageTag: string): Promise<void> {
  const ecr = new ECRClient(placeOf(admin));
  const repositoryName = 'shop';
  await ecr.send(new CreateRepositoryCommand({ repositoryName })).catch(() => undefined);
  const imageManifest = JSON.stringify({ schemaVersion: 2, layers: [], tag: imageTag });
  await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
}

/** The shared stack, too large for a request, whose images are in the account's registry. */
async function openSharedStack(
  { client, application }: AwsWorld,
  { admin, bucket, s3 }: Pick<Cast, 'admin' | 'bucket' | 's3'>,
): Promise<void> {
  const registry = `${admin.account}.dkr.ecr.eu-west-1.amazonaws.com/shop`;
  const text = shopTemplate(application.port).replace('registry.example.com/acme/shop', registry);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'shop.yaml', Body: large(text) }));
  const TemplateURL = `${admin.url}/${bucket}/shop.yaml`;
  await client.send(new CreateStackCommand({ StackName: 'shop-testing', TemplateURL }));
  await putImage(admin, 'v1');
}

/** A template over 51,200 bytes. */
export function large(text: string): string {
  return `${text}# ${'x'.repeat(60_000)}\n`;
}

/** A pull request of a branch that has this template. */
export async function proposed(
  { world }: AwsWorld,
  branch: string,
  text: string,
): Promise<Trigger> {
  await world.push(branch, { 'infra/preview.yaml': text });
  return world.openPull(branch);
}

/** The first error that a step shows. */
export function errorOf({ annotations }: StepResult): string {
  return annotations.find(({ level }) => level === 'error')?.message ?? '';
}

function clientOf(endpoint: string, keys: Keys): CloudFormationClient {
  const credentials = {
    accessKeyId: keys.AWS_ACCESS_KEY_ID,
    secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
    sessionToken: keys.AWS_SESSION_TOKEN,
  };
  return new CloudFormationClient({ endpoint, region: 'eu-west-1', credentials });
}
