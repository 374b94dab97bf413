import { describe, expect, test } from '@jest/globals';
import { gatherHistory } from '../../../src/promotion/observe/gather-history.ts';
import type { Pipeline } from '../../../src/promotion/pipeline.ts';
import {
  emptyRecord,
  type StageRecord,
  stageRecord,
} from '../../../src/promotion/records/record.ts';
import type { VersionSource } from '../../../src/promotion/settings.ts';
import { orderOf } from '../../../src/promotion/versions.ts';
import { at, healthy, pipeline, stage } from '../../builders/promotion.ts';
import {
  deployed,
  type FakeWorld,
  fakeRepository,
  line,
  sha,
  states,
  world,
} from './fake-repository.ts';

const main = { from: 'branch', branch: 'main' } as const;

interface Given {
  readonly of: Partial<FakeWorld>;
  readonly versions?: VersionSource;
  readonly pipeline?: Pipeline;
  /** What staging runs. */
  readonly runs?: string;
  /** Of production. */
  readonly record?: Partial<StageRecord>;
}

async function gather({ of, versions = main, runs, record = {}, ...more }: Given) {
  const { repository, asked } = fakeRepository(world(of));
  const empty = emptyRecord('app');
  const known = { ...empty, stages: { production: { ...stageRecord(empty, 'x'), ...record } } };
  const settings = { pipeline: more.pipeline ?? pipeline(), versions, stages: {} };
  const observations = { staging: healthy(runs) };
  const history = await gatherHistory(settings, known, observations, repository);
  return { history, order: orderOf(history), asked };
}

const keys = (names: readonly string[]) => names.map(sha);

