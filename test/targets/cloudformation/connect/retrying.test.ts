import { describe, expect, test } from '@jest/globals';
import {
  type FailedRequest,
  retryDelay,
} from '../../../../src/targets/cloudformation/connect/retrying.ts';
import { pauseFor } from '../../../../src/targets/pause.ts';

function failed(cause: object, more: Partial<FailedRequest> = {}): FailedRequest {
  return {
    cause: Object.assign(new Error(''), cause),
    tries: 1,
    pressure: 0,
    abortable: true,
    dispensable: false,
    ...more,
  };
}

const throttling = { name: 'Throttling' };
const reset = { code: 'ECONNRESET' };

describe('trying a request again', () => {
  test('throttling never ends it while the caller can, and waits at most 20 s', () => {
    expect(retryDelay(failed(throttling, { tries: 10_000, pressure: 6 }), 1)).toBe(20_000);
    expect(retryDelay(failed(throttling, { tries: 20, abortable: false }), 1)).toBeUndefined();
  });

  test('delays grow with the pressure that throttling left, and are spread over their upper half', () => {
    const delays = [0, 1, 2, 3].map((pressure) => retryDelay(failed(throttling, { pressure }), 1));
    expect(delays).toEqual([500, 1000, 2000, 4000]);
    expect(retryDelay(failed(throttling), 0)).toBe(250);
  });

  test('a fault on the way is tried eight times, a missing host four', () => {
    const tries = (cause: object, more: Partial<FailedRequest> = {}) => {
      let count = 1;
      while (retryDelay(failed(cause, { ...more, tries: count }), 1) !== undefined) count += 1;
      return count;
    };
    expect(tries(reset)).toBe(8);
    expect(tries({ name: 'TimeoutError' })).toBe(8);
    expect(tries({ $metadata: { httpStatusCode: 503 } })).toBe(8);
    expect(tries(reset, { dispensable: true })).toBe(2);
    expect(tries({ code: 'ENOTFOUND' })).toBe(4);
    expect(tries({ $metadata: { httpStatusCode: 403, clockSkewCorrected: true } })).toBe(2);
  });

  test('an answer that says no is not asked for again', () => {
    for (const cause of [
      { name: 'ValidationError', $metadata: { httpStatusCode: 400 } },
      { name: 'LimitExceededException', $metadata: { httpStatusCode: 400 } },
      { name: 'AbortError' },
    ]) {
      expect(retryDelay(failed(cause), 1)).toBeUndefined();
    }
    expect(retryDelay({ ...failed({}), cause: undefined }, 1)).toBeUndefined();
  });
});

describe('a pause', () => {
  test('ends at once with the reason of the signal', async () => {
    const cancel = new AbortController();
    const pause = pauseFor(60_000, cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(pause).rejects.toThrow('cancelled');
    await expect(pauseFor(60_000, cancel.signal)).rejects.toThrow('cancelled');
    await pauseFor(1);
  });
});
