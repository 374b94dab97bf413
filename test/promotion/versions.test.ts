import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkStages, inOrder } from '../../src/promotion/stage-graph.ts';
import {
  versionsOfBranch,
  versionsOfReleases,
  versionsOfTags,
} from '../../src/promotion/version-sources.ts';
import { newestOf, orderOf, versionsBetween } from '../../src/promotion/versions.ts';
import { at, history } from '../builders/promotion.ts';

const keys = ({ versions }: { versions: readonly { key: string }[] }) =>
  versions.map(({ key }) => key);
const tag = (name: string, when = '10:00', more: object = {}) => ({
  tag: name,
  sha: 'a',
  at: at(when),
  ...more,
});

describe('versions', () => {
  test('of a branch are its commits, oldest first', () => {
    const commits = [
      { sha: 'c2', at: at('11:00'), author: 'bob' },
      { sha: 'c1', at: at('10:00') },
    ];
    const { versions } = versionsOfBranch(commits);
    expect(versions.map(({ key, authors }) => [key, authors])).toEqual([
      ['c1', undefined],
      ['c2', ['bob']],
    ]);
  });

  test('of tags go by precedence where all are semantic versions', () => {
    const names = [
      'v1.0.0',
      'v1.10.0',
      'v1.9.1',
      'v2.0.0-rc.1',
      'v2.0.0',
      'v2.0.0-rc.10',
      'v2.0.0-rc.2',
      'v2.0.0-beta',
      'v2.0.0-rc',
      '0.9.0',
    ];
    const shuffled = names.map((name, index) => tag(name, `1${index}:00`));
    expect(keys(versionsOfTags(shuffled))).toEqual([
      '0.9.0',
      'v1.0.0',
      'v1.9.1',
      'v1.10.0',
      'v2.0.0-beta',
      'v2.0.0-rc',
      'v2.0.0-rc.1',
      'v2.0.0-rc.2',
      'v2.0.0-rc.10',
      'v2.0.0',
    ]);
  });

  test('of tags go by time where one is none', () => {
    const tags = [tag('v2.0.0', '10:00'), tag('v1.0.0', '11:00'), tag('nightly', '09:00')];
    expect(keys(versionsOfTags(tags))).toEqual(['nightly', 'v2.0.0', 'v1.0.0']);
  });

  test('of tags may leave out parts of the number', () => {
    const names = ['v1', 'v1.9', 'v1.10', 'v1.10.1', 'v2.0.0-rc.1', 'v2', 'v10'];
    const shuffled = names.map((name, index) => tag(name, `1${9 - index}:00`));
    expect(keys(versionsOfTags(shuffled))).toEqual(names);
  });

  test('of tags that are days go by time', () => {
    const tags = [tag('2026-11-2', '11:00'), tag('2026-11-10', '12:00')];
    expect(keys(versionsOfTags(tags))).toEqual(['2026-11-2', '2026-11-10']);
  });

  test('of tags whose commits are of one second go by their names', () => {
    const tags = [tag('build-10'), tag('build-9'), tag('build-11', '09:00')];
    expect(keys(versionsOfTags(tags))).toEqual(['build-11', 'build-9', 'build-10']);
  });

  test('of releases are no drafts, and of the kind that is asked for', () => {
    const releases = [
      tag('v1.0.0'),
      tag('v1.1.0-rc.1', '10:00', { prerelease: true }),
      tag('v9.0.0', '10:00', { draft: true }),
    ];
    expect(keys(versionsOfReleases(releases, 'release'))).toEqual(['v1.0.0']);
    expect(keys(versionsOfReleases(releases, 'prerelease'))).toEqual(['v1.1.0-rc.1']);
    expect(keys(versionsOfReleases(releases, 'any'))).toEqual(['v1.0.0', 'v1.1.0-rc.1']);
  });
});

describe('an order', () => {
  const order = orderOf({
    ...history('v1', 'v2', 'v3'),
    relations: [
      { version: 'v1', to: 'old', relation: 'newer' },
      { version: 'v3', to: 'fork', relation: 'diverged' },
    ],
  });

  test.each([
    ['v2', 'v1', 'newer'],
    ['v1', 'v2', 'older'],
    ['v2', 'v2', 'same'],
    ['v1', 'old', 'newer'],
    ['old', 'v1', 'older'],
    ['fork', 'v3', 'diverged'],
    ['v1', 'fork', 'unknown'],
  ])('knows how %s stands to %s: %s', (one, other, relation) => {
    expect(order.relate(one, other)).toBe(relation);
  });

  test('finds a version by its commit or the start of it, if there is one of that', () => {
    const { keyOf } = orderOf({
      versions: [
        { key: 'v1', commit: `abcdef1${'0'.repeat(33)}`, at: at('10:00') },
        { key: 'v2', commit: `abcdef2${'0'.repeat(33)}`, at: at('10:00') },
        { key: 'v3', commit: `1111111${'0'.repeat(33)}`, at: at('10:00') },
        { key: 'v4', commit: `1111111${'1'.repeat(33)}`, at: at('10:00') },
      ],
    });
    expect(
      ['v1', 'abcdef1', `abcdef2${'0'.repeat(33)}`, 'abcdef', '1111111', 'other'].map(keyOf),
    ).toEqual(['v1', 'v1', 'v2', 'abcdef', '1111111', 'other']);
  });

  test('gives what lies between', () => {
    const between = (from: string | undefined, to: string) =>
      versionsBetween(order, from, to).map(({ key }) => key);
    expect(between('v1', 'v3')).toEqual(['v2', 'v3']);
    expect(between(undefined, 'v3')).toEqual(['v3']);
    expect(between('v3', 'v1')).toEqual(['v1']);
    expect(between('elsewhere', 'v2')).toEqual(['v1', 'v2']);
    expect(between('v1', 'elsewhere')).toEqual([]);
  });

  test('names the newest', () => {
    expect(newestOf(order, ['v2', 'v3', 'v1'])).toBe('v3');
    expect(newestOf(order, [])).toBeUndefined();
  });
});

describe('a graph of stages', () => {
  const node = (name: string, ...after: string[]) => ({ name, after });

  test('is gone through so that each comes after those before it', () => {
    const stages = [node('prod', 'eu', 'us'), node('us', 'dev'), node('dev'), node('eu', 'dev')];
    expect(inOrder(stages).map(({ name }) => name)).toEqual(['dev', 'us', 'eu', 'prod']);
    expect(checkStages(stages)).toEqual([]);
  });

  test('that waits for itself is refused, with the way round', () => {
    const [fault] = checkStages([node('a'), node('b', 'a', 'd'), node('c', 'b'), node('d', 'c')]);
    expect(fault?.message).toBe('stages wait for each other: b → c → d → b');
  });

  test('with a stage that does not exist, or twice, is refused', () => {
    const faults = checkStages([node('a'), node('a'), node('b', 'c')]);
    expect(faults.map(({ message }) => message)).toEqual([
      'two stages are called "a"',
      'stage "b" comes after "c", which does not exist',
    ]);
  });

  test('has a cycle exactly when an order of all stages does not exist', () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 12 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const stages = [...Array(7).keys()].map((index) =>
          node(`s${index}`, ...pairs.filter(([to]) => to === index).map(([, from]) => `s${from}`)),
        );
        expect(checkStages(stages).length === 0).toBe(inOrder(stages).length === stages.length);
      }),
    );
  });
});
