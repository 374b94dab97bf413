import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { duration } from '../../src/core/time.ts';
import { cellRef } from '../../src/ledger/cell-ref.ts';
import { type Backend, backends } from './backends.ts';
import { counter, ledgerOf, raise } from './counter.ts';

const atOnce = duration(0);
const later = duration(600_000);

for (const [name, open] of Object.entries(backends)) {
  describe(`what a run on ${name} left undone`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend.close());

    const moved = async (cell: ReturnType<typeof counter>, by: string, ends: boolean) => {
      const ledger = ledgerOf(backend.connect(), by);
      await ledger.transition(cell, raise(by));
      if (ends) await ledger.witness();
    };

    test('is nothing where there is no cell, and where the run before came to its end', async () => {
      const cell = counter('ended');
      expect(await ledgerOf(backend.connect()).unfinished(cell, atOnce)).toBeUndefined();
      await moved(cell, 'ada', true);
      expect(await ledgerOf(backend.connect()).unfinished(cell, atOnce)).toBeUndefined();
    });

    test('is known by the cell as the last run that ended saw it, until a run ends that asked', async () => {
      const cell = counter('died');
      await moved(cell, 'ada', true);
      await moved(cell, 'bob', false);
      await moved(cell, 'eve', false);
      const ledger = ledgerOf(backend.connect(), 'next');
      expect(await ledger.unfinished(cell, atOnce)).toMatchObject({ state: { value: 1 } });
      await ledger.witness();
      expect(await ledgerOf(backend.connect()).unfinished(cell, atOnce)).toBeUndefined();
    });

    test('is everything where no run ever came to its end', async () => {
      const cell = counter('never');
      await moved(cell, 'ada', false);
      const left = await ledgerOf(backend.connect()).unfinished(cell, atOnce);
      expect(left).toMatchObject({ state: undefined });
    });

    test('is known as well of a run that left it, and so is then the loss of the cell', async () => {
      const cell = counter('left');
      await moved(cell, 'ada', true);
      const ledger = ledgerOf(backend.connect(), 'bob');
      await ledger.transition(cell, raise('bob'));
      await ledger.leave();
      const next = ledgerOf(backend.connect(), 'next');
      expect(await next.unfinished(cell, atOnce)).toMatchObject({ state: { value: 1 } });
      await next.leave();
      const last = ledgerOf(backend.connect(), 'last');
      expect(await last.unfinished(cell, atOnce)).toMatchObject({ state: { value: 1 } });
      await last.witness();
      expect(await ledgerOf(backend.connect()).unfinished(cell, atOnce)).toBeUndefined();
    });

    test('is known too where a run that had looked before moved the cell on and ended', async () => {
      const cell = counter('overlapped');
      await moved(cell, 'ada', true);
      const ledger = ledgerOf(backend.connect(), 'eve');
      await ledger.read(cell);
      await moved(cell, 'bob', false);
      await ledger.transition(cell, raise('eve'));
      await ledger.witness();
      const left = await ledgerOf(backend.connect()).unfinished(cell, atOnce);
      expect(left).toMatchObject({ state: { value: 1 } });
    });

    test('does not keep the loss of a new cell from being found out', async () => {
      const cell = counter('lost');
      const ledger = ledgerOf(backend.connect(), 'ada');
      await ledger.transition(cell, raise('ada'));
      await ledger.transition(cell, raise('ada'));
      await ledger.leave();
      const next = ledgerOf(backend.connect(), 'bob');
      expect(await next.unfinished(cell, atOnce)).toMatchObject({ state: { value: 1 } });
      await backend.force(cellRef(cell), undefined);
      await expect(ledgerOf(backend.connect()).read(cell)).rejects.toThrow('the ref was deleted');
    });

    test('is left alone while it may be done yet, also by a run that moves the cell on and ends', async () => {
      const cell = counter('young');
      await moved(cell, 'ada', true);
      await moved(cell, 'bob', false);
      const ledger = ledgerOf(backend.connect(), 'rival');
      expect(await ledger.unfinished(cell, later)).toBeUndefined();
      await ledger.transition(cell, raise('eve'));
      await ledger.witness();
      const left = await ledgerOf(backend.connect()).unfinished(cell, atOnce);
      expect(left).toMatchObject({ state: { value: 1 } });
    });
  });
}
