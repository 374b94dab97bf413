import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Order, Pipeline } from '../../src/promotion/pipeline.ts';
import { length, pipeline, stage } from '../builders/promotion.ts';
import { Interleaving } from './interleaving.ts';

/**
 * `npm run test:model` sets many more runs. With the seed of a failure and UNDERSTUDY_MODEL_SHRINK=1 a shorter
 * counterexample is looked for, which takes minutes.
 */
const runs = Number(process.env.UNDERSTUDY_MODEL_RUNS ?? 2_000);
const seed = Number(process.env.UNDERSTUDY_MODEL_SEED ?? Date.now() % 2 ** 31);
const endOnFailure = process.env.UNDERSTUDY_MODEL_SHRINK === undefined;
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
    const numRuns = Math.ceil(runs / orders.length);
    const report = await fc.check(property, { seed, numRuns, endOnFailure });
    if (process.env.UNDERSTUDY_MODEL_RUNS)
      process.stdout.write(`${order}: ${report.numRuns} interleavings, seed ${report.seed}\n`);
    if (report.failed)
      throw new Error(fc.defaultReportMessage(report), { cause: report.errorInstance });
  },
  3_600_000,
);
