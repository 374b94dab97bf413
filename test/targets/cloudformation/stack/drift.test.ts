import { afterEach, describe, expect, test } from '@jest/globals';
import { describeStack } from '../../../../src/targets/cloudformation/describe-stack.ts';
import { detectDrift } from '../../../../src/targets/cloudformation/stack/drift.ts';
import type { FakeOptions } from '../../../aws/fake-cloudformation.ts';
import { openWorld, type World } from '../watched-world.ts';

const template =
  'Resources: { Queue: { Type: AWS::SQS::Queue }, Topic: { Type: AWS::SNS::Topic } }';

let world: World | undefined;
afterEach(() => world?.close());

async function detect(options: FakeOptions, names: readonly string[]) {
  const stacks = names.map((name) => ({ name, template }));
  const at = await openWorld({ stacks, ...options });
  world = at;
  const ids = await Promise.all(
    names.map(async (name) => (await describeStack(at.cloud, name))?.StackId ?? ''),
  );
  const found = await detectDrift(at.cloud, ids, at.acting);
  return ids.map((id) => found.get(id));
}

describe('drift', () => {
  test('names what differs, never its values', async () => {
    const drift = {
      Queue: [{ path: '/VisibilityTimeout', expected: 'secret-1', actual: 'secret-2' }],
    };
    const [found] = await detect({ drift }, ['shop']);
    expect(found).toEqual({
      drifted: [
        {
          logicalId: 'Queue',
          type: 'AWS::SQS::Queue',
          kind: 'changed',
          properties: ['/VisibilityTimeout'],
        },
      ],
    });
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  test('of many stacks is detected for each', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `shop-${index}`);
    expect(await detect({}, names)).toEqual(names.map(() => 'in-sync'));
  });

  test.each([
    ['a detection that failed', { driftFails: true }],
    ['a missing permission', { denied: ['DetectStackDrift'] }],
    ['a stack in review', { stacks: [{ name: 'shop', template, status: 'REVIEW_IN_PROGRESS' }] }],
  ])('is unknown after %s', async (_, options) => {
    expect(await detect(options, ['shop'])).toEqual(['unknown']);
  });

  test('ends with the reason of the signal', async () => {
    const at = await openWorld({ stacks: [{ name: 'shop', template }], driftSeconds: 600 });
    world = at;
    const stack = await describeStack(at.cloud, 'shop');
    const reason = new Error('cancelled');
    at.onPause = () => at.abort.abort(reason);
    await expect(detectDrift(at.cloud, [stack?.StackId ?? ''], at.acting)).rejects.toBe(reason);
  });
});
