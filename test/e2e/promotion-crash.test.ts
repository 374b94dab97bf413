import { describe, expect, test } from '@jest/globals';
import { withScenario } from '../world/promotion-copies.ts';
import { sweepCrashes } from '../world/promotion-crashes.ts';
import { describeSweep } from '../world/promotion-rest.ts';
import { promotionScenarios } from '../world/promotion-scenarios.ts';

const timeout = 1_200_000;

describe('killed at any request and asked for again, a run that', () => {
  for (const [name, scenario] of Object.entries(promotionScenarios)) {
    test(
      `${name} has every effect once and ends as if nothing had been`,
      async () => {
        const begun = performance.now();
        const swept = await withScenario(scenario, sweepCrashes);
        console.info(describeSweep(name, swept, performance.now() - begun));
        expect(swept.disturbed).toBeGreaterThan(swept.requests);
        expect(swept.words).toEqual([]);
      },
      timeout,
    );
  }
});
