import type { ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from '@jest/globals';
import { diffOf } from '../../../../src/targets/cloudformation/change-sets/diff.ts';

function property(Name: string): ResourceChangeDetail {
  return {
    Target: { Attribute: 'Properties', Name, BeforeValue: 'hunter1', AfterValue: 'hunter2' },
    ChangeSource: 'DirectModification',
  };
}

function lineOf(change: ResourceChange) {
  return diffOf([
    { change: { LogicalResourceId: 'A', ResourceType: 'AWS::X::Y', ...change }, nested: [] },
  ])[0];
}

describe('the diff of a change set', () => {
  test('adds, modifies and removes, naming the properties but not their values', () => {
    expect(lineOf({ Action: 'Add' })).toEqual({
      action: 'add',
      type: 'AWS::X::Y',
      id: 'A',
      replacement: false,
    });
    expect(
      lineOf({
        Action: 'Modify',
        Scope: ['Properties'],
        Replacement: 'False',
        Details: [property('Image'), property('Image'), property('Cpu')],
      }),
    ).toMatchObject({ action: 'modify', replacement: false, detail: 'Image, Cpu' });
    expect(lineOf({ Action: 'Remove', PolicyAction: 'Retain' })).toMatchObject({
      action: 'remove',
      detail: 'the resource itself is kept',
    });
  });

  test('a replacement is one, and one that is decided later says “perhaps”', () => {
    expect(
      lineOf({
        Action: 'Modify',
        Replacement: 'True',
        PolicyAction: 'ReplaceAndRetain',
        Details: [property('Name')],
      }),
    ).toMatchObject({
      replacement: true,
      detail: 'Name; the old one is kept',
    });
    expect(
      lineOf({ Action: 'Modify', Replacement: 'Conditional', Details: [property('Name')] }),
    ).toMatchObject({
      replacement: true,
      detail: 'perhaps replaced; Name',
    });
  });

  test('a change of tags alone says so, and beside others is named', () => {
    expect(lineOf({ Action: 'Modify', Scope: ['Tags'] })?.detail).toBe('tags only');
    expect(lineOf({ Action: 'Modify', Scope: ['UpdatePolicy'] })?.detail).toBe(
      'update policy only',
    );
    expect(
      lineOf({ Action: 'Modify', Scope: ['Properties', 'Tags'], Details: [property('A')] })?.detail,
    ).toBe('A, tags');
  });

  test('an import is an addition that takes over what exists', () => {
    expect(lineOf({ Action: 'Import' })).toMatchObject({
      action: 'add',
      detail: 'an existing resource is taken over',
    });
    expect(lineOf({ Action: 'Dynamic' })).toMatchObject({
      action: 'modify',
      detail: 'decided while it runs',
    });
  });

  test('many properties are counted', () => {
    const Details = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map(property);
    expect(lineOf({ Action: 'Modify', Details })?.detail).toBe('A, B, C, D, E, F, 2 more');
  });

  test('nested stacks are shown by what is in them, and themselves only when they change', () => {
    const stack = { LogicalResourceId: 'Db', ResourceType: 'AWS::CloudFormation::Stack' } as const;
    const inner = {
      change: { LogicalResourceId: 'Table', ResourceType: 'AWS::DynamoDB::Table', Action: 'Add' },
      nested: [],
    } as const;
    const automatic = {
      ...stack,
      Action: 'Modify',
      Details: [{ ChangeSource: 'Automatic' }],
    } as const;
    const ids = (change: ResourceChange) =>
      diffOf([{ change, nested: [inner] }]).map(({ id }) => id);
    expect(ids({ ...automatic, Details: [...automatic.Details] })).toEqual(['Db/Table']);
    expect(ids({ ...stack, Action: 'Modify', Details: [property('Parameters')] })).toEqual([
      'Db',
      'Db/Table',
    ]);
    expect(ids({ ...stack, Action: 'Add' })).toEqual(['Db', 'Db/Table']);
  });
});