describe('the history of a branch', () => {
  test('is its first parents: what was merged comes with the merge', async () => {
    const commits = {
      a: { authors: ['ada'] },
      side1: { parents: ['a'], authors: ['grace'] },
      b: { parents: ['a'], authors: ['ada'] },
      side2: { parents: ['side1'], authors: ['linus'] },
      merge: { parents: ['b', 'side2'], authors: ['ada'] },
      c: { parents: ['merge'], authors: undefined },
    };
    const { history, asked } = await gather({ of: { commits, branches: { main: 'c' } } });
    expect(history.versions.map(({ key }) => key)).toEqual(keys(['a', 'b', 'merge', 'c']));
    expect(history.versions.map(({ authors }) => authors && [...authors].sort())).toEqual([
      ['ada'],
      ['ada'],
      ['ada', 'grace', 'linus'],
      undefined,
    ]);
    expect(asked).toEqual(['commits main 1']);
  });

  test('leaves out commits that carry out promotions: squashed, or merged with nothing else', async () => {
    const commits = {
      a: {},
      ours: { parents: ['a'], promotes: true },
      merge: { parents: ['a', 'ours'] },
      squash: { parents: ['merge'], promotes: true },
      again: { parents: ['squash'], promotes: true },
      fix: { parents: ['again'] },
      more: { parents: ['squash', 'fix'] },
      b: { parents: ['more'] },
    };
    const of = { commits, branches: { main: 'b' } };
    const { history, order } = await gather({ of, runs: sha('squash') });
    expect(history.versions.map(({ key }) => key)).toEqual(keys(['a', 'more', 'b']));
    expect(['a', 'more', 'b'].map((name) => order.relate(sha(name), sha('squash')))).toEqual([
      'older',
      'newer',
      'newer',
    ]);
  });

  test('tells how the branch stands to a commit that was merged into it', async () => {
    const commits = {
      a: {},
      b: { parents: ['a'] },
      side: { parents: ['a'] },
      merge: { parents: ['b', 'side'] },
      c: { parents: ['merge'] },
    };
    const of = { commits, branches: { main: 'c' } };
    const { order } = await gather({ of, runs: sha('side') });
    expect(['a', 'b', 'merge', 'c'].map((name) => order.relate(sha(name), sha('side')))).toEqual([
      'older',
      'diverged',
      'newer',
      'newer',
    ]);
    const short = await gather({ of, runs: sha('side').slice(0, 8) });
    expect(short.order.relate(sha('c'), short.order.keyOf(sha('side').slice(0, 8)))).toBe('newer');
  });

  test('offers no commit that carries out a promotion, and keeps who made it', async () => {
    const commits = {
      a: { authors: ['ada'] },
      ours: { parents: ['a'], authors: ['bot'], promotes: true },
      b: { parents: ['ours'], authors: ['ada'] },
      foreign: { parents: ['b'], authors: undefined, promotes: true },
      c: { parents: ['foreign'], authors: ['ada'] },
      d: { parents: ['c'], authors: ['ada'] },
    };
    const { history } = await gather({ of: { commits, branches: { main: 'd' } } });
    expect(history.versions.map(({ key, authors }) => [key, authors])).toEqual([
      [sha('a'), ['ada']],
      [sha('b'), ['bot', 'ada']],
      [sha('c'), undefined],
      [sha('d'), ['ada']],
    ]);
  });

  test('is read on to what stages run, and no further', async () => {
    const of = { commits: line(350), branches: { main: 'c350' } };
    const near = await gather({ of, runs: sha('c300') });
    expect(near.asked).toEqual(['commits main 1']);
    expect(near.history.versions).toHaveLength(100);
    const far = await gather({ of, runs: sha('c160') });
    expect(far.asked).toEqual(['commits main 1', 'commits main 2']);
    expect(far.order.position(sha('c160'))).toBeDefined();
  });

  test('does not know who made what comes before it', async () => {
    const of = { commits: line(120), branches: { main: 'c120' } };
    const { history } = await gather({ of });
    expect(history.versions.map(({ authors }) => authors)).toEqual([
      undefined,
      ...Array.from({ length: 99 }, () => ['octocat']),
    ]);
  });

  test('has what lies deeper before all else, in its order, told by comparing', async () => {
    const of = { commits: line(500), branches: { main: 'c500' } };
    const { order, history, asked } = await gather({
      of,
      runs: sha('c20'),
      record: { frontier: sha('c10') },
    });
    expect(asked.filter((each) => each.startsWith('commits'))).toHaveLength(3);
    expect(asked).toHaveLength(6);
    expect(history.versions.slice(0, 3).map(({ key }) => key)).toEqual(
      keys(['c10', 'c20', 'c201']),
    );
    expect(order.relate(sha('c20'), sha('c10'))).toBe('newer');
    expect(order.relate(sha('c500'), sha('c10'))).toBe('newer');
    expect(history.versions.slice(0, 3).every(({ authors }) => authors === undefined)).toBe(true);
  });

  test('knows that a commit of another branch is beside it', async () => {
    const commits = { ...line(2), other: { parents: ['c1'] } };
    const { order, history } = await gather({
      of: { commits, branches: { main: 'c2' } },
      runs: sha('other'),
    });
    expect(order.relate(sha('c2'), sha('other'))).toBe('diverged');
    expect(history.versions).toHaveLength(2);
  });

  test('that was listed before the newest push holds nothing newer than that', async () => {
    const { order } = await gather({
      of: { commits: line(3), branches: { main: 'c2' } },
      runs: sha('c3'),
    });
    expect(order.relate(sha('c2'), sha('c3'))).toBe('older');
    expect(order.relate(sha('c1'), sha('c3'))).toBe('older');
  });

  test('asks for a tag that a stage runs, and for nothing that is no name of a commit', async () => {
    const of = {
      commits: line(3),
      branches: { main: 'c3' },
      tags: [{ tag: 'v1', sha: sha('c2') }],
    };
    const tagged = await gather({ of, runs: 'v1' });
    expect(tagged.asked).toContain(`compare v1...${sha('c1')}`);
    expect(tagged.order.relate(sha('c3'), 'v1')).toBe('newer');
    for (const runs of ['a...b', 'someone:main', '-x', 'what is this']) {
      const { asked, order } = await gather({ of, runs });
      expect(asked).toEqual(['commits main 1']);
      expect(order.relate(sha('c3'), runs)).toBe('unknown');
    }
  });

  test('of which nothing is known of a version leaves it unknown', async () => {
    const { order } = await gather({
      of: { commits: line(2), branches: { main: 'c2' } },
      runs: 'f'.repeat(40),
    });
    expect(order.relate(sha('c2'), 'f'.repeat(40))).toBe('unknown');
  });

  test('is read further for a queue, where each version counts', async () => {
    const of = { commits: line(650), branches: { main: 'c650' } };
    const { order } = await gather({
      of,
      runs: sha('c60'),
      pipeline: pipeline({ order: 'queue' }),
    });
    expect(order.versions[0]?.key).toBe(sha('c51'));
  });

  test('of an empty branch is empty', async () => {
    const { repository } = fakeRepository(world());
    const history = { ...repository.history, commits: async () => ({ items: [], more: false }) };
    const settings = { pipeline: pipeline(), versions: main, stages: {} };
    const found = await gatherHistory(settings, emptyRecord('app'), {}, { ...repository, history });
    expect(found).toEqual({ versions: [] });
  });
});

