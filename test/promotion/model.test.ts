import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Order } from '../../src/promotion/pipeline.ts';
import { modelTimeout, playModel } from '../builders/model-runs.ts';
import { Interleaving } from './interleaving.ts';
import { pipelineOf, type Variant, variants } from './model-variants.ts';

const orders: readonly Order[] = ['newest', 'queue', 'finish-first', 'pairwise'];

/** What went wrong, and how it came to that. */
async function faults(order: Order, variant: Variant, tape: readonly number[], isLogged = false) {
  // A run can be started twice, so that clocks that are far off are not withstood.
  const areClocksFarOff = variant.clocks === 'far-off' && variant.via !== 'dispatch';
  const played = new Interleaving(pipelineOf(order, variant), tape, { areClocksFarOff, isLogged });
  await played.play();
  const stuck = await played.settle(120);
  return [...played.violations(), ...stuck, ...played.log];
}

test.each(orders)(
  'by %s nothing is promoted twice or past an unready stage, and all arrives in the end',
  async (order) => {
    const tape = fc.array(fc.nat(2 ** 20), { minLength: 100, maxLength: 260, size: 'max' });
    const property = fc.asyncProperty(tape, variants, async (choices, variant) => {
      const found = await faults(order, variant, choices);
      if (found.length > 0) expect(await faults(order, variant, choices, true)).toEqual([]);
    });
    await playModel(property, orders.length);
  },
  modelTimeout,
);
