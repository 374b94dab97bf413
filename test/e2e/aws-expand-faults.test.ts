import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultKind } from '../aws/fault-proxy.ts';
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
/** A deploy and a teardown that meet nothing ask this much at least. */
const fewest = 10;

/** Runs a step while one request of it goes wrong; answers whether there was such a request. */
async function disturbed(amazon: AwsWorld, trigger: Trigger, kind: FaultKind, nth: number) {
  const { faults, forget, requests } = amazon.proxy;
  faults.clear();
  forget();
  faults.add({ kind, nth, delay: 400 });
  const { exit, outputs } = await amazon.step(trigger);
  faults.clear();
  const struck = requests().find(({ fault }) => fault !== undefined);
  const what = `${kind} of request ${nth} (${struck?.action}): ${outputs.reason}`;
  return { exit, outputs, struck: struck !== undefined, what };
}

/** The shared stack as it is: its text, what it is made of and its status. */
async function stateOf(amazon: AwsWorld) {
  const [stack] = await amazon.stacks();
  const [text, resources] = [await deployedShop(amazon), await shopResources(amazon)];
  return { status: stack?.StackStatus, text, resources };
}

/** The preview's resources, whatever their physical ids. */
function clones(id = '') {
  const names = ['Service', 'TaskDefinition', 'TargetGroup', 'ListenerRule'];
  return Object.fromEntries(
    names.map((name) => [`${name}${id.toUpperCase()}`, expect.stringMatching(/./)]),
  );
}

/** One preview comes and goes, and of each run the nth request meets the fault; whether one did. */
async function comeAndGo(amazon: AwsWorld, open: Trigger, kind: FaultKind, nth: number) {
  const { text, resources } = await stateOf(amazon);
  const deploy = await disturbed(amazon, open, kind, nth);
  const image = `registry.example.com/acme/shop:${headOf(open)}`;
  expect({ ...deploy, ...(await stateOf(amazon)) }).toMatchObject({
    what: deploy.what,
    exit: 0,
    outputs: { state: 'created' },
    status: 'UPDATE_COMPLETE',
    text: expect.stringContaining(image),
  });
  expect({ what: deploy.what, ...(await shopResources(amazon)) }).toEqual({
    what: deploy.what,
    ...resources,
    ...clones(deploy.outputs['preview-id']),
  });
  const teardown = await disturbed(amazon, await amazon.world.closePull(2), kind, nth);
  const { what, exit, outputs } = teardown;
  expect({ what, exit, leftovers: outputs.leftovers, ...(await stateOf(amazon)) }).toEqual({
    ...{ what, exit: 0, leftovers: '[]' },
    ...{ status: 'UPDATE_COMPLETE', text, resources },
  });
  return deploy.struck || teardown.struck;
}

describe('every request to AWS in turn, in a stack that previews share', () => {
  const kinds = ['throttle', 'error-503', 'reset', 'lose-answer', 'double', 'delay'] as const;
  test.each(kinds)(
    'may meet this: a preview comes and goes as it should, and the other one stays as it is: %s',
    async (kind) => {
      let [last, reached] = [0, 0];
      const worlds = Array.from({ length: atOnce }, (_, index) => index);
      await inParallel(worlds, atOnce, () =>
        aws.inAws({ configuration: sharedConfiguration }, async (amazon) => {
          const { world } = amazon;
          await openShop(amazon);
          const other = await world.pullRequest('feature/sofa');
          expect(await amazon.step(other)).toMatchObject({ exit: 0 });
          let open = await world.pullRequest('feature/lamp');
          for (;;) {
            last += 1;
            const nth = last;
            if (!(await comeAndGo(amazon, open, kind, nth))) break;
            reached = Math.max(reached, nth);
            open = await world.reopenPull(2);
          }
        }),
      );
      expect(reached).toBeGreaterThan(fewest);
    },
    180_000,
  );
});
