import { describe, expect, test } from '@jest/globals';
import { withScenario } from '../world/promotion-copies.ts';
import { sweepCrashes } from '../world/promotion-crashes.ts';
import { describeSweep } from '../world/promotion-rest.ts';
import { promotionScenarios } from '../world/promotion-scenarios.ts';

const timeout = 1_200_000;
/** All of them take a quarter of an hour: the nightly workflow's part. */
const share = process.env.UNDERSTUDY_ALL_FAULTS ? 1 : 3;

describe('killed at any request and asked for again, a run that', () => {
  for (const [name, scenario] of Object.entries(promotionScenarios)) {
    test(
      `${name} has every effect once and ends as if nothing had been`,
      async () => {
        const begun = performance.now();
        const swept = await withScenario(scenario, (kept) => sweepCrashes(kept, share));
        console.info(describeSweep(name, swept, performance.now() - begun));
        expect(swept.disturbed * share).toBeGreaterThan(swept.requests);
        expect(swept.words).toEqual([]);
      },
      timeout,
    );
  }
});
