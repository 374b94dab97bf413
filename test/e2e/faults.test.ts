import { beforeAll, describe, expect, test } from '@jest/globals';
import { inParallel, prepared, type Scenario } from '../world/crash.ts';
import type { Observed } from '../world/observe.ts';
import { inWorld } from '../world/world.ts';

/** What can go wrong between GitHub and a run; each is over after one time. */
const faults = [
  { action: 'lose-answer' },
  { action: 'error-502' },
  { action: 'secondary-limit', milliseconds: 1000 },
  { action: 'stale-read' },
  { action: 'delay', milliseconds: 300 },
] as const;

type Fault = (typeof faults)[number];

const scenarios: Readonly<Record<string, Scenario>> = {
  'a first deploy': { prepare: (world) => world.pullRequest('one') },
  'an update': {
    async prepare(world) {
      await world.step(await world.pullRequest('one'));
      return world.update('one', { greeting: 'again' });
    },
  },
};

interface Route {
  readonly method: string;
  readonly path: string;
}

/** The routes that a scenario uses, each once, and how it ends when nothing goes wrong. */
async function survey(scenario: Scenario): Promise<{ routes: readonly Route[]; end: Observed }> {
  const found: { routes: readonly Route[]; end: Observed }[] = [];
  await inWorld({}, async (world) => {
    const trigger = await prepared(scenario, world);
    await world.step(trigger);
    const used = world.requests().map(({ method, path }) => ({ method, path: barePath(path) }));
    const names = new Map(used.map((route) => [`${route.method} ${route.path}`, route]));
    found.push({ routes: [...names.values()], end: await world.observe() });
  });
  return found[0] ?? { routes: [], end: {} as Observed };
}

/** As the stand-in sees it, ids made a pattern. */
function barePath(path: string): string {
  const [bare = ''] = path.split('?');
  return bare.replace(/\/(comments|deployments)\/\d+/, '/$1/*');
}

/** Answers what is not as it would be without the fault. */
async function withFault(scenario: Scenario, route: Route, fault: Fault, end: Observed) {
  const words: string[] = [];
  await inWorld({}, async (world) => {
    const trigger = await prepared(scenario, world);
    await world.must('POST', '/_lab/faults', { match: route, times: 1, ...fault });
    const first = await world.step(trigger);
    // A deployment that the list did not show is made inactive by the next run.
    const result = isStaleList(route, fault) ? await world.step(trigger) : first;
    const left = await world.must('GET', '/_lab/faults');
    const where = `${JSON.stringify(fault)} at ${route.method} ${route.path}`;
    if (left.body.length > 0) words.push(`${where}: the fault hit nothing`);
    if (result.exit !== 0) words.push(`${where}: exit ${result.exit}: ${result.log}`);
    else expectSame(where, await world.observe(), end, words);
  });
  return words;
}

function isStaleList({ path }: Route, { action }: { readonly action: string }): boolean {
  return action === 'stale-read' && path.endsWith('/deployments');
}

function expectSame(where: string, seen: Observed, end: Observed, words: string[]): void {
  for (const part of Object.keys(end) as (keyof Observed)[]) {
    if (JSON.stringify(seen[part]) !== JSON.stringify(end[part])) {
      words.push(`${where}: ${part} is ${JSON.stringify(seen[part])}`);
    }
  }
}

for (const [name, scenario] of Object.entries(scenarios)) {
  describe(`a fault at any request of ${name} changes nothing in the end, and makes nothing twice:`, () => {
    let surveyed: Awaited<ReturnType<typeof survey>>;
    beforeAll(async () => {
      surveyed = await survey(scenario);
      expect(surveyed.routes.length).toBeGreaterThan(5);
    });
    for (const fault of faults) {
      test(fault.action, async () => {
        const { routes, end } = surveyed;
        const hit = routes.filter(
          ({ method }) => fault.action !== 'stale-read' || method === 'GET',
        );
        const words = await inParallel(hit, 3, (route) => withFault(scenario, route, fault, end));
        expect(words.flat()).toEqual([]);
      });
    }
  });
}
