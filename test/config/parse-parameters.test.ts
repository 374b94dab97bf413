import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseParameters } from '../../src/config/parse.ts';
import { UserError } from '../../src/core/user-error.ts';

describe('the input parameters', () => {
  test.each([
    ['nothing', '  \n', {}],
    ['a YAML map', 'Tag: v1\nCount: 3\nDebug: true', { Tag: 'v1', Count: '3', Debug: 'true' }],
    [
      'numbers as they stand',
      'Account: 012345678901\nVersion: 1.10',
      { Account: '012345678901', Version: '1.10' },
    ],
    ['lists', 'Subnets: [a, 007]\nZones:\n  - a\n  - b', { Subnets: 'a,007', Zones: 'a,b' }],
    ['mappings, as JSON', 'Config: { a: [1, x] }', { Config: '{"a":[1,"x"]}' }],
    ['JSON', '{"Tag": "a,b", "Deep": {"x": 1}}', { Tag: 'a,b', Deep: '{"x":1}' }],
    [
      'the list of the AWS command line',
      '[{"ParameterKey": "A", "ParameterValue": "01"}, {"ParameterKey": "B", "UsePreviousValue": true}]',
      { A: '01' },
    ],
    ['lines of pairs', 'A=1\n  B=two words, and more\n', { A: '1', B: 'two words, and more' }],
    ['pairs with commas', 'A=1,2,B=3,C="x,y"', { A: '1,2', B: '3', C: 'x,y' }],
    ['a value with an equals sign', 'Url=https://x.org/?a=b', { Url: 'https://x.org/?a=b' }],
    ['text in blocks', 'Script: |\n  a\n  b\n', { Script: 'a\nb\n' }],
    ['an empty text', 'A: ""', { A: '' }],
    [
      'texts with braces, as they stand',
      'Route: /users/{id}\nNames: ["{branch}"]',
      { Route: '/users/{id}', Names: '{branch}' },
    ],
  ])('may be %s', (_, text, parameters) => {
    expect(parseParameters(text)).toEqual(parameters);
  });

  test.each([
    ['a word', 's3cret', [/neither a map/]],
    ['a list of words', '[s3cret]', [/neither a map/]],
    ['a value of nothing', 'A:\nB: s3cret', [/^input parameters, line 1: A has no value/]],
    ['a name with a dash', 'x: 1\nimage-tag: s3cret', [/, line 2: "image-tag" cannot be/]],
    ['a name with a dash in JSON', '{"image-tag": "s3cret"}', [/"image-tag" cannot be/]],
    ['a list in a list', 'A: [[s3cret]]', [/an item of A/]],
    ['a comma in a list', 'A: ["s3cret,x"]', [/an item of A/]],
    ['a placeholder', 'Tag: "{sha}"', [/Tag is the placeholder {sha}/]],
    ['a placeholder in a pair', 'Tag={digest}', [/Tag is the placeholder {digest}/]],
    ['a file', 'A: { file: s3cret.json }', [/A names a file/]],
    ['an unclosed bracket', 'A: [s3cret', [/not valid YAML/]],
    ['an alias', 'A: 1\nPassword: *s3cret', [/line 2: this is not valid YAML/]],
    ['a value that needs quotes', 'Password: @s3cret', [/line 1: this is not valid YAML/]],
    ['one name twice', 'A: 1\nA: s3cret', [/line 2: this is not valid YAML/]],
    ['two faults', 'a-b: s3cret\nC:', [/line 1: "a-b"/, /line 2: C has no value/]],
  ])('%s is refused without showing it', (_, text, messages) => {
    let error: unknown;
    try {
      parseParameters(text);
    } catch (cause) {
      error = cause;
    }
    expect(error).toBeInstanceOf(UserError);
    const { problems } = error as UserError;
    expect(problems.map(({ message }) => message)).toEqual(
      messages.map((pattern) => expect.stringMatching(pattern)),
    );
    expect(JSON.stringify(problems)).not.toContain('s3cret');
    for (const { location } of problems) expect(location).toBeUndefined();
  });

  test('whatever the text, the outcome is texts or a UserError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        try {
          const values = Object.values(parseParameters(text));
          expect(values.filter((value) => typeof value !== 'string')).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
