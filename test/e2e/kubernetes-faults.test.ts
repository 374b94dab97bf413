import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterTimeout } from '../cluster/cluster.ts';
import {
  describeHarm,
  difference,
  type Harm,
  harmsFor,
  type Play,
  playAll,
  strike,
  struck,
  type Undisturbed,
  undisturbed,
} from '../world/spots.ts';
import { openStage } from '../world/staged-previews.ts';

let stage: Awaited<ReturnType<typeof openStage>>;

beforeAll(async () => {
  stage = await openStage();
}, clusterTimeout);

afterAll(() => stage?.close());

/** Whether and when the API server was asked makes a difference only for what changes something. */
const ofLooks = ['throttle', 'error-503', 'reset', 'half-answer'] as const;
const ofChanges = [...ofLooks, 'lose-answer', 'double', 'delay'] as const;

/** Changes in turn; looks all in one run, each once. */
function faultsOf({ spots }: Undisturbed): Harm[] {
  const looks = spots.filter(({ method }) => method === 'GET');
  const changes = spots.filter(({ method }) => method !== 'GET');
  return [
    ...ofLooks.map((trouble) => ({ spots: looks, trouble })),
    ...changes.flatMap((spot) => ofChanges.map((trouble) => ({ spots: [spot], trouble }))),
  ];
}

/** Runs while requests go wrong; answers what is not as after an undisturbed run. */
const disturbed: Play = async (own, occasion, fault, { end }) => {
  const trigger = await own.bring(occasion);
  const what = fault ? `${occasion}, ${describeHarm(fault)}` : occasion;
  if (fault) strike(own, fault);
  const { exit, log, outputs } = await own.start(trigger).finished;
  const isHit = struck(own);
  if (exit !== 0) return `${what}: ${outputs.reason} ${log}`;
  const told = await difference(own, end);
  if (told !== '') return `${what}: ${told}`;
  return fault && !isHit ? undefined : '';
};

describe('whatever happens to a request to the API server', () => {
  test(
    'previews come, change and go as in an undisturbed run',
    () =>
      stage.inWorld(async (own) => {
        const calm = await undisturbed(await own.preview());
        const faults = harmsFor(calm, faultsOf);
        expect(faults.deploy.length).toBeGreaterThan(40);
        expect(faults.update.length).toBeGreaterThan(40);
        expect(faults.teardown.length).toBeGreaterThan(10);
        const told = await playAll(own, calm, faults, disturbed);
        expect(told).toEqual([]);
      }),
    600_000,
  );
});
