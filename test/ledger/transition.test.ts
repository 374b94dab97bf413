import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import type { RefStore, Swap } from '../../src/ledger/ref-store.ts';
import { type Fate, inMemoryRefs, type Network } from '../fakes/in-memory-refs.ts';
import { counter, countOf, ledgerOf, raise } from './counter.ts';

const ref = 'refs/understudy/test/counter';

/** Fates of the calls of one method, in order; then all goes well. */
function fated(method: keyof RefStore, ...fates: Fate[]): Network {
  return (called) => (called === method && fates.shift()) || { kind: 'well' };
}

const always =
  (method: keyof RefStore, fate: Fate): Network =>
  (called) =>
    called === method ? fate : { kind: 'well' };

describe('a transition whose answer was lost', () => {
  test.each<[string, Fate]>([
    ['happened', { kind: 'lost-answer' }],
    ['did not happen', { kind: 'lost-request' }],
    ['happens a little later', { kind: 'late', delay: 2 }],
  ])('is recorded once when it %s', async (_what, fate) => {
    const refs = inMemoryRefs();
    const ledger = ledgerOf(refs.connect(fated('swap', fate, fate)));
    expect((await ledger.transition(counter(), raise('ada'))).kind).toBe('recorded');
    expect((await ledger.transition(counter(), raise('ada'))).kind).toBe('recorded');
    expect(refs.chain(ref)).toHaveLength(2);
  });

  test('is found under what rivals added since, however much', async () => {
    for (const added of [1, 9, 150]) {
      const refs = inMemoryRefs();
      const rival = ledgerOf(refs.connect(), 'rival');
      await rival.transition(counter(), raise('rival'));
      let calls = 0;
      const network: Network = async (method) => {
        if (method !== 'swap') return { kind: 'well' };
        calls += 1;
        return calls === 1 ? { kind: 'lost-answer' } : { kind: 'well' };
      };
      const store = refs.connect(network);
      const swap: RefStore['swap'] = async (...change) => {
        const answer = await store.swap(...change);
        for (let index = 0; index < added; index += 1) {
          await rival.transition(counter(), raise('rival'));
        }
        return answer;
      };
      const outcome = await ledgerOf({ ...store, swap }).transition(counter(), raise('ada'));
      expect(outcome).toMatchObject({
        kind: 'recorded',
        snapshot: { state: { by: 'ada', value: 2 } },
      });
      expect(await countOf(refs.connect(), counter())).toBe(added + 2);
    }
  });

  test('is unknown when nothing can be learnt, and is not called refused', async () => {
    const refs = inMemoryRefs();
    const silent = ledgerOf(refs.connect(always('swap', { kind: 'lost-request' })));
    const outcome = await silent.transition(counter(), raise('ada'));
    expect(outcome).toEqual({ kind: 'unknown', operation: 'run-1-1', detail: 'no answer' });
  });

  test('and whose chain cannot be read is unknown', async () => {
    const refs = inMemoryRefs();
    let swapped = false;
    const network: Network = (method) => {
      swapped ||= method === 'swap';
      return { kind: swapped ? 'lost-answer' : 'well' };
    };
    const outcome = await ledgerOf(refs.connect(network)).transition(counter(), raise('ada'));
    expect(outcome.kind).toBe('unknown');
    expect(await countOf(refs.connect(), counter())).toBe(1);
  });
});

describe('a transition', () => {
  test('built on an old read costs a failed swap, and is decided again', async () => {
    const refs = inMemoryRefs();
    const first = ledgerOf(refs.connect(), 'first');
    await first.transition(counter(), raise('first'));
    await first.transition(counter(), raise('first'));
    const store = refs.connect(fated('tips', { kind: 'stale', age: 1 }));
    const outcome = await ledgerOf(store).transition(counter(), raise('ada'));
    expect(outcome).toMatchObject({ kind: 'recorded', snapshot: { state: { value: 3 } } });
  });

  test('goes on from what the run itself wrote, whatever an old read says', async () => {
    const refs = inMemoryRefs();
    const network: Network = (method) =>
      method === 'tips' ? { kind: 'stale', age: 2 } : { kind: 'well' };
    const ledger = ledgerOf(refs.connect(network));
    for (let value = 1; value <= 4; value += 1) {
      const outcome = await ledger.transition(counter(), raise('ada'));
      expect(outcome).toMatchObject({ kind: 'recorded', snapshot: { state: { value } } });
      expect((await ledger.read(counter())).state?.value).toBe(value);
    }
  });

  const refusing = (store: RefStore, detail: string): RefStore => ({
    ...store,
    swap: async (): Promise<Swap> => ({ kind: 'refused', detail }),
  });

  test('that is refused though nobody was faster says what was answered', async () => {
    const store = refusing(inMemoryRefs().connect(), 'Reference cannot be updated (422)');
    const change = ledgerOf(store).transition(counter(), raise('ada'));
    await expect(change).rejects.toThrow(
      `${ref} could not be moved: Reference cannot be updated (422)`,
    );
  });

  test('gives up when rivals are faster every time, with nothing recorded', async () => {
    const refs = inMemoryRefs();
    const rival = ledgerOf(refs.connect(), 'rival');
    const store = refs.connect();
    const slow: RefStore = {
      ...store,
      swap: async (...change) => {
        await rival.transition(counter(), raise('rival'));
        return store.swap(...change);
      },
    };
    const outcome = await ledgerOf(slow).transition(counter(), raise('ada'));
    expect(outcome).toMatchObject({ kind: 'contended', snapshot: { state: { by: 'rival' } } });
    const entries = await rival.history(counter(), 99);
    expect(entries.every(({ operation }) => operation.startsWith('rival-'))).toBe(true);
  });

  test('whose ref was deleted since the run saw it says that it is lost', async () => {
    const refs = inMemoryRefs();
    const ledger = ledgerOf(refs.connect());
    await ledger.transition(counter(), raise('ada'));
    refs.force(ref, undefined);
    const change = ledger.transition(counter(), raise('ada'));
    await expect(change).rejects.toThrow(UserError);
    expect(refs.refs.has(ref)).toBe(false);
  });
});

describe('a loss', () => {
  test('is not told on the strength of an old read', async () => {
    const refs = inMemoryRefs();
    const writer = ledgerOf(refs.connect(), 'writer');
    for (let index = 0; index < 3; index += 1) {
      await writer.transition(counter(), raise('ada'));
      await writer.witness();
    }
    const store = refs.connect();
    const answers = [new Map([...refs.refs].filter(([name]) => name !== ref))];
    const old: RefStore = { ...store, tips: async (prefix) => answers.pop() ?? store.tips(prefix) };
    expect((await ledgerOf(old).read(counter())).state?.value).toBe(3);
  });

  test('is told with the commands that bring the record back', async () => {
    const refs = inMemoryRefs();
    const writer = ledgerOf(refs.connect(), 'writer');
    await writer.transition(counter(), raise('ada'));
    await writer.witness();
    const known = refs.refs.get(ref);
    refs.force(ref, undefined);
    const error = await ledgerOf(refs.connect())
      .read(counter())
      .catch((cause) => cause);
    expect(error.problems[0].hint).toContain(
      `git fetch origin ${ref}+seen && git push --force origin ${known}:${ref}`,
    );
  });
});
