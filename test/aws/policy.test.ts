import { describe, expect, test } from '@jest/globals';
import { type AwsCall, allows, type Statement } from './policy.ts';

const statement: Statement = {
  Effect: 'Allow',
  Action: ['cloudformation:DeleteStack', 's3:Get*'],
  Resource: 'arn:aws:cloudformation:eu-west-1:1:stack/shop-*/*',
};

function call(change: Partial<AwsCall> = {}): AwsCall {
  const resource = 'arn:aws:cloudformation:eu-west-1:1:stack/shop-a/uuid';
  return { action: 'cloudformation:DeleteStack', resource, context: {}, ...change };
}

describe('a statement of a policy', () => {
  test('allows its actions, in any case and by wildcard, on its resources alone', () => {
    expect(allows(statement, call())).toBe(true);
    expect(allows(statement, call({ action: 'CloudFormation:deletestack' }))).toBe(true);
    expect(allows(statement, call({ action: 's3:GetObject' }))).toBe(true);
    expect(allows(statement, call({ action: 'cloudformation:CreateStack' }))).toBe(false);
    expect(allows(statement, call({ resource: '*' }))).toBe(false);
    expect(allows(statement, call({ resource: call().resource.replace('shop', 'Shop') }))).toBe(
      false,
    );
    expect(allows(statement, call({ resource: call().resource.replace('stack/', 'stackX') }))).toBe(
      false,
    );
  });

  test('asks for conditions, of which "IfExists" bears absence', () => {
    const key = 'aws:ResourceTag/understudy:repository';
    const strict = { ...statement, Condition: { StringEquals: { [key]: 'acme/shop' } } };
    const lax = { ...statement, Condition: { StringEqualsIfExists: { [key]: 'acme/shop' } } };
    const ours = call({ context: { [key.toLowerCase()]: 'acme/shop' } });
    const theirs = call({ context: { [key.toLowerCase()]: 'acme/other' } });
    expect([strict, lax].map((one) => allows(one, ours))).toEqual([true, true]);
    expect([strict, lax].map((one) => allows(one, theirs))).toEqual([false, false]);
    expect([strict, lax].map((one) => allows(one, call()))).toEqual([false, true]);
  });

  test('is not guessed at', () => {
    const odd = { ...statement, Condition: { StringLike: { a: 'b' } } };
    expect(() => allows(odd, call())).toThrow('StringLike');
    expect(() => allows({ ...statement, Effect: 'Deny' }, call())).toThrow('Deny');
    expect(() => allows({ ...statement, NotAction: 'x' } as Statement, call())).toThrow(
      'NotAction',
    );
  });
});
