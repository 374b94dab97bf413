import { describe, expect, test } from '@jest/globals';
import { openStackReader } from '../../../src/targets/cloudformation/observe-stage.ts';
import type { SeededStack } from '../../aws/fake/options.ts';
import { environmentFor, sending } from './sending.ts';

const template = JSON.stringify({
  Parameters: { Version: { Type: 'String' }, Secret: { Type: 'String', NoEcho: true } },
  Resources: { Wait: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
  Outputs: { Image: { Value: { Ref: 'Version' } } },
});
const shop: SeededStack = {
  name: 'shop',
  template,
  parameters: { Version: 'v1.4.0', Secret: 'hidden' },
  tags: { team: 'web' },
};

async function readShop(stack: Partial<SeededStack>, name = 'shop') {
  let seen: unknown;
  await sending({ stacks: [{ ...shop, ...stack }] }, async ({ fake, cancel }) => {
    const reader = openStackReader({
      environment: environmentFor(fake.url),
      signal: cancel.signal,
    });
    seen = await reader.read(name, undefined);
  });
  return seen;
}

describe('a stack that is a stage', () => {
  test('tells its parameters, tags and outputs', async () => {
    expect(await readShop({ status: 'UPDATE_COMPLETE' })).toEqual({
      state: 'well',
      meaning: 'it was updated',
      parameters: { Version: 'v1.4.0', Secret: '****' },
      tags: { team: 'web' },
      outputs: { Image: 'v1.4.0' },
    });
  });

  test.each([
    ['CREATE_COMPLETE', 'well'],
    ['UPDATE_ROLLBACK_COMPLETE', 'well'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'well'],
    ['UPDATE_FAILED', 'unwell'],
    ['UPDATE_ROLLBACK_FAILED', 'unwell'],
    ['ROLLBACK_COMPLETE', 'unwell'],
    ['REVIEW_IN_PROGRESS', 'none'],
  ])('in status %s is %s', async (status, state) => {
    expect(await readShop({ status })).toMatchObject({ state });
  });

  test('that is not there is nothing', async () => {
    expect(await readShop({}, 'other')).toBeUndefined();
  });

  test('that may not be read is an error that says what to allow', async () => {
    await sending({ stacks: [shop], denied: ['DescribeStacks'] }, async ({ fake, cancel }) => {
      const environment = environmentFor(fake.url);
      const reader = openStackReader({ environment, signal: cancel.signal });
      await expect(reader.read('shop', undefined)).rejects.toThrow(
        'cannot read the stack shop: AWS denies',
      );
    });
  });
});
