import { CreateStackCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectNearby } from '../../src/targets/cloudformation/nearby/entry.ts';
import { template } from '../world/aws-preview.ts';
import { changed, foreign, only, unpermitted, unused } from '../world/aws-rights.ts';
import {
  asEmulated,
  errorOf,
  expandMode,
  openGuardedAws,
  proposed,
  putImage,
  stackMode,
} from '../world/guarded-aws.ts';
import { headOf } from '../world/world.ts';

let aws: Awaited<ReturnType<typeof openGuardedAws>>;

beforeAll(async () => {
  aws = await openGuardedAws();
}, 120_000);

afterAll(() => aws.close());

const plain = 'Resources: { Handle: { Type: AWS::CloudFormation::WaitConditionHandle } }';

/** Rights that the sweeps below do not use, and why they are there all the same. */
const notUsed = {
  stacks: [
    // AWS asks for it within DetectStackDrift. Source: User Guide, "Detect drift on an entire CloudFormation stack".
    'drift cloudformation:DetectStackResourceDrift',
    // A live preview that drifted.
    'drift cloudformation:DescribeStackResourceDrifts',
    // AWS asks for it likewise, for types of third parties.
    'drift cloudformation:BatchDescribeTypeConfigurations',
    // Why a deletion failed. Optional.
    'stacks cloudformation:DescribeEvents',
  ],
  shared: [
    // The stack was changed meanwhile: expand/shared-stack/prepared-draft.ts.
    'shared-stack cloudformation:DeleteChangeSet',
    // Why an update failed. Optional.
    'shared-stack cloudformation:DescribeEvents',
    // A shared stack that is stuck: expand/shared-stack/wait-until-free.ts.
    'shared-stack cloudformation:ContinueUpdateRollback',
    // A shared template with `Transform:`.
    'shared-stack cloudformation:CreateChangeSet',
  ],
};

describe('the role that sweeps', () => {
  test('takes previews away, tells of drift, and makes nothing', () =>
    aws.inAccount(stackMode, async (amazon, { taken, sweep, deployer, sweeper: env }) => {
      const { world, application } = amazon;
      const text = template(application.port);
      for (const branch of ['feature/lamp', 'feature/sofa']) {
        const opened = await proposed(amazon, branch, text);
        expect(await amazon.step(opened, { env: deployer })).toMatchObject({ exit: 0 });
      }
      await world.closePull(2);
      taken();
      const swept = await amazon.step(await world.schedule(), { env });
      expect(swept).toMatchObject({ exit: 0, outputs: { reason: 'sweep: 1 removed, 1 kept' } });
      const calls = taken();
      expect(unpermitted(calls, sweep.policies)).toEqual([]);
      expect(unused(calls, only(sweep, ['stacks', 'drift']))).toEqual(notUsed.stacks);
      const removing = calls.filter(({ action }) => /:(?:Delete|Update)/.test(action));
      const actions = new Set(removing.map(({ action }) => action));
      expect(actions.size).toBe(2);
      const unmarked = removing.map((call) => ({ ...call, context: {} }));
      for (const refused of [removing.map(foreign), unmarked])
        expect(unpermitted(refused, sweep.policies)).toHaveLength(2);

      const third = await proposed(amazon, 'feature/chair', text);
      const denied = await amazon.step(third, { env });
      expect(denied.exit).toBe(1);
      expect(errorOf(denied)).toContain('the action cloudformation:CreateChangeSet');
      const command = new CreateStackCommand({ StackName: 'shop-preview-x', TemplateBody: plain });
      await expect(aws.clientOf(env).send(command)).rejects.toThrow('not authorized');
    }));

  test('takes previews out of a shared stack', () =>
    aws.inAccount(expandMode, async (amazon, { admin, taken, sweep, deployer, sweeper }) => {
      const { world } = amazon;
      for (const branch of ['feature/lamp', 'feature/sofa']) {
        const opened = await world.pullRequest(branch);
        await putImage(admin, headOf(opened));
        expect(await amazon.step(opened, { env: deployer })).toMatchObject({ exit: 0 });
      }
      await world.closePull(1);
      taken();
      const swept = await amazon.step(await world.schedule(), { env: sweeper });
      expect(swept).toMatchObject({ exit: 0, outputs: { reason: 'sweep: 1 removed, 1 kept' } });
      const calls = taken();
      expect(unpermitted(calls, sweep.policies)).toEqual([]);
      const policies = only(sweep, ['shared-stack', 'templates', 'hand-over']);
      expect(unused(calls, policies)).toEqual(notUsed.shared);
      const StackName = 'shop-testing';
      const deletion = aws.clientOf(sweeper).send(new DeleteStackCommand({ StackName }));
      await expect(deletion).rejects.toThrow('cloudformation:DeleteStack');
    }));

  test.each([
    ['List', 'cloudformation:DescribeStacks'],
    ['Remove', 'cloudformation:UpdateTerminationProtection'],
  ])('without the statement %s a run fails and names %s', (left, action) =>
    aws.inAccount(stackMode, async (amazon, { admin, deployer, sweep }) => {
      const opened = await proposed(amazon, 'feature/lamp', template(amazon.application.port));
      await amazon.step(opened, { env: deployer });
      await amazon.world.closePull(1);
      const rest = changed(sweep.policies, (one) => (one.Sid === left ? undefined : one));
      const env = await admin.user(asEmulated(rest));
      const step = await amazon.step(await amazon.world.schedule(), { env });
      expect(step.exit).toBe(1);
      expect(errorOf(step)).toMatch(new RegExp(`AWS denies to \\S+ the action ${action}\\b`));
    }),
  );

  test('empties buckets of the previews, and no others', () =>
    aws.inAccount(stackMode, async (amazon, { admin, s3, bucket, taken, sweep, sweeper }) => {
      const Bucket = `shop-preview-${admin.account}`;
      await s3.send(new CreateBucketCommand({ Bucket }));
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      for (const Body of ['one', 'two'])
        await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body }));
      const environment = { ...amazon.env, ...sweeper };
      const nearby = connectNearby({ region: 'eu-west-1', environment });
      await nearby.emptyBucket(Bucket);
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      expect(Versions).toEqual([]);
      expect(unpermitted(taken(), sweep.policies)).toEqual([]);
      const denied = nearby.emptyBucket(bucket);
      await expect(denied).rejects.toThrow('the action s3:ListBucketVersions');
    }));
});
