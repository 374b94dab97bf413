import type { Duration } from '../core/time.ts';
import type { InputReader } from '../runner/read-inputs.ts';
import { type CommonInputs, readCommonInputs, readTimeout } from './common-inputs.ts';

/** Inputs of a teardown or sweep. */
export interface TeardownInputs extends CommonInputs {
  readonly mode: 'one' | 'sweep' | undefined;
  readonly pullRequest: number | undefined;
  readonly previewId: string | undefined;
  readonly expireAfter: Duration | undefined;
  readonly maxRemovals: number;
  readonly wait: boolean;
  readonly timeout: Duration;
  readonly dryRun: boolean;
}

const defaultMaxRemovals = 20;

/** Reads the inputs of a teardown or sweep. */
export function readTeardownInputs(reader: InputReader): TeardownInputs {
  return {
    ...readCommonInputs(reader),
    mode: reader.choice('mode', ['one', 'sweep']),
    pullRequest: reader.integer('pull-request', { min: 1, max: 2 ** 31 }),
    previewId: readPreviewId(reader),
    expireAfter: reader.duration('expire-after'),
    maxRemovals: reader.integer('max-removals', { min: 0, max: 10_000 }) ?? defaultMaxRemovals,
    wait: reader.flag('wait', true),
    timeout: readTimeout(reader),
    dryRun: reader.flag('dry-run', false),
  };
}

function readPreviewId(reader: InputReader): string | undefined {
  const id = reader.text('preview-id');
  if (id === undefined || /^(?:[0-9a-f]{4,16}|pr-[1-9]\d*)$/.test(id)) return id;
  return reader.reject('preview-id', id, '4 to 16 lower-case hex digits, or pr- and a number');
}
