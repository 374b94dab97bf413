import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterTimeout } from '../cluster/cluster.ts';
import {
  describeSpot,
  difference,
  playAll,
  type Spot,
  strike,
  struck,
  type Undisturbed,
  undisturbed,
} from '../world/spots.ts';
import { type Occasion, openStage, type StagedPreview } from '../world/staged-previews.ts';

let stage: Awaited<ReturnType<typeof openStage>>;

beforeAll(async () => {
  stage = await openStage();
}, clusterTimeout);

afterAll(() => stage?.close());

/** A request at which a run is killed: before it is sent, or with its effect done and its answer not heard. */
interface Boundary extends Spot {
  readonly cut: 'reset' | 'lose-answer';
}

/** What only looks has no effect that could be done. */
function boundariesOf({ spots }: Undisturbed): Boundary[] {
  return spots.flatMap((spot): Boundary[] => [
    { ...spot, cut: 'reset' },
    ...(spot.method === 'GET' ? [] : [{ ...spot, cut: 'lose-answer' } as const]),
  ]);
}

/** Kills a run at the boundary and runs it again; answers what is not as after an undisturbed one. */
async function crashed(
  own: StagedPreview,
  occasion: Occasion,
  boundary: Boundary | undefined,
  { end }: Undisturbed,
): Promise<string | undefined> {
  const trigger = await own.bring(occasion);
  let isMissed = false;
  let what: string = occasion;
  if (boundary) {
    what = `${occasion}, ${boundary.cut} at ${describeSpot(boundary)}`;
    strike(own, boundary, boundary.cut);
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
}

describe('killed at any request to the API server and run again', () => {
  test(
    'previews come, change and go as in an undisturbed run',
    () =>
      stage.inWorld(async (own) => {
        const calm = await undisturbed(await own.preview());
        const boundaries = {
          deploy: boundariesOf(calm.deploy),
          update: boundariesOf(calm.update),
          teardown: boundariesOf(calm.teardown),
        };
        expect(boundaries.deploy.length).toBeGreaterThan(20);
        expect(boundaries.update.length).toBeGreaterThan(25);
        expect(boundaries.teardown.length).toBeGreaterThan(4);
        const faults = await playAll(own, boundaries, (preview, occasion, boundary) =>
          crashed(preview, occasion, boundary, calm[occasion]),
        );
        expect(faults).toEqual([]);
      }),
    600_000,
  );
});
