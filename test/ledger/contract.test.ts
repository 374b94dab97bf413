import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { NewCommit, RefStore } from '../../src/ledger/ref-store.ts';
import { type Backend, backends } from './backends.ts';
import { counter, countOf, ledgerOf, noon, raise } from './counter.ts';

const sha = /^[0-9a-f]{40}$/;

function commit(parent: string | undefined, record: string): NewCommit {
  return { parent, record, message: `test ${record}\n\nBy: ada\n`, by: 'ada', at: noon };
}

async function tip(store: RefStore, ref: string): Promise<string | undefined> {
  return (await store.tips(ref)).get(ref);
}

for (const [name, open] of Object.entries(backends)) {
  describe(`a ledger on ${name}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend.close());

    test('has nothing at first, then what was recorded, for other runs too', async () => {
      const ledger = ledgerOf(backend.connect());
      const cell = counter('first');
      expect(await ledger.read(cell)).toEqual({ sequence: 0, state: undefined, last: undefined });
      const outcome = await ledger.transition(cell, raise('ada'));
      expect(outcome).toMatchObject({
        kind: 'recorded',
        snapshot: { sequence: 1, state: { value: 1, by: 'ada' }, last: { by: 'ada', at: noon } },
      });
      await ledger.transition(cell, raise('bob'));
      expect(await ledgerOf(backend.connect(), 'run-2').read(cell)).toMatchObject({
        sequence: 2,
        state: { value: 2, by: 'bob' },
        last: { operation: 'run-1-2', why: 'bob counts' },
      });
    });

    test('keeps who, when, which run and why, newest first', async () => {
      const ledger = ledgerOf(backend.connect(), 'log');
      const cell = counter('logged');
      for (const by of ['ada', 'bob']) await ledger.transition(cell, raise(by));
      const entries = await ledgerOf(backend.connect()).history(cell, 1);
      expect(entries).toMatchObject([
        { operation: 'log-2', why: 'bob counts', by: 'ada', at: noon },
      ]);
      expect(entries[0]?.run).toBe('https://github.com/acme/app/actions/runs/log');
      expect(entries[0]?.commit).toMatch(sha);
    });

    test('needs two reads and three writes for a transition, and one read for a cell unchanged', async () => {
      const cell = counter('counted');
      await ledgerOf(backend.connect()).transition(cell, raise('ada'));
      const ledger = ledgerOf(backend.connect(), 'run-2');
      await backend.requests();
      await ledger.transition(cell, raise('bob'));
      const requests = await backend.requests();
      if (!requests) return;
      expect(requests.map((one) => one.split('?')[0]?.replace(/\/[0-9a-f]{40}$/, ''))).toEqual([
        'GET /git/matching-refs/understudy%2Ftest%2Fcounted',
        'GET /contents/record.json',
        'POST /git/trees',
        'POST /git/commits',
        'PATCH /git/refs/understudy%2Ftest%2Fcounted',
      ]);
      await ledger.read(cell);
      expect(await backend.requests()).toHaveLength(1);
      await ledger.witness();
      expect(await backend.requests()).toEqual(['POST /git/refs']);
    });

    test('reads all cells of a kind with one request, and one for each', async () => {
      const cells = ['one', 'two', 'none'].map((part) => counter('many', part));
      const writer = ledgerOf(backend.connect());
      for (const cell of cells.slice(0, 2)) await writer.transition(cell, raise('ada'));
      await backend.requests();
      const all = await ledgerOf(backend.connect()).readAll(cells);
      expect(all.map(({ state }) => state?.value)).toEqual([1, 1, undefined]);
      expect((await backend.requests())?.length ?? 3).toBe(3);
      expect(await writer.readAll([])).toEqual([]);
    });

    test('of two that read the same, one is first and the other goes on from there', async () => {
      const cell = counter('raced');
      const ledgers = ['a', 'b'].map((id) => ledgerOf(backend.connect(), id));
      const outcomes = await Promise.all(ledgers.map((one) => one.transition(cell, raise('x'))));
      expect(outcomes.map(({ kind }) => kind)).toEqual(['recorded', 'recorded']);
      expect(await countOf(backend.connect(), cell)).toBe(2);
      const entries = await ledgerOf(backend.connect()).history(cell, 9);
      expect(entries.map(({ operation }) => operation.slice(0, 1)).sort()).toEqual(['a', 'b']);
    });

    test('leaves a cell alone when there is nothing to do', async () => {
      const ledger = ledgerOf(backend.connect());
      const outcome = await ledger.transition(counter('left'), () => undefined);
      expect(outcome).toMatchObject({ kind: 'unchanged', snapshot: { sequence: 0 } });
      expect(await tip(backend.connect(), 'refs/understudy/test/left')).toBeUndefined();
    });

    describe('whose ref', () => {
      interface Moved {
        readonly ledger: Ledger;
        readonly ref: string;
        readonly old: string;
        readonly tip: string;
      }
      const all = new Map<string, Moved>();
      const move = async (part: string) => {
        const ledger = ledgerOf(backend.connect());
        const ref = `refs/understudy/test/${part}`;
        const commits: string[] = [];
        for (const by of ['ada', 'bob']) {
          const outcome = await ledger.transition(counter(part), raise(by));
          if (outcome.kind === 'recorded') commits.push(outcome.snapshot.last?.commit ?? '');
        }
        await ledger.witness();
        const [old = '', newest = ''] = commits;
        all.set(part, { ledger, ref, old, tip: newest });
      };
      const moved = (part: string) => all.get(part) as Moved;
      beforeAll(() => Promise.all(['deleted', 'set-back', 'replaced', 'forgotten'].map(move)));

      test('was deleted says so, and does not begin anew', async () => {
        const { ref, tip: known } = moved('deleted');
        await backend.force(ref, undefined);
        const change = ledgerOf(backend.connect()).transition(counter('deleted'), raise('eve'));
        await expect(change).rejects.toThrow(`the ref was deleted; it was at ${known}`);
        expect(await tip(backend.connect(), ref)).toBeUndefined();
        await backend.force(ref, known);
        expect(await countOf(backend.connect(), counter('deleted'))).toBe(2);
      });

      test('was set back says so', async () => {
        const { ref, old } = moved('set-back');
        await backend.force(ref, old);
        const reading = ledgerOf(backend.connect()).read(counter('set-back'));
        await expect(reading).rejects.toThrow(`moved by force to ${old}`);
      });

      test('was put to another chain says so, also to a run that saw it before', async () => {
        const { ledger, ref, tip: known } = moved('replaced');
        const store = backend.connect();
        const text = (await store.record(known)) ?? '';
        const other = await store.write(commit(undefined, text));
        expect(await store.swap('refs/understudy/other', undefined, other)).toEqual({
          kind: 'moved',
        });
        await backend.force(ref, other);
        const change = ledger.transition(counter('replaced'), raise('eve'));
        await expect(change).rejects.toThrow('does not follow');
        await expect(ledgerOf(store).read(counter('replaced'))).rejects.toThrow('moved by force');
      });

      test('and whose witness were deleted begins anew: nothing is left to know it by', async () => {
        const { ref } = moved('forgotten');
        await backend.force(ref, undefined);
        await backend.force(`${ref}+seen`, undefined);
        expect(await countOf(backend.connect(), counter('forgotten'))).toBeUndefined();
      });
    });

    describe('its store', () => {
      const ref = 'refs/understudy/test/store';

      test('makes the same commit of the same content, and swaps as it says', async () => {
        const [mine, theirs] = [backend.connect(), backend.connect()];
        const root = await mine.write(commit(undefined, '1\n'));
        expect(root).toMatch(sha);
        expect(await theirs.write(commit(undefined, '1\n'))).toBe(root);
        expect(await mine.swap(ref, undefined, root)).toEqual({ kind: 'moved' });
        const left = await mine.write(commit(root, '2\n'));
        const [again] = [await theirs.tips(ref)];
        expect(again).toEqual(new Map([[ref, root]]));
        expect(await theirs.record(root)).toBe('1\n');
        const right = await theirs.write(commit(root, '3\n'));
        expect(await mine.swap(ref, root, left)).toEqual({ kind: 'moved' });
        expect(await mine.swap(ref, root, left)).toEqual({ kind: 'moved' });
        expect(await theirs.swap(ref, root, right)).toMatchObject({ kind: 'refused' });
        expect(await theirs.swap(ref, undefined, right)).toMatchObject({ kind: 'refused' });
        const absent = await theirs.swap('refs/understudy/test/absent', root, right);
        expect(absent).toMatchObject({ kind: 'refused' });
        expect(await theirs.tips(ref)).toEqual(new Map([[ref, left]]));
        expect(await theirs.record(left)).toBe('2\n');
        expect((await theirs.history(left, 9)).map((one) => one.commit)).toEqual([left, root]);
        expect(await theirs.history(left, 1)).toEqual([
          { commit: left, author: 'ada', message: expect.stringMatching(/^test 2\n/) },
        ]);
      });

      test('has no record for a commit that is not there', async () => {
        expect(await backend.connect().record('1'.repeat(40))).toBeUndefined();
      });
    });
  });
}
