import { describe, expect, test } from '@jest/globals';
import { instant } from '../../../../src/core/time.ts';
import { decideClearing } from '../../../../src/targets/cloudformation/stack/obstacles.ts';
import {
  failedNested,
  firstFailure,
} from '../../../../src/targets/cloudformation/watching/root-cause.ts';
import {
  eventLine,
  inOrder,
  type StackHappening,
} from '../../../../src/targets/cloudformation/watching/stack-events.ts';

const root = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1';
const child = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-Inner-X/2';

function event(
  at: number,
  logicalId: string,
  status: string,
  more: Partial<StackHappening> = {},
): StackHappening {
  return {
    id: `${at}-${logicalId}-${status}`,
    at: instant(at),
    stackId: root,
    logicalId,
    physicalId: '',
    type: 'AWS::SQS::Queue',
    status,
    ofStack: false,
    ...more,
  };
}

const nested = { type: 'AWS::CloudFormation::Stack', physicalId: child };
const ofStack = { type: 'AWS::CloudFormation::Stack', physicalId: root, ofStack: true };

describe('the first failure', () => {
  test('is the earliest over all stacks, and the stack around it does not count', () => {
    const stories = [
      {
        path: '',
        events: [
          event(3, 'Queue', 'CREATE_FAILED', { reason: 'later' }),
          event(4, 'Inner', 'CREATE_FAILED', { ...nested, reason: 'Embedded stack … failed' }),
        ],
      },
      { path: 'Inner', events: [event(2, 'Deep', 'CREATE_FAILED', { reason: 'first' })] },
    ];
    expect(firstFailure(stories)).toEqual({
      logicalId: 'Deep',
      type: 'AWS::SQS::Queue',
      reason: 'first',
      stack: 'Inner',
      count: 2,
    });
  });

  test('is the nested stack itself when nothing within is known', () => {
    const failed = event(4, 'Inner', 'CREATE_FAILED', { ...nested, reason: 'Embedded stack' });
    expect(firstFailure([{ path: '', events: [failed] }])).toMatchObject({ logicalId: 'Inner' });
  });

  test.each([
    'Resource creation cancelled',
    'Resource update cancelled',
    'Resource creation canceled',
    'Resource deletion cancelled',
  ])('is never what was only cancelled: %s', (reason) => {
    const events = [
      event(1, 'One', 'CREATE_FAILED', { reason }),
      event(2, 'Two', 'CREATE_FAILED', { reason: 'real' }),
    ];
    expect(firstFailure([{ path: '', events }])).toMatchObject({ logicalId: 'Two', count: 1 });
  });

  test('a service that cancelled something of its own failed all the same', () => {
    const reason = 'Deployment cancelled by its circuit breaker';
    const events = [event(1, 'Service', 'UPDATE_FAILED', { reason })];
    expect(firstFailure([{ path: '', events }])).toMatchObject({ reason });
  });

  test("is in the stack's own words where no resource failed", () => {
    const reason = 'The following CloudWatch Alarm(s) were breached: [alarm]';
    const events = [
      event(1, 'shop', 'UPDATE_IN_PROGRESS', { ...ofStack, reason: 'User Initiated' }),
      event(2, 'shop', 'UPDATE_ROLLBACK_IN_PROGRESS', { ...ofStack, reason }),
    ];
    expect(firstFailure([{ path: '', events }])).toMatchObject({ reason, count: 0 });
  });

  test("of a hook says the hook's own words too", () => {
    const events = [
      event(1, 'Queue', 'CREATE_IN_PROGRESS', { reason: 'encryption is required' }),
      event(2, 'Queue', 'CREATE_FAILED', { reason: 'The following hook(s) failed: [Acme::Hook]' }),
    ];
    expect(firstFailure([{ path: '', events }])?.reason).toMatch(/Acme::Hook.*encryption/);
  });

  test('does not exist where nothing failed', () => {
    const events = [event(1, 'Queue', 'CREATE_COMPLETE')];
    expect(firstFailure([{ path: '', events }])).toBeUndefined();
  });
});

describe('nested stacks that failed', () => {
  test('are found by their physical id, or by the one that the reason names', () => {
    const reason = `Embedded stack ${child} was not successfully created`;
    const begun = event(1, 'Inner', 'CREATE_IN_PROGRESS', { type: nested.type });
    for (const more of [nested, { type: nested.type, reason }]) {
      const events = [begun, event(4, 'Inner', 'CREATE_FAILED', more)];
      expect(failedNested({ path: 'Outer', events })).toEqual([
        { path: 'Outer/Inner', stackId: child, from: 1 },
      ]);
    }
  });
});

describe('an event as a line', () => {
  test('stays one line without control characters, whatever the reason quotes', () => {
    const reason = 'no\r\n::error::pwned\u001b[31m\u2028x';
    const line = eventLine(event(3_723_000, 'Queue', 'CREATE_FAILED', { reason }));
    expect(line).toBe('01:02:03 CREATE_FAILED AWS::SQS::Queue Queue no ::error::pwned [31m x');
  });

  test('of one millisecond keeps its place', () => {
    const events = [event(2, 'B', 'X'), event(1, 'A', 'X'), event(2, 'C', 'X')];
    expect(inOrder(events).map(({ logicalId }) => logicalId)).toEqual(['A', 'B', 'C']);
  });
});

describe('what stands in the way of a deletion', () => {
  const none = {
    emptied: new Set<string>(),
    nested: new Set<string>(),
    retained: new Set<string>(),
  };
  const bucket = event(1, 'Files', 'DELETE_FAILED', {
    type: 'AWS::S3::Bucket',
    physicalId: 'files',
    reason: 'not empty',
  });
  const inner = event(2, 'Inner', 'DELETE_FAILED', { ...nested, reason: 'failed' });

  test('buckets are emptied only where allowed, and once', () => {
    const stories = [{ path: '', events: [bucket] }];
    expect(decideClearing(stories, none, true)).toEqual({ kind: 'empty', buckets: ['files'] });
    expect(decideClearing(stories, none, false)).toMatchObject({ kind: 'retain' });
    const emptied = { ...none, emptied: new Set(['files']) };
    expect(decideClearing(stories, emptied, true)).toMatchObject({ kind: 'retain' });
  });

  test('a nested stack is deleted on its own before it is retained', () => {
    const stories = [{ path: '', events: [inner] }];
    expect(decideClearing(stories, none, false)).toEqual({ kind: 'nested', stacks: [child] });
    const tried = { ...none, nested: new Set([child]) };
    expect(decideClearing(stories, tried, false)).toMatchObject({ kind: 'retain' });
  });

  test('what was retained and still fails is given up, with the words of the stack', () => {
    const events = [bucket, event(3, 'shop', 'DELETE_FAILED', { ...ofStack, reason: 'why' })];
    const retained = { ...none, retained: new Set(['Files']) };
    expect(decideClearing([{ path: '', events }], retained, false)).toEqual({
      kind: 'give-up',
      reason: 'why',
    });
  });

  test('what was only cancelled is not retained', () => {
    const cancelled = event(1, 'One', 'DELETE_FAILED', { reason: 'Resource deletion cancelled' });
    const clearing = decideClearing([{ path: '', events: [cancelled, bucket] }], none, false);
    expect(clearing).toEqual({ kind: 'retain', resources: [bucket] });
  });
});
