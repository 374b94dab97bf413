import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { instant } from '../../src/core/time.ts';
import { connectClient } from '../../src/github/client.ts';
import { githubWorkflows } from '../../src/github/workflows.ts';
import { written } from '../../src/github/written.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

let server: Server | undefined;
afterEach(() => void server?.close());

/** A GitHub that answers as told; `undefined` = never. */
async function answering(answer: (request: IncomingMessage, body: string) => Answer | undefined) {
  const started = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const told = answer(request, body);
      if (!told) return;
      const headers = { 'content-type': 'application/json', ...told.headers };
      response.writeHead(told.status, headers);
      response.end(told.body === undefined ? undefined : JSON.stringify(told.body));
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  return connectClient({
    apiUrl: `http://127.0.0.1:${port}`,
    token: 'token',
    repository: 'acme/app',
    environment: {},
    debug: () => {},
    warn: () => {},
  });
}

async function outcomeOf(answer: Answer | undefined) {
  let sent = 0;
  const { octokit } = await answering(() => {
    sent += 1;
    return answer;
  });
  const request = { retries: 0, waits: false, signal: AbortSignal.timeout(300) };
  const outcome = await written(async () => {
    await octokit.request('PATCH /x', { request });
    return 'moved';
  });
  return { outcome, sent };
}

describe('a write that is sent once', () => {
  test.each<[string, Answer | undefined, object]>([
    ['done', { status: 200, body: {} }, { kind: 'done', value: 'moved' }],
    ['unknown after a 503', { status: 503, body: {} }, { kind: 'unknown' }],
    ['unknown when it is given up', undefined, { kind: 'unknown' }],
    ['forbidden', { status: 401, body: { message: 'Bad credentials' } }, { as: 'forbidden' }],
    ['absent', { status: 404, body: { message: 'Not Found' } }, { as: 'absent' }],
    ['in conflict', { status: 409, body: { message: 'Conflict' } }, { as: 'conflict' }],
    [
      'limited',
      {
        status: 403,
        body: { message: 'You have exceeded a secondary rate limit' },
        headers: { 'retry-after': '1' },
      },
      { as: 'limited' },
    ],
    [
      'limited by an hour’s requests',
      { status: 403, body: { message: 'No more' }, headers: { 'x-ratelimit-remaining': '0' } },
      { as: 'limited' },
    ],
    [
      'invalid, in GitHub’s words on one line',
      {
        status: 422,
        body: {
          message: 'Rule violations\n\nNot so',
          documentation_url: 'https://docs.github.com/x',
        },
      },
      { as: 'invalid', detail: 'Rule violations Not so (422)' },
    ],
  ])('is %s', async (_name, answer, expected) => {
    const { outcome, sent } = await outcomeOf(answer);
    expect(outcome).toMatchObject(expected);
    expect(sent).toBe(1);
  });

  test('lets a fault of ours through', async () => {
    await expect(written(() => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours');
  });
});

describe('workflows', () => {
  const unfamiliar = {
    status: 422,
    body: { message: 'Invalid request.\n\n"return_run_details" is not a permitted key.' },
  };

  test('are dispatched on an Enterprise Server that tells no run', async () => {
    const bodies: object[] = [];
    const client = await answering((_request, body) => {
      const asked = JSON.parse(body);
      bodies.push(asked);
      return 'return_run_details' in asked ? unfamiliar : { status: 204 };
    });
    const answer = await githubWorkflows(client).dispatch('deploy.yml', 'main', { a: 'b' });
    expect(answer).toEqual({ kind: 'done', value: undefined });
    expect(bodies).toEqual([
      { ref: 'main', inputs: { a: 'b' }, return_run_details: true },
      { ref: 'main', inputs: { a: 'b' } },
    ]);
  });

  test('of which GitHub lists fewer runs than it counts are not known', async () => {
    const client = await answering(() => ({
      status: 200,
      body: { total_count: 1200, workflow_runs: [] },
    }));
    const runs = githubWorkflows(client).dispatched('deploy.yml', instant(0));
    await expect(runs).rejects.toThrow('GitHub listed 0 of 1200 runs of deploy.yml');
  });
});
