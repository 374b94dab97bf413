import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultKind } from '../aws/fault-proxy.ts';
import { configuration, opened } from '../world/aws-preview.ts';
import { type AwsWorld, openAws } from '../world/aws-world.ts';
import { headOf, type Trigger } from '../world/world.ts';

let aws: Awaited<ReturnType<typeof openAws>>;

beforeAll(async () => {
  aws = await openAws();
}, 120_000);

afterAll(() => aws.close());

/** Runs a step while one request of it goes wrong; answers whether there was such a request. */
async function disturbed(amazon: AwsWorld, trigger: Trigger, kind: FaultKind, nth: number) {
  const { faults, forget, requests } = amazon.proxy;
  faults.clear();
  forget();
  faults.add({ kind, nth, delay: 700 });
  const result = await amazon.step(trigger);
  const struck = requests().find(({ fault }) => fault !== undefined);
  const what = `${kind} of request ${nth} (${struck?.action}): ${result.outputs.reason}`;
  return { result, struck: struck !== undefined, what };
}

describe('every request to AWS in turn', () => {
  const kinds = ['throttle', 'error-503', 'reset', 'lose-answer', 'double', 'delay'] as const;
  test.each(kinds)(
    'may meet this, and previews still come and go as they should: %s',
    (kind) =>
      aws.inAws({ configuration }, async (amazon) => {
        const { world } = amazon;
        let open = await opened(amazon);
        const head = headOf(open);
        for (let nth = 1; ; nth += 1) {
          const deploy = await disturbed(amazon, open, kind, nth);
          expect([deploy.what, deploy.result.exit, deploy.result.outputs.state]).toEqual([
            deploy.what,
            0,
            'created',
          ]);
          const stacks = await amazon.stacks();
          expect(stacks.map(({ StackStatus }) => StackStatus)).toEqual(['CREATE_COMPLETE']);
          expect(stacks[0]?.Tags).toContainEqual({ Key: 'understudy:commit', Value: head });
          const teardown = await disturbed(amazon, await world.closePull(1), kind, nth);
          expect([teardown.what, teardown.result.exit, teardown.result.outputs.leftovers]).toEqual([
            teardown.what,
            0,
            '[]',
          ]);
          expect(await amazon.stacks()).toEqual([]);
          if (!deploy.struck && !teardown.struck) {
            expect(nth).toBeGreaterThan(6);
            return;
          }
          open = await world.reopenPull(1);
        }
      }),
    300_000,
  );
});
