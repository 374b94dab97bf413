import { describe, expect, test } from '@jest/globals';
import { RequestError } from '@octokit/request-error';
import type { Answer, RequestOptions } from '../../src/github/request-hook.ts';
import { retrying } from '../../src/github/retrying.ts';

const options = (request: object = {}) =>
  ({ method: 'GET', url: '/x', headers: {}, request }) as unknown as RequestOptions;
const answer: Answer = { status: 200, url: '/x', headers: {}, data: 'here' };
const now = Date.UTC(2026, 10, 21);

function fault(status: number, message = 'no', headers: Record<string, string> = {}) {
  const request = { method: 'GET' as const, url: '/x', headers: {} };
  return new RequestError(message, status, { request, response: { ...answer, status, headers } });
}

const secondary = (status: number, headers = {}) =>
  fault(status, 'You have exceeded a secondary rate limit', headers);
const spent = (seconds: number) =>
  fault(403, 'API rate limit exceeded', {
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(now / 1_000 + seconds),
  });

/** What becomes of a request that fails like this and then succeeds, and the seconds that were waited. */
async function failing(failures: readonly unknown[], request = {}) {
  const left = [...failures];
  const waits: number[] = [];
  const warnings: string[] = [];
  const wrap = retrying({
    now: () => now,
    warn: (line) => warnings.push(line),
    pause: async (milliseconds) => void waits.push(milliseconds / 1_000),
  });
  const send = () => {
    if (left.length > 0) throw left.shift();
    return answer;
  };
  const outcome = await wrap(send, options(request)).catch((cause: unknown) => cause);
  return { outcome, waits, warnings };
}

describe('a request that fails', () => {
  test('is made again three times, later and later', async () => {
    expect(await failing([500, 502, 503].map((status) => fault(status)))).toEqual({
      outcome: answer,
      waits: [1, 4, 9],
      warnings: [],
    });
    const last = fault(504);
    const { outcome } = await failing([fault(500), fault(500), fault(500), last]);
    expect(outcome).toBe(last);
  });

  test.each([304, 400, 401, 403, 404, 409, 410, 422, 451])(
    'with %i is not made again',
    async (status) => {
      const cause = fault(status);
      expect(await failing([cause])).toEqual({ outcome: cause, waits: [], warnings: [] });
    },
  );

  test('is not made again where the caller says so', async () => {
    const cause = fault(500);
    expect(await failing([cause], { retries: 0 })).toMatchObject({ outcome: cause, waits: [] });
  });

  test('for being given up is not made again', async () => {
    const cause = new DOMException('gave up', 'AbortError');
    expect(await failing([cause])).toMatchObject({ outcome: cause, waits: [] });
  });
});

describe('a rate limit', () => {
  test.each([403, 429])('told by %i is waited for as long as GitHub says', async (status) => {
    expect(await failing([secondary(status, { 'retry-after': '7' })])).toEqual({
      outcome: answer,
      waits: [7],
      warnings: ['GitHub asks to wait 7 s for a secondary rate limit'],
    });
  });

  test('is waited for a minute where GitHub does not say', async () => {
    expect((await failing([secondary(403)])).waits).toEqual([60]);
  });

  test('that is used up is waited for until a second after its reset', async () => {
    expect(await failing([spent(30)])).toEqual({
      outcome: answer,
      waits: [31],
      warnings: ['GitHub asks to wait 31 s for the rate limit'],
    });
  });

  test('that allows nothing for more than a minute is an error at once', async () => {
    for (const cause of [spent(60), secondary(429, { 'retry-after': '61' })]) {
      expect(await failing([cause])).toEqual({ outcome: cause, waits: [], warnings: [] });
    }
  });

  test('is waited for twice, by a request that may be made twice too', async () => {
    const third = secondary(403, { 'retry-after': '3' });
    const causes = [1, 2].map((wait) => secondary(403, { 'retry-after': String(wait) }));
    const { outcome, waits } = await failing([...causes, third], { retries: 0 });
    expect(outcome).toBe(third);
    expect(waits).toEqual([1, 2]);
  });

  test('is not waited for where the caller says so', async () => {
    const cause = secondary(403, { 'retry-after': '1' });
    expect(await failing([cause], { waits: false })).toMatchObject({ outcome: cause, waits: [] });
  });
});
