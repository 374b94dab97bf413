import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Order, Pipeline } from '../../src/promotion/pipeline.ts';
import { length, pipeline, stage } from '../builders/promotion.ts';
import { Interleaving } from './interleaving.ts';

/** `npm run test:model` sets many more. */
const runs = Number(process.env.UNDERSTUDY_MODEL_RUNS ?? 2_000);
const seed = Number(process.env.UNDERSTUDY_MODEL_SEED ?? Date.now() % 2 ** 31);
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
      stage('prod', { after: ['staging'], ...way }),
    ],
  });
}

async function holds(order: Order, pullRequests: boolean, tape: readonly number[]) {
  const played = new Interleaving(pipelineWith(order, pullRequests), tape);
  await played.play();
  const stuck = await played.settle(120);
  return [...played.violations(), ...stuck];
}

test.each(orders)(
  'by %s nothing is promoted twice or past an unready stage, and all arrives in the end',
  async (order) => {
    const tape = fc.array(fc.nat(2 ** 20), { minLength: 40, maxLength: 120, size: 'max' });
    const property = fc.asyncProperty(tape, fc.boolean(), async (choices, pullRequests) => {
      expect(await holds(order, pullRequests, choices)).toEqual([]);
    });
    const report = await fc.check(property, { seed, numRuns: Math.ceil(runs / orders.length) });
    if (process.env.UNDERSTUDY_MODEL_RUNS)
      process.stdout.write(`${order}: ${report.numRuns} interleavings, seed ${report.seed}\n`);
    if (report.failed)
      throw new Error(fc.defaultReportMessage(report), { cause: report.errorInstance });
  },
  3_600_000,
);
