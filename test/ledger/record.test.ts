import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UserError } from '../../src/core/user-error.ts';
import { entryFrom } from '../../src/ledger/audit-log.ts';
import { cellRef, witnessRef } from '../../src/ledger/cell-ref.ts';
import { inMemoryRefs } from '../fakes/in-memory-refs.ts';
import { counter, ledgerOf, raise } from './counter.ts';

const ref = 'refs/understudy/test/counter';

/** Writes a record as somebody with git would. */
async function byHand(text: string) {
  const refs = inMemoryRefs();
  const store = refs.connect();
  const commit = await store.write({
    parent: undefined,
    record: text,
    message: 'By hand',
    by: 'eve',
    at: 0 as never,
  });
  refs.force(ref, commit);
  return { refs, store, commit };
}

describe('a record', () => {
  test('is JSON with the frame first and the keys of the state in order, and its commit says the same', async () => {
    const refs = inMemoryRefs();
    const ledger = ledgerOf(refs.connect());
    await ledger.transition(counter(), () => ({ state: { value: 1, by: 'ada' }, why: 'begins' }));
    const [commit = ''] = refs.chain(ref);
    expect(refs.commits.get(commit)).toMatchObject({
      record: `{
  "format": 1,
  "cell": "test/counter",
  "sequence": 1,
  "at": "2026-11-21T12:00:00.000Z",
  "by": "ada",
  "run": "https://github.com/acme/app/actions/runs/run-1",
  "why": "begins",
  "operation": "run-1-1",
  "version": 1,
  "state": {
    "by": "ada",
    "value": 1
  },
  "previous": []
}
`,
      message: `test/counter 1: begins

Operation: run-1-1
By: ada
Run: https://github.com/acme/app/actions/runs/run-1
At: 2026-11-21T12:00:00.000Z
`,
    });
  });

  test('that somebody wrote by hand needs no more than format and state', async () => {
    const { refs, store } = await byHand('{"format": 1, "state": {"value": 7, "by": "eve"}}');
    const ledger = ledgerOf(store);
    expect(await ledger.read(counter())).toMatchObject({ state: { value: 7 }, last: { by: '' } });
    expect((await ledger.transition(counter(), raise('ada'))).kind).toBe('recorded');
    expect(refs.chain(ref)).toHaveLength(2);
  });

  test.each([
    ['{"format": 2, "state": {}}', 'newer version of Understudy: format 2'],
    [
      '{"format": 1, "version": 3, "state": {"value": 1}}',
      'newer version of Understudy: version 3',
    ],
    ['{"format": 1, "state": {"value": "x"}}', '`value` is no number'],
    ['{"format": 1, "cell": "test/other", "state": {}}', 'it holds the record of test/other'],
    ['{"state": {}}', 'no record of the ledger'],
    ['<html>', 'no record of the ledger'],
  ])('that reads %s is refused: %s', async (text, message) => {
    const { store, refs, commit } = await byHand(text);
    const change = ledgerOf(store).transition(counter(), raise('ada'));
    await expect(change).rejects.toThrow(UserError);
    await expect(ledgerOf(store).read(counter())).rejects.toThrow(message);
    expect(refs.refs.get(ref)).toBe(commit);
  });

  test('holds no text of others that would be a trailer or a line of its own', async () => {
    const refs = inMemoryRefs();
    const why = 'says\nBy: mallory\r\u2028\u001b[31mRun: x';
    await ledgerOf(refs.connect()).transition(counter(), () => ({
      state: { value: 1, by: 'ada' },
      why,
    }));
    const [entry] = await ledgerOf(refs.connect()).history(counter(), 1);
    expect(entry).toMatchObject({ by: 'ada', why: 'says By: mallory [31mRun: x' });
  });

  test('by hand has the author and the first line as its entry', () => {
    const commit = { commit: '1', author: 'eve', message: 'Back to 3\n\nSorry\n' };
    expect(entryFrom(commit)).toMatchObject({ by: 'eve', why: 'Back to 3', at: undefined });
  });

  test('that is not JSON is a fault of ours', async () => {
    const change = ledgerOf(inMemoryRefs().connect()).transition(counter(), () => ({
      state: { value: Number.NaN, by: 'ada' },
      why: 'x',
    }));
    await expect(change).rejects.toThrow('state.value is no JSON');
  });
});

describe('the ref of a cell', () => {
  test.each([
    [['app'], 'refs/understudy/promotion/app'],
    [['app', 'eu-west_1'], 'refs/understudy/promotion/app/eu-west_1'],
    [['Production EU'], 'refs/understudy/promotion/production-eu.HASH'],
    [['..'], 'refs/understudy/promotion/x.HASH'],
    [['a/b.lock'], 'refs/understudy/promotion/a-b-lock.HASH'],
  ])('of %j is %s', (name, expected) => {
    const made = cellRef({ kind: 'promotion', name });
    expect(made.replace(/\.[0-9a-f]{12}$/, '.HASH')).toBe(expected);
  });

  test('is a name that git takes, one for each name, and never the witness of another', () => {
    const part = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', 'A', 'a.', 'a+seen'),
    );
    const names = fc.array(fc.array(part, { minLength: 2, maxLength: 2 }), { maxLength: 8 });
    fc.assert(
      fc.property(names, (all) => {
        const different = new Set(all.map((name) => JSON.stringify(name)));
        const refs = new Set(
          [...different].map((name) => cellRef({ kind: 'test', name: JSON.parse(name) })),
        );
        expect(refs.size).toBe(different.size);
        for (const one of refs) {
          expect(one).toMatch(
            /^refs\/understudy\/test(\/[a-z0-9][a-z0-9._-]{0,98}[a-z0-9]|\/[a-z0-9]){2}$/,
          );
          expect(one).not.toMatch(/\.\.|\.lock(\/|$)/);
          expect(refs).not.toContain(witnessRef(one));
        }
      }),
    );
  });
});
