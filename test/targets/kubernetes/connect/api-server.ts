import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kube } from '../../../../src/targets/kubernetes/connect/kube.ts';
import { openKube } from '../../../../src/targets/kubernetes/connect/open-kube.ts';
import { parseYaml } from '../../../../src/targets/kubernetes/manifests/parse-yaml.ts';
import { pauseFor } from '../../../../src/targets/pause.ts';

/** A request that came, with its whole body. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly incoming: IncomingMessage;
}

/** Answers the n-th request, from 1. */
export type Answering = (asked: Asked, answer: ServerResponse, count: number) => void;

/** A server that answers as told. It knows nothing of Kubernetes. */
export interface ApiServer {
  readonly url: string;
  readonly seen: readonly Asked[];
  /** Connections that were opened. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export async function serve(answering: Answering): Promise<ApiServer> {
  const seen: Asked[] = [];
  let connections = 0;
  const server = createServer((incoming, answer) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://server');
      seen.push({
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
        incoming,
      });
      answering(seen.at(-1) as Asked, answer, seen.length);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => connections,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** Sends JSON. */
export function give(answer: ServerResponse, status: number, body: unknown, headers = {}): void {
  answer.writeHead(status, { 'content-type': 'application/json', ...headers });
  answer.end(JSON.stringify(body));
}

/** Sends a refusal as the API server does. */
export function refuse(
  answer: ServerResponse,
  code: number,
  reason: string,
  message = reason,
  more: { details?: unknown; headers?: Record<string, string> } = {},
): void {
  const { details, headers } = more;
  give(
    answer,
    code,
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details },
    headers,
  );
}

/** A folder of one test. */
export function folder(closing: (() => unknown)[]): string {
  const path = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  closing.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A KUBECONFIG with one context, as JSON; `user` as in `users[].user`. */
export function kubeconfig(server: string, user: object = { token: 'the-token' }): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'preview', cluster: { server } }],
    users: [{ name: 'deployer', user }],
    contexts: [{ name: 'preview', context: { cluster: 'preview', user: 'deployer' } }],
    'current-context': 'preview',
  });
}

/** A connection whose waiting takes no time, and what it was told to wait for. */
export async function connect(
  server: string,
  closing: (() => unknown)[],
  more: { user?: object; answerWithin?: number; environment?: Record<string, string> } = {},
): Promise<{ kube: Kube; waited: number[] }> {
  const path = join(folder(closing), 'config');
  writeFileSync(path, kubeconfig(server, more.user));
  const waited: number[] = [];
  const kube = await openKube(
    { environment: { KUBECONFIG: path, ...more.environment } },
    {
      now: Date.now,
      random: () => 0,
      pause: (milliseconds, signal) => {
        waited.push(milliseconds);
        return pauseFor(0, signal);
      },
      parseYaml: async (text) => parseYaml(text),
      answerWithin: more.answerWithin ?? 5_000,
    },
  );
  return { kube, waited };
}
