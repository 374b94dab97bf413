import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { duration, instant } from '../../src/core/time.ts';
import { type UrlProbing, untilUrlHealthy } from '../../src/targets/health.ts';
import type { Probe } from '../../src/targets/target.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(answer: RequestListener): Promise<string> {
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((ready) => listening.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

/** The clock moves by pauses alone. */
function probing(options: Partial<UrlProbing> = {}): UrlProbing & { pauses: number[] } {
  let clock = 0;
  const pauses: number[] = [];
  return {
    signal: new AbortController().signal,
    now: () => instant(clock),
    pause: async (length) => {
      pauses.push(length);
      clock += length;
    },
    environment: {},
    pauses,
    ...options,
  };
}

const probe: Probe = { path: '/healthz', within: duration(60_000) };

describe('probing an address', () => {
  test('asks the path below the address until it is healthy, and does not sleep after that', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(paths.length < 3 ? 503 : 200).end();
    });
    const how = probing();
    expect(await untilUrlHealthy(`${url}/shop/`, probe, how)).toEqual({ healthy: true });
    expect(paths).toEqual(['/shop/healthz', '/shop/healthz', '/shop/healthz']);
    expect(how.pauses).toHaveLength(2);
  });

  test('gives up after its time with what was wrong last', async () => {
    const url = await serve((_, response) => response.writeHead(503).end());
    const how = probing();
    expect(await untilUrlHealthy(url, probe, how)).toEqual({
      healthy: false,
      detail: 'it answered 503',
    });
    expect(how.now()).toBe(60_000);
  });

  test('does not follow a redirect: it is healthy by default, and not where another status is expected', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/login' }).end();
    });
    expect(await untilUrlHealthy(url, probe, probing())).toEqual({ healthy: true });
    expect(asked).toBe(1);
    const strict = { ...probe, expect: 200, within: duration(1000) };
    expect(await untilUrlHealthy(url, strict, probing())).toEqual({
      healthy: false,
      detail: 'it answered 302',
    });
  });

  test('tells that nothing listens, that a name has no address, and that the address is none', async () => {
    const url = await serve(() => undefined);
    server?.close();
    const short = { ...probe, within: duration(300) };
    expect(await untilUrlHealthy(url, short, probing())).toMatchObject({
      detail: `nothing listens at ${new URL(url).host}`,
    });
    const nowhere = await untilUrlHealthy('http://preview.invalid', short, probing());
    expect(nowhere).toMatchObject({
      detail: expect.stringMatching(/^the name preview\.invalid (?:has no address|could not)/),
    });
    expect(await untilUrlHealthy('ftp://x/', short, probing())).toMatchObject({ healthy: false });
  });

  test('a host that takes the request and never answers is asked again', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      if (asked > 1) response.end();
    });
    const short = { ...probe, within: duration(400) };
    expect(await untilUrlHealthy(url, short, probing())).toEqual({ healthy: true });
  });

  test('throws the reason of the signal, also in the middle of a request', async () => {
    const url = await serve(() => undefined);
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const running = untilUrlHealthy(url, probe, probing({ signal: abort.signal }));
    await delay(50);
    abort.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});
