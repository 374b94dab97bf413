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

/**
 * Where a run is killed: at each request before it is sent, and of those that change something also with its effect done
 * and its answer not heard.
 */
function boundariesOf({ spots }: Undisturbed): Harm[] {
  const changes = spots.filter(({ method }) => method !== 'GET');
  return [
    ...spots.map((spot): Harm => ({ spots: [spot], trouble: 'reset' })),
    ...changes.map((spot): Harm => ({ spots: [spot], trouble: 'lose-answer' })),
  ];
}

/** Kills a run at the boundary and runs it again; answers what is not as after an undisturbed one. */
const crashed: Play = async (own, occasion, boundary, { end }) => {
  const trigger = await own.bring(occasion);
  let isMissed = false;
  let what: string = occasion;
  if (boundary) {
    what = `${occasion}, killed with ${describeHarm(boundary)}`;
    strike(own, boundary);
    const running = own.start(trigger);
    own.api.beforeBreak = running.kill;
    const { exit, log } = await running.finished;
    isMissed = !struck(own);
    if (exit !== (isMissed ? 0 : 137)) return `${what}: it ended with ${exit}: ${log}`;
  }
  const { exit, log } = isMissed
    ? { exit: 0, log: '' }
    : await own.start(trigger, { attempt: 2 }).finished;
  if (exit !== 0) return `${what}: the second run failed: ${log}`;
  const told = await difference(own, end);
  if (told !== '') return `${what}: ${told}`;
  return isMissed ? undefined : '';
};

describe('killed at any request to the API server and run again', () => {
  test(
    'previews come, change and go as in an undisturbed run',
    () =>
      stage.inWorld(async (own) => {
        const calm = await undisturbed(await own.preview());
        const boundaries = harmsFor(calm, boundariesOf);
        expect(boundaries.deploy.length).toBeGreaterThan(20);
        expect(boundaries.update.length).toBeGreaterThan(25);
        expect(boundaries.teardown.length).toBeGreaterThan(4);
        const faults = await playAll(own, calm, boundaries, crashed);
        expect(faults).toEqual([]);
      }),
    600_000,
  );
});
