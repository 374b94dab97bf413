import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { repository, startLab } from './lab.ts';
import { validateExchange } from './openapi.ts';

describe('archives of a commit', () => {
  let lab: Lab;
  let moment = Date.parse('2026-01-01T00:00:00Z');
  beforeAll(async () => {
    lab = await startLab({ now: () => moment });
  });
  afterAll(() => lab.close());

  const ask = (ref: string, token = lab.github.token, base = lab.github.url) =>
    fetch(`${base}/repos/${repository}/tarball/${ref}`, {
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'test' },
      redirect: 'manual',
    });
  const addressOf = async (ref: string) => {
    const { status, headers } = await ask(ref);
    expect(status).toBe(302);
    const path = `/repos/${repository}/tarball/${ref}`;
    expect(validateExchange({ method: 'GET', path, status })).toEqual([]);
    return headers.get('location') ?? '';
  };
  const list = (bytes: ArrayBuffer) =>
    execFileSync('tar', ['-tz'], { input: Buffer.from(bytes), encoding: 'utf8' }).trim();

  test('are found by a redirect, and hold one folder named after the commit', async () => {
    const commit = lab.commit({ 'src/one.txt': '1' });
    lab.git('push', '-q', 'origin', 'HEAD:refs/heads/one');
    const { status, body } = await lab.call('GET', `/repos/${repository}/branches/one`);
    expect([status, body.commit.sha]).toEqual([200, commit]);
    const answer = await fetch(await addressOf(commit));
    expect(answer.headers.get('content-type')).toBe('application/x-gzip');
    expect(list(await answer.arrayBuffer()).split('\n')).toContain(
      `acme-app-${commit.slice(0, 7)}/src/one.txt`,
    );
  });

  test('lead back to the host that was asked', async () => {
    const { port } = new URL(lab.github.url);
    const { headers } = await ask('main', lab.github.token, `http://localhost:${port}`);
    expect(headers.get('location')).toMatch(`http://localhost:${port}/`);
  });

  test('need contents: read and a commit that is there', async () => {
    const pulls = lab.github.createToken({ pull_requests: 'read' }, repository);
    expect((await ask('main', pulls)).status).toBe(403);
    expect((await ask('0'.repeat(40))).status).toBe(404);
  });

  test('are not given to who has no address, or an old one', async () => {
    const address = await addressOf('main');
    expect((await fetch(address.replace(/\?.*/, ''))).status).toBe(404);
    expect((await fetch(address)).status).toBe(200);
    moment += 301_000;
    expect((await fetch(address)).status).toBe(404);
  });
});
