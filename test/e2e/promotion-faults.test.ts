import { describe, expect, test } from '@jest/globals';
import { withScenario } from '../world/promotion-copies.ts';
import { sweepFaults } from '../world/promotion-faults.ts';
import { describeSweep } from '../world/promotion-rest.ts';
import { promotionScenarios } from '../world/promotion-scenarios.ts';

const timeout = 1_200_000;
/** All of them take a quarter of an hour: the nightly workflow's part. */
const share = process.env.UNDERSTUDY_ALL_FAULTS ? 1 : 6;

describe('whatever befalls one request to GitHub, nothing is done twice, and all ends well for a run that', () => {
  for (const [name, scenario] of Object.entries(promotionScenarios)) {
    test(
      name,
      async () => {
        const begun = performance.now();
        const swept = await withScenario(scenario, (kept) => sweepFaults(kept, share));
        console.info(describeSweep(name, swept, performance.now() - begun));
        expect(swept.disturbed * share).toBeGreaterThan(2 * swept.requests);
        expect(swept.words).toEqual([]);
      },
      timeout,
    );
  }
});
