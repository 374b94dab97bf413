import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { configuration, opened, template } from '../world/aws-preview.ts';
import { type AwsWorld, openAws } from '../world/aws-world.ts';
import { inParallel } from '../world/crash.ts';
import {
  deployedShop,
  openShop,
  sharedConfiguration,
  shopResources,
} from '../world/shared-shop.ts';
import { headOf, type Trigger } from '../world/world.ts';

let aws: Awaited<ReturnType<typeof openAws>>;

beforeAll(async () => {
  aws = await openAws();
}, 120_000);

afterAll(() => aws.close());

const atOnce = 3;

/** A request at which a run is killed: before it has any effect, or with its effect done and the answer lost. */
interface Boundary {
  readonly action: string;
  readonly cut: 'before' | 'after';
}

/** Where something is made, changed or under way. */
const making: readonly Boundary[] = [
  { action: 'CreateChangeSet', cut: 'before' },
  { action: 'CreateChangeSet', cut: 'after' },
  { action: 'DescribeChangeSet', cut: 'after' },
  { action: 'ExecuteChangeSet', cut: 'before' },
  { action: 'ExecuteChangeSet', cut: 'after' },
  { action: 'DescribeStackEvents', cut: 'before' },
];

/** What a teardown asks for instead, where that is not `DeleteStack`. */
const inTeardown: Readonly<Record<string, string>> = {
  DescribeStacks: 'DescribeStacks',
  DescribeStackEvents: 'DescribeStackEvents',
};

/** Kills the run at the boundary, and runs it again; answers where that was. */
async function crashed(amazon: AwsWorld, trigger: Trigger, { action, cut }: Boundary) {
  const { proxy, world, env } = amazon;
  const at = `killed ${cut} ${action}`;
  proxy.faults.add({ kind: cut === 'before' ? 'reset' : 'lose-answer', action });
  const running = world.start(trigger, { env });
  proxy.watch = ({ fault }) => (fault === undefined ? undefined : running.kill());
  const { exit } = await running.finished;
  proxy.watch = () => {};
  proxy.faults.clear();
  expect([at, exit]).toEqual([at, 137]);
  const again = await amazon.step(trigger, { attempt: 2 });
  expect([at, again.outputs.reason, again.exit]).toEqual([at, again.outputs.reason, 0]);
  return at;
}

/** A preview comes beside another one and goes; both runs are killed. */
async function inSharedStack(amazon: AwsWorld, boundary: Boundary) {
  const { world } = amazon;
  const original = await openShop(amazon);
  const other = await world.pullRequest('feature/sofa');
  expect(await amazon.step(other)).toMatchObject({ exit: 0 });
  const before = { text: await deployedShop(amazon), resources: await shopResources(amazon) };
  const state = async () => ({
    text: await deployedShop(amazon),
    resources: await shopResources(amazon),
    comments: (await world.observe()).comments['2']?.length,
  });

  const open = await world.pullRequest('feature/lamp');
  const at = await crashed(amazon, open, boundary);
  expect({ at, ...(await state()) }).toEqual({
    at,
    text: expect.stringContaining(`registry.example.com/acme/shop:${headOf(open)}`),
    resources: expect.objectContaining(before.resources),
    comments: 1,
  });
  await crashed(amazon, await world.closePull(2), boundary);
  expect({ at, ...(await state()) }).toEqual({ at, ...before, comments: 1 });
  expect(await amazon.step(await world.closePull(1))).toMatchObject({ exit: 0 });
  expect({ at, text: await deployedShop(amazon) }).toEqual({ at, text: original });
}

/** A first deploy, an update and a teardown, each killed. */
async function inOwnStack(amazon: AwsWorld, boundary: Boundary) {
  const { world, application } = amazon;
  const state = async () => {
    const [stack, ...others] = await amazon.stacks();
    return {
      status: stack?.StackStatus,
      commit: stack?.Tags?.find(({ Key }) => Key === 'understudy:commit')?.Value,
      others,
      comments: (await world.observe()).comments['1']?.length,
    };
  };
  const rest = { others: [], comments: 1 };

  const open = await opened(amazon);
  const at = await crashed(amazon, open, boundary);
  const created = { status: 'CREATE_COMPLETE', commit: headOf(open), ...rest };
  expect({ at, ...(await state()) }).toEqual({ at, ...created });

  const topic = '  Topic: { Type: AWS::SNS::Topic }\n';
  const text = template(application.port, topic);
  const pushed = await world.update('feature/lamp', { 'infra/preview.yaml': text });
  await crashed(amazon, pushed, boundary);
  const updated = { status: 'UPDATE_COMPLETE', commit: headOf(pushed), ...rest };
  expect({ at, ...(await state()) }).toEqual({ at, ...updated });

  const removing = inTeardown[boundary.action] ?? 'DeleteStack';
  await crashed(amazon, await world.closePull(1), { ...boundary, action: removing });
  expect({ at, stacks: await amazon.stacks() }).toEqual({ at, stacks: [] });
}

describe('killed at a request to AWS and run again, everything ends as after an undisturbed run', () => {
  test('in a stack that previews share', async () => {
    const boundaries: readonly Boundary[] = [{ action: 'GetTemplate', cut: 'after' }, ...making];
    await inParallel(boundaries, atOnce, (boundary) =>
      aws.inAws({ configuration: sharedConfiguration }, (amazon) =>
        inSharedStack(amazon, boundary),
      ),
    );
  }, 180_000);

  test('in a stack of the preview’s own', async () => {
    const boundaries: readonly Boundary[] = [{ action: 'DescribeStacks', cut: 'after' }, ...making];
    await inParallel(boundaries, atOnce, (boundary) =>
      aws.inAws({ configuration }, (amazon) => inOwnStack(amazon, boundary)),
    );
  }, 180_000);
});
