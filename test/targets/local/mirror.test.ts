import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetchCommit } from '../../../src/targets/local/mirror.ts';
import { Workshop } from './workshop.ts';

const signal = new AbortController().signal;
const token = 'canary-token-77';
let shop: Workshop;
let server: Server | undefined;

beforeEach(() => {
  shop = new Workshop();
});
afterEach(async () => {
  server?.close();
  await shop.close();
});

describe('the mirror', () => {
  test('holds the one commit, without its history', async () => {
    shop.commit('one');
    const commit = shop.commit('two');
    const mirror = join(shop.root, 'mirror', 'git');
    const origin = { url: shop.repository, token: undefined, environment: process.env };
    await fetchCommit(mirror, commit, origin, signal);
    await fetchCommit(mirror, commit, origin, signal);
    const log = execFileSync('git', ['--git-dir', mirror, 'log', '--format=%s', commit]);
    expect(String(log)).toBe('two\n');
  });

  test('gets over a lock that a killed git left', async () => {
    const commit = shop.commit('one');
    const second = shop.commit('two');
    const mirror = join(shop.root, 'mirror', 'git');
    const origin = { url: shop.repository, token: undefined, environment: process.env };
    await fetchCommit(mirror, commit, origin, signal);
    execFileSync('touch', [join(mirror, 'shallow.lock')]);
    await fetchCommit(mirror, second, origin, signal);
  });

  test('ends a fetch that is aborted', async () => {
    server = createServer(() => undefined);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const abort = new AbortController();
    const origin = { url: addressOf(server), token: undefined, environment: process.env };
    const fetching = fetchCommit(join(shop.root, 'm', 'git'), 'a'.repeat(40), origin, abort.signal);
    setTimeout(() => abort.abort(new Error('cancelled')), 200);
    await expect(fetching).rejects.toThrow('cancelled');
    server.closeAllConnections();
  });
});

describe('the token', () => {
  test('goes to the host by header, and neither into the mirror nor into errors', async () => {
    const seen: unknown[] = [];
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(403).end(`no, ${token}`);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const mirror = join(shop.root, 'mirror', 'git');
    const environment = { ...process.env, INPUT_X: 'x', GIT_DIR: '/nowhere' };
    const origin = { url: `${addressOf(server)}/acme/shop.git`, token, environment };
    const fetching = fetchCommit(mirror, 'a'.repeat(40), origin, signal);
    await expect(fetching).rejects.toMatchObject({ name: 'UserError' });
    const error = await fetching.catch((thrown: Error) => thrown.message);
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    expect(seen[0]).toBe(`basic ${basic}`);
    expect(error).not.toContain(token);
    const config = readFileSync(join(mirror, 'config'), 'utf8');
    expect(config).not.toMatch(/extraheader|canary/i);
  });
});

function addressOf(listening: Server): string {
  return `http://127.0.0.1:${(listening.address() as { port: number }).port}`;
}
