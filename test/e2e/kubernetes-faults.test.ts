import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Trouble } from '../cluster/api-proxy.ts';
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

interface Fault extends Spot {
  readonly trouble: Trouble;
}

const ofAll = ['throttle', 'error-503', 'reset', 'half-answer'] as const;
/** Whether and when the API server was asked makes a difference only for what changes something. */
const ofChanges = [...ofAll, 'lose-answer', 'double', 'delay'] as const;

function faultsOf({ spots }: Undisturbed): Fault[] {
  return spots.flatMap((spot) =>
    (spot.method === 'GET' ? ofAll : ofChanges).map((trouble) => ({ ...spot, trouble })),
  );
}

/** Runs while one request goes wrong; answers what is not as after an undisturbed run. */
async function disturbed(
  own: StagedPreview,
  occasion: Occasion,
  fault: Fault | undefined,
  { end }: Undisturbed,
): Promise<string | undefined> {
  const trigger = await own.bring(occasion);
  const what = fault ? `${occasion}, ${fault.trouble} at ${describeSpot(fault)}` : occasion;
  if (fault) strike(own, fault, fault.trouble);
  const { exit, log, outputs } = await own.start(trigger).finished;
  const isHit = struck(own);
  if (exit !== 0) return `${what}: ${outputs.reason} ${log}`;
  const told = await difference(own, end);
  if (told !== '') return `${what}: ${told}`;
  return fault && !isHit ? undefined : '';
}

describe('whatever happens to one request to the API server', () => {
  test(
    'previews come, change and go as in an undisturbed run',
    () =>
      stage.inWorld(async (own) => {
        const calm = await undisturbed(await own.preview());
        const faults = {
          deploy: faultsOf(calm.deploy),
          update: faultsOf(calm.update),
          teardown: faultsOf(calm.teardown),
        };
        expect(faults.deploy.length).toBeGreaterThan(60);
        expect(faults.update.length).toBeGreaterThan(90);
        expect(faults.teardown.length).toBeGreaterThan(15);
        const told = await playAll(own, faults, (preview, occasion, fault) =>
          disturbed(preview, occasion, fault, calm[occasion]),
        );
        expect(told).toEqual([]);
      }),
    600_000,
  );
});
