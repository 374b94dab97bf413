import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Order, Pipeline } from '../../src/promotion/pipeline.ts';
import { modelTimeout, playModel } from '../builders/model-runs.ts';
import { length, pipeline, stage } from '../builders/promotion.ts';
import { Interleaving } from './interleaving.ts';

const orders: readonly Order[] = ['newest', 'queue', 'finish-first', 'pairwise'];

function pipelineWith(order: Order, pullRequests: boolean): Pipeline {
  const soak = { soak: length('20m') };
  const way = pullRequests ? ({ via: 'pull-request' } as const) : {};
  return pipeline({
    order,
    finishWithin: length('12h'),
    stages: [
      stage('dev', way),
      stage('staging', { after: ['dev'], ...way, gates: soak }),
      stage('prod', { after: ['staging'], ...way, gates: soak }),
    ],
  });
}

/** What went wrong, and how it came to that. */
async function faults(
  order: Order,
  pullRequests: boolean,
  tape: readonly number[],
  isLogged = false,
) {
  const played = new Interleaving(pipelineWith(order, pullRequests), tape, isLogged);
  await played.play();
  const stuck = await played.settle(120);
  return [...played.violations(), ...stuck, ...played.log];
}

test.each(orders)(
  'by %s nothing is promoted twice or past an unready stage, and all arrives in the end',
  async (order) => {
    const tape = fc.array(fc.nat(2 ** 20), { minLength: 100, maxLength: 260, size: 'max' });
    const property = fc.asyncProperty(tape, fc.boolean(), async (choices, pullRequests) => {
      const found = await faults(order, pullRequests, choices);
      if (found.length > 0) expect(await faults(order, pullRequests, choices, true)).toEqual([]);
    });
    await playModel(property, orders.length);
  },
  modelTimeout,
);
