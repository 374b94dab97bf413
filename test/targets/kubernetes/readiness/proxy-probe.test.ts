import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { duration, instant } from '../../../../src/core/time.ts';
import type { UrlProbing } from '../../../../src/targets/health.ts';
import { KubeError, type KubeRequest } from '../../../../src/targets/kubernetes/connect/kube.ts';
import { untilReachedHealthy } from '../../../../src/targets/kubernetes/readiness/proxy-probe.ts';
import { KubeStandIn } from './kube-stand-in.ts';

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

/** Of a port that was free a moment ago. */
async function deadUrl(): Promise<string> {
  const url = await serve(() => {});
  await new Promise((closed) => server?.close(closed));
  return url;
}

/** The clock moves by pauses alone. */
function probing(): UrlProbing {
  let clock = 0;
  return {
    signal: new AbortController().signal,
    now: () => instant(clock),
    pause: async (length) => {
      clock += length;
    },
    environment: {},
  };
}

/** A cluster whose proxy gives these answers, the last one again and again. */
function clusterAnswering(...answers: (number | Error)[]) {
  const asked: KubeRequest[] = [];
  const kube = new KubeStandIn();
  const proxied = async (request: KubeRequest) => {
    asked.push(request);
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? 500;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { kube: Object.assign(kube, { proxied }), asked };
}

const service = { namespace: 'shop-pr-7', name: 'web', port: 80 };
const probe = { path: '/healthz?full=1', within: duration(60_000) };

describe('a service is asked', () => {
  test('at its address alone where that can be reached', async () => {
    const { kube, asked } = clusterAnswering(200);
    const url = await serve((_, response) => response.end());
    const health = await untilReachedHealthy(kube, { url, service }, probe, probing());
    expect(health).toEqual({ healthy: true });
    expect(asked).toEqual([]);
  });

  test('at its address alone where that answers something else', async () => {
    const { kube, asked } = clusterAnswering(200);
    const url = await serve((_, response) => response.writeHead(503).end());
    const health = await untilReachedHealthy(kube, { url, service }, probe, probing());
    expect(health).toEqual({ healthy: false, detail: 'it answered 503' });
    expect(asked).toEqual([]);
  });

  test('through the API server where nothing listens there, which is said', async () => {
    const { kube, asked } = clusterAnswering(503, 200);
    const url = await deadUrl();
    const health = await untilReachedHealthy(kube, { url, service }, probe, probing());
    const { host } = new URL(url);
    expect(health).toEqual({ healthy: true, byProxy: `nothing listens at ${host}` });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual({
      method: 'GET',
      path: '/api/v1/namespaces/shop-pr-7/services/http%3Aweb%3A80/proxy/healthz',
      query: { full: '1' },
    });
  });

  test('through the API server at once where its address is one of the cluster', async () => {
    const { kube, asked } = clusterAnswering(200);
    const how = probing();
    const at = { url: 'http://web.shop-pr-7.svc', service };
    const health = await untilReachedHealthy(kube, at, probe, how);
    expect(health).toEqual({
      healthy: true,
      byProxy: expect.stringContaining('web.shop-pr-7.svc'),
    });
    expect([asked.length, how.now()]).toEqual([1, 0]);
  });

  test('through the API server with the status that the probe expects', async () => {
    const { kube } = clusterAnswering(204);
    const strict = { ...probe, expect: 200 };
    const at = { url: await deadUrl(), service };
    const health = await untilReachedHealthy(kube, at, strict, probing());
    expect(health).toEqual({
      healthy: false,
      detail: expect.stringContaining('through the API server, it answered 204'),
    });
  });

  test('at its address again as soon as something listens there', async () => {
    const url = await deadUrl();
    const port = Number(new URL(url).port);
    const { kube } = clusterAnswering(503);
    const proxied = kube.proxied;
    kube.proxied = async (request) => {
      server = createServer((_, response) => response.end());
      await new Promise<void>((ready) => server?.listen(port, '127.0.0.1', ready));
      return await proxied(request);
    };
    const health = await untilReachedHealthy(kube, { url, service }, probe, probing());
    expect(health).toEqual({ healthy: true });
  });

  test('in vain where the API server refuses, and both are said', async () => {
    const answer = { status: 403, reason: 'Forbidden', causes: [] };
    const { kube } = clusterAnswering(new KubeError('no', answer));
    const url = await deadUrl();
    const health = await untilReachedHealthy(kube, { url, service }, probe, probing());
    expect(health).toEqual({
      healthy: false,
      detail: `nothing listens at ${new URL(url).host}; through the API server, it may not be asked (get on services/proxy)`,
    });
  });
});
