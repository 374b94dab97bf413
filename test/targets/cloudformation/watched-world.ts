import { type Instant, instant } from '../../../src/core/time.ts';
import { type Cloud, connectCloud } from '../../../src/targets/cloudformation/connect/cloud.ts';
import type { Destroying } from '../../../src/targets/cloudformation/stack/destroy-stack.ts';
import type { ProgressEvent } from '../../../src/targets/target.ts';
import {
  type FakeCloudFormation,
  type FakeOptions,
  startFakeCloudFormation,
} from '../../aws/fake-cloudformation.ts';

/** CloudFormation with AWS's manners, under a clock that only pauses move. */
export interface World {
  readonly aws: FakeCloudFormation;
  readonly cloud: Cloud;
  readonly acting: Destroying;
  readonly progress: ProgressEvent[];
  readonly abort: AbortController;
  /** When each pause began and how long it was. */
  readonly pauses: { readonly at: number; readonly length: number }[];
  now(): Instant;
  /** Lets seconds pass. */
  pass(seconds: number): void;
  /** How often each action was asked for since the last `forget`. */
  counts(): Readonly<Record<string, number>>;
  lines(): string[];
  steps(): string[];
  /** Called before each pause. */
  onPause: (at: number) => void;
  close(): Promise<void>;
}

export const began = Date.parse('2026-11-21T12:00:00Z');

export async function openWorld(options: FakeOptions = {}, skew = 0): Promise<World> {
  let clock = began;
  const aws = await startFakeCloudFormation({ ...options, now: () => clock + skew });
  const cloud = connectCloud({
    region: 'us-east-1',
    environment: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: '123456789012',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
  });
  const progress: ProgressEvent[] = [];
  const pauses: World['pauses'] = [];
  const abort = new AbortController();
  const now = () => instant(clock);
  const pause = async (length: number, signal: AbortSignal) => {
    world.onPause(clock);
    signal.throwIfAborted();
    pauses.push({ at: clock, length });
    clock += length;
  };
  const world: World = {
    aws,
    cloud,
    progress,
    abort,
    pauses,
    now,
    acting: {
      now,
      pause,
      signal: abort.signal,
      service: 'web',
      operation: 'run-1',
      progress: (event) => progress.push(event),
    },
    pass: (seconds) => {
      clock += seconds * 1000;
    },
    counts: () => {
      const counts: Record<string, number> = {};
      for (const { action } of aws.requests()) counts[action] = (counts[action] ?? 0) + 1;
      return counts;
    },
    lines: () => progress.flatMap((event) => (event.kind === 'log' ? [event.line] : [])),
    steps: () =>
      progress.flatMap((event) =>
        event.kind === 'step' ? [`${event.step} ${event.state} ${event.detail ?? ''}`.trim()] : [],
      ),
    onPause: () => undefined,
    close: async () => {
      cloud.destroy();
      await aws.close();
    },
  };
  return world;
}
