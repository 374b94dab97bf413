import { describe, expect, test } from '@jest/globals';
import {
  decideSet,
  type SetFacts,
} from '../../../../../src/targets/cloudformation/expand/decide/decide-set.ts';
import { commit, entry, held, repository, wanted } from '../entries.ts';

function facts(given: Partial<SetFacts> = {}): SetFacts {
  return {
    repository,
    occasion: '1d0fd508',
    wanted: [wanted()],
    deployed: [],
    held: [],
    missing: new Map(),
    attempts: new Map([['web', 2]]),
    failed: new Map(),
    occasionOnly: false,
    ...given,
  };
}

function verdicts(given: Partial<SetFacts>) {
  return decideSet(facts(given)).entries.map(({ id, verdict }) => [id, verdict]);
}

describe('which previews a shared template holds', () => {
  test('a preview that is not there is added', () => {
    expect(verdicts({})).toEqual([['1d0fd508', 'add']]);
  });

  test('one that is as it should be is kept, whatever its expiry', () => {
    const later = entry({ expiresAt: '2027-01-01T00:00:00.000Z' });
    expect(verdicts({ deployed: [later] })).toEqual([['1d0fd508', 'keep']]);
  });

  test.each([
    ['commit', { commit: commit('b') }],
    ['configuration', { fingerprint: 'f2' }],
    ['pull request', { pullRequest: 2 }],
    ['asked for', { requested: true }],
  ])('another %s is an update that says so', (word, difference) => {
    const [decision] = decideSet(
      facts({ deployed: [entry()], wanted: [wanted(difference)] }),
    ).entries;
    expect(decision).toMatchObject({ verdict: 'update', reason: expect.stringContaining(word) });
  });

  test('closing is drift: what nobody wants is removed', () => {
    const gone = entry({ id: 'ffffffff', pullRequest: 7 });
    expect(verdicts({ deployed: [gone, entry()] })).toEqual([
      ['ffffffff', 'remove'],
      ['1d0fd508', 'keep'],
    ]);
  });

  test('entries of other repositories are not even looked at', () => {
    const other = entry({ repository: 'acme/other', service: 'api', id: 'ffffffff' });
    const decision = decideSet(facts({ deployed: [other] }));
    expect(decision.others).toEqual([other]);
    expect(decision.entries.map(({ id }) => id)).toEqual(['1d0fd508']);
  });

  test('the case of a repository name is nothing that tells it apart', () => {
    expect(verdicts({ deployed: [entry({ repository: 'Acme/Shop' })] })).toEqual([
      ['1d0fd508', 'keep'],
    ]);
  });

  test('those that are there keep their order, new ones come last', () => {
    const deployed = [entry({ id: 'c' }), entry({ id: 'a' })];
    const all = ['a', 'b', 'c'].map((id) => wanted({ id }));
    expect(verdicts({ deployed, wanted: all }).map(([id]) => id)).toEqual(['c', 'a', 'b']);
  });
});

describe('a preview whose image is not there', () => {
  const missing = new Map([['web 1d0fd508', 'its image is not in the registry yet']]);

  test('waits, and others go on', () => {
    const all = [wanted(), wanted({ id: 'b' })];
    expect(verdicts({ missing, wanted: all })).toEqual([
      ['1d0fd508', 'wait'],
      ['b', 'add'],
    ]);
  });

  test('keeps what runs', () => {
    const [decision] = decideSet(
      facts({ missing, deployed: [entry({ commit: commit('b') })] }),
    ).entries;
    expect(decision).toMatchObject({ verdict: 'wait', entry: { commit: commit('b') } });
  });

  test('that only its own run knows waits too', () => {
    expect(verdicts({ wanted: [wanted({ image: undefined })] })).toEqual([['1d0fd508', 'wait']]);
  });

  test('is not asked for where nothing changes', () => {
    const same = wanted({ image: undefined });
    expect(verdicts({ missing, deployed: [entry()], wanted: [same] })).toEqual([
      ['1d0fd508', 'keep'],
    ]);
  });
});

describe('a preview that made the stack fail', () => {
  test('is tried again by its own run until its attempts are used up', () => {
    expect(verdicts({ held: [held({ attempts: 1 })] })).toEqual([['1d0fd508', 'add']]);
    expect(verdicts({ held: [held({ attempts: 2 })] })).toEqual([['1d0fd508', 'held']]);
  });

  test('is left alone by the runs of others', () => {
    expect(verdicts({ held: [held()], occasion: 'b' })).toEqual([['1d0fd508', 'held']]);
  });

  test('says how often, with which commit, and why', () => {
    const [decision] = decideSet(facts({ held: [held({ attempts: 2 })] })).entries;
    expect(decision?.reason).toBe(
      'held: commit aaaaaaa made the shared stack fail 2 times: ServiceA0 failed to stabilise',
    );
  });

  test('starts afresh with another commit, and its memory goes', () => {
    const decision = decideSet(
      facts({ held: [held({ attempts: 2 })], wanted: [wanted({ commit: commit('b') })] }),
    );
    expect(decision.entries[0]?.verdict).toBe('add');
    expect(decision.held).toEqual([]);
  });

  test('is forgotten with its pull request', () => {
    expect(decideSet(facts({ held: [held()], wanted: [] })).held).toEqual([]);
  });

  test('of another service that is not ours is remembered', () => {
    const foreign = held({ service: 'api' });
    expect(decideSet(facts({ held: [foreign] })).held).toEqual([foreign]);
  });

  test('in this very run stays out of the rest of it, attempts or not', () => {
    const failed = new Map([['web 1d0fd508', 'Service1D0FD508: no']]);
    const [decision] = decideSet(
      facts({ failed, deployed: [entry({ commit: commit('b') })] }),
    ).entries;
    expect(decision).toMatchObject({ verdict: 'held', reason: 'Service1D0FD508: no' });
  });

  test('with many others ends the run for all but the occasion', () => {
    const all = [wanted(), wanted({ id: 'b' })];
    expect(verdicts({ wanted: all, occasionOnly: true })).toEqual([
      ['1d0fd508', 'add'],
      ['b', 'wait'],
    ]);
  });
});
