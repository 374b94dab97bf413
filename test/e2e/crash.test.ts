import { describe, expect, test } from '@jest/globals';
import { crashAt, inParallel, type Scenario, undisturbed } from '../world/crash.ts';

const atOnce = 3;

const scenarios: Readonly<Record<string, Scenario>> = {
  'a first deploy': { prepare: (world) => world.pullRequest('one') },
  'an update': {
    async prepare(world) {
      await world.step(await world.pullRequest('one'));
      return world.update('one', { greeting: 'again' });
    },
  },
  'a teardown': {
    async prepare(world) {
      await world.step(await world.pullRequest('one'));
      return world.closePull(1);
    },
  },
  'a sweep': {
    async prepare(world) {
      for (const branch of ['one', 'two']) await world.step(await world.pullRequest(branch));
      for (const number of [1, 2]) await world.closePull(number);
      return world.schedule();
    },
  },
};

describe('killed at any external call and run again, everything ends as after an undisturbed run of', () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(name, async () => {
      const { boundaries, end } = await undisturbed(scenario);
      expect(boundaries.length).toBeGreaterThan(10);
      const faults = await inParallel(boundaries, atOnce, (boundary) =>
        crashAt(scenario, boundary, end),
      );
      expect(faults.filter(Boolean)).toEqual([]);
    });
  }
});
