import { expect } from '@jest/globals';
import fc from 'fast-check';

/** Interleavings of one suite; the quick suite plays few, `npm run test:model` many. */
const runs = Number(process.env.UNDERSTUDY_MODEL_RUNS ?? 2_000);
const seed = Number(process.env.UNDERSTUDY_MODEL_SEED ?? Date.now() % 2 ** 31);
const path = process.env.UNDERSTUDY_MODEL_PATH;
/** A shorter counterexample is looked for, which may take minutes. */
const shrinks = process.env.UNDERSTUDY_MODEL_SHRINK !== undefined;

/** Time for as many runs as there are to be, on a busy machine. */
export const modelTimeout: number = 60_000 + runs * 50;

/**
 * Plays a property's share of the suite's interleavings: `1 / shares` of them. A failure says how to play that one
 * interleaving again; how many were played, from which seed, is printed where a number was asked for.
 */
export async function playModel<T>(
  property: fc.IAsyncPropertyWithHooks<T>,
  shares: number,
): Promise<void> {
  const numRuns = Math.ceil(runs / shares);
  const parameters = { seed, numRuns, endOnFailure: !shrinks, ...(path !== undefined && { path }) };
  const report = await fc.check(property, parameters);
  const { currentTestName = '', testPath = '' } = expect.getState();
  if (process.env.UNDERSTUDY_MODEL_RUNS)
    process.stdout.write(`${report.numRuns} interleavings, seed ${seed}: ${currentTestName}\n`);
  if (!report.failed) return;
  const again = `UNDERSTUDY_MODEL_SEED=${seed} UNDERSTUDY_MODEL_PATH=${report.counterexamplePath}`;
  const file = testPath.slice(testPath.lastIndexOf('/test/') + 1);
  throw new Error(
    `After ${report.numRuns} interleavings. To play this one again, or with UNDERSTUDY_MODEL_SHRINK=1 a shorter one:\n` +
      `${again} npm test -- ${file} -t '${currentTestName}'\n${fc.defaultReportMessage(report)}`,
    { cause: report.errorInstance },
  );
}
