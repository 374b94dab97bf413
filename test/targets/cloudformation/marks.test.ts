import { describe, expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { UserError } from '../../../src/core/user-error.ts';
import { marksIn, type StackMarks, tagsOf } from '../../../src/targets/cloudformation/marks.ts';

const marks: StackMarks = {
  repository: 'octo-org/shop',
  previewId: '1d0fd508',
  pullRequest: 7,
  commit: 'a'.repeat(40),
  expiresAt: instant(Date.parse('2026-12-01T00:00:00Z')),
  requested: false,
  stackName: 'app-preview-1d0fd508',
  fingerprint: 'f1',
  templateHash: 't1',
  services: { web: 'output:Url', api: 'https://1d0fd508.example.com' },
  usualSeconds: 42,
};

function problemsOf(own: Record<string, string>, of = marks): string[] {
  try {
    tagsOf(of, own);
  } catch (cause) {
    if (cause instanceof UserError) return cause.problems.map(({ message }) => message);
    throw cause;
  }
  return [];
}

describe('marks on a stack', () => {
  test('are the tags of the contract, and are read back', () => {
    const tags = tagsOf(marks, { team: 'web' });
    expect(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      'understudy:repository': 'octo-org/shop',
      'understudy:preview': '1d0fd508',
      'understudy:pull-request': '7',
      'understudy:commit': 'a'.repeat(40),
      'understudy:expires-at': '2026-12-01T00:00:00.000Z',
      team: 'web',
    });
    expect(marksIn(tags)).toEqual(marks);
  });

  test('without expiry and usual duration are read back too', () => {
    const { expiresAt, usualSeconds, ...bare } = marks;
    expect(marksIn(tagsOf(bare, {}))).toEqual(bare);
  });

  test('a stack without any one of them, or with a garbled one, is not ours', () => {
    expect(marksIn(undefined)).toBeUndefined();
    expect(marksIn([])).toBeUndefined();
    expect(marksIn([{ Key: undefined, Value: undefined }])).toBeUndefined();
    const tags = tagsOf(marks, {});
    const needed = [
      'repository',
      'preview',
      'pull-request',
      'commit',
      'requested',
      'fingerprint',
      'template',
      'stack',
    ];
    for (const name of needed) {
      const key = `understudy:${name}`;
      expect(marksIn(tags.filter((tag) => tag.Key !== key))).toBeUndefined();
      const garbled = tags.map((tag) => (tag.Key === key ? { Key: key, Value: ' ' } : tag));
      expect(marksIn(garbled)).toBeUndefined();
    }
    const never = tags.map((tag) =>
      tag.Key === 'understudy:expires-at' ? { ...tag, Value: 'soon' } : tag,
    );
    expect(marksIn(never)).toBeUndefined();
  });

  test('a garbled usual duration costs nothing but itself', () => {
    const tags = tagsOf(marks, {}).map((tag) =>
      tag.Key === 'understudy:usual-seconds' ? { ...tag, Value: '-1' } : tag,
    );
    expect(marksIn(tags)).not.toHaveProperty('usualSeconds');
    expect(marksIn(tags)).toMatchObject({ previewId: '1d0fd508' });
  });
});

describe('tags of the user', () => {
  test('that AWS or we keep for ourselves are refused, all at once', () => {
    expect(problemsOf({ 'AWS:x': 'a', 'understudy:preview': 'b', fine: 'c' })).toEqual([
      expect.stringContaining('"AWS:x"'),
      expect.stringContaining('"understudy:preview"'),
    ]);
  });

  test('that are too long, empty or hold characters AWS does not take are refused', () => {
    expect(problemsOf({ ['k'.repeat(129)]: 'v' })).toHaveLength(1);
    expect(problemsOf({ k: 'v'.repeat(257) })).toHaveLength(1);
    expect(problemsOf({ k: '' })).toHaveLength(1);
    expect(problemsOf({ branch: 'fix#1' })).toEqual([expect.stringContaining('not "#"')]);
    expect(problemsOf({ ['k'.repeat(128)]: 'v'.repeat(256), ü: 'a b_.:/=+-@1' })).toEqual([]);
  });

  test('may be as many as fit beside ours', () => {
    const ours = tagsOf(marks, {}).length;
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
    expect(problemsOf(many(50 - ours))).toEqual([]);
    expect(problemsOf(many(51 - ours))).toEqual([expect.stringContaining('51 tags')]);
  });
});