describe('the history of tags', () => {
  const tags = (...all: string[]) => all.map((tag, index) => ({ tag, sha: sha(`c${index + 1}`) }));
  const versions = { from: 'tags', pattern: 'v*' } as const;

  test('is those that match, by their numbers', async () => {
    const of = { commits: line(5), tags: tags('v1.10.0', 'v1.9.0', 'v1.9.1', 'web-1', 'x') };
    const { order, asked } = await gather({ of, versions });
    expect(order.versions.map(({ key }) => key)).toEqual(['v1.9.0', 'v1.9.1', 'v1.10.0']);
    expect(asked).toHaveLength(2);
  });

  test('is by date where they are no numbers, as far as dates are known', async () => {
    const of = { commits: line(3), tags: tags('build-b', 'build-a', 'build-c') };
    const named = { from: 'tags', pattern: 'build-*' } as const;
    const { order, asked } = await gather({ of, versions: named });
    expect(order.versions.map(({ key }) => key)).toEqual(['build-b', 'build-a', 'build-c']);
    expect(asked).toEqual(['tags', `commits ${sha('c3')} 1`]);
  });

  test('asks for a few dates alone: each answer has those of many', async () => {
    const commits = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`c${index + 1}`, {}]),
    );
    const all = tags(...Array.from({ length: 20 }, (_, index) => `build-${index}`));
    const named = { from: 'tags', pattern: 'build-*' } as const;
    const { order, asked } = await gather({
      of: { commits, tags: all },
      versions: named,
      runs: 'build-3',
    });
    expect(asked).toHaveLength(6);
    expect(order.position('build-3')).toBeDefined();
    expect(order.versions.at(-1)?.key).toBe('build-19');
  });

  test('keeps the place of a tag that is gone', async () => {
    const of = { commits: line(3), tags: tags('v1.0.0', 'v1.2.0') };
    const { order } = await gather({ of, versions, record: { frontier: 'v1.1.0' } });
    expect(order.relate('v1.2.0', 'v1.1.0')).toBe('newer');
    expect(order.relate('v1.0.0', 'v1.1.0')).toBe('older');
    expect(order.position('v1.1.0')).toBeUndefined();
  });
});

describe('the history of releases', () => {
  const release = (tag: string, more: object = {}) => ({
    tag,
    at: at('09:00'),
    draft: false,
    prerelease: true,
    ...more,
  });
  const tags = ['v1.0.0', 'v1.1.0', 'v1.2.0', 'v1.3.0'].map((tag, index) => ({
    tag,
    sha: sha(`c${index + 1}`),
  }));

  test('is pre-releases, and those that were one when they were promoted', async () => {
    const releases = [
      release('v1.3.0', { draft: true }),
      release('v1.2.0'),
      release('v1.1.0', { prerelease: false }),
      release('v1.0.0', { prerelease: false }),
      release('v0.9.0'),
    ];
    const { order } = await gather({
      of: { tags, releases },
      versions: { from: 'releases', which: 'prerelease' },
      record: { frontier: 'v1.1.0' },
    });
    expect(order.versions.map(({ key }) => key)).toEqual(['v1.1.0', 'v1.2.0']);
    expect(order.versions[0]?.commit).toBe(sha('c2'));
  });
});

describe('the history of deployments elsewhere', () => {
  const versions = { from: 'deployments', environment: 'build', branch: 'main' } as const;
  const of = {
    commits: line(5),
    branches: { main: 'c5' },
    deployments: {
      build: [
        deployed(9, 'c2', '11:00'),
        deployed(8, 'c5', '10:00'),
        deployed(7, 'c4', '09:00'),
        deployed(6, 'c3', '08:00'),
      ],
    },
    statuses: {
      9: states(['success', '11:10']),
      8: states(['failure', '10:10']),
      7: states(['inactive', '10:05'], ['success', '09:10']),
      6: states(['success', '08:10']),
    },
  };

  test('has the newest of the branch that went well, whenever it was deployed', async () => {
    const { order, asked } = await gather({ of, versions });
    expect(order.versions.map(({ key }) => key)).toEqual([sha('c4')]);
    expect(asked.filter((each) => each.startsWith('statuses'))).toEqual([
      'statuses of 8',
      'statuses of 7',
    ]);
  });

  test('has what stages run, and asks for nothing older', async () => {
    const { order, asked } = await gather({ of, versions, runs: sha('c4') });
    expect(order.versions.map(({ key }) => key)).toEqual([sha('c4')]);
    expect(asked.filter((each) => each.startsWith('statuses'))).toEqual(['statuses of 8']);
  });

  test('has each that went well for a queue', async () => {
    const queue = pipeline({ order: 'queue', stages: [stage('staging')] });
    const { order } = await gather({ of, versions, pipeline: queue });
    expect(order.versions.map(({ key }) => key)).toEqual(keys(['c2', 'c3', 'c4']));
  });
});
