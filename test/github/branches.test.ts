import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { githubBranches } from '../../src/github/branches.ts';
import { connectClient } from '../../src/github/client.ts';

const [before, after] = ['1'.repeat(40), '2'.repeat(40)];

/** What becomes of a move that GraphQL answers with this error, of a branch that has not moved. */
async function moved(error: object) {
  let writes = 0;
  const server = createServer(({ url = '' }, response) => {
    if (url === '/graphql') writes += 1;
    const branch = { commit: { sha: before, commit: { tree: { sha: before } } } };
    const body =
      url === '/graphql' ? { data: null, errors: [error] } : { node_id: 'R_1', ...branch };
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connectClient({
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'token',
    repository: 'acme/app',
    environment: {},
    debug: () => {},
    warn: () => {},
  });
  const outcome = await githubBranches(client).move('main', before, after);
  server.close();
  return { outcome, writes };
}

describe('a move of a branch', () => {
  test.each([
    ['Something went wrong while executing your query on 2026-11-21', '', { kind: 'unknown' }],
    ['API rate limit exceeded', 'RATE_LIMITED', { kind: 'refused', as: 'limited' }],
    ['Resource not accessible', 'FORBIDDEN', { kind: 'refused', as: 'forbidden' }],
    ['Name is invalid', 'UNPROCESSABLE', { kind: 'refused', as: 'invalid' }],
  ])(
    'that GraphQL answers with "%s" is what that says, and is tried once',
    async (message, type, expected) => {
      const { outcome, writes } = await moved({ message, type });
      expect(outcome).toMatchObject(expected);
      expect(writes).toBe(1);
    },
  );
});
