import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { runGitHub } from '../../../src/lab/github/command.ts';
import { apiRoutes } from '../../../src/lab/github/route-table.ts';
import { startGitHub } from '../../../src/lab/github/server.ts';
import { openPull, repository, startLab } from './lab.ts';
import { validateExchange } from './openapi.ts';

describe('the stand-in', () => {
  test('goes on where it stopped', async () => {
    const lab = await startLab();
    await openPull(lab, 'one');
    await lab.call('POST', `/repos/${repository}/issues/1/comments`, { body: 'kept' });
    await lab.github.close();
    const again = await startGitHub({ state: lab.state });
    try {
      expect(again.token).toBe(lab.github.token);
      expect(Object.keys(again.repositories)).toEqual([repository]);
      expect(again.events()).toEqual([]);
      const headers = { authorization: `Bearer ${again.token}` };
      const response = await fetch(`${again.url}/repos/${repository}/issues/1/comments`, {
        headers,
      });
      expect(await response.json()).toMatchObject([{ body: 'kept' }]);
    } finally {
      await again.close();
      rmSync(lab.state, { recursive: true, force: true });
    }
  });

  test('lists 1,000 seeded pull requests in ten pages', async () => {
    const lab = await startLab();
    try {
      await lab.call('POST', '/_lab/pulls', { repository, count: 1000 });
      const start = performance.now();
      let url = `/repos/${repository}/pulls?per_page=100`;
      let seen = 0;
      let pages = 0;
      while (url) {
        const headers = { authorization: `Bearer ${lab.github.token}` };
        const page = await fetch(new URL(url, lab.github.url), { headers });
        seen += ((await page.json()) as unknown[]).length;
        pages += 1;
        url = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
      }
      expect([seen, pages]).toEqual([1000, 10]);
      expect(performance.now() - start).toBeLessThan(3000);
    } finally {
      await lab.close();
    }
  });

  test('refuses a repository name that leads out of its directory', async () => {
    const state = mkdtempSync(join(tmpdir(), 'understudy-github-'));
    await expect(startGitHub({ state, repositories: ['acme/..'] })).rejects.toThrow(
      'is not a repository',
    );
    rmSync(state, { recursive: true, force: true });
  });

  test('serves only operations of GitHub’s published description', () => {
    const file = new URL('../../fixtures/openapi/slice.json', import.meta.url);
    const { operations } = JSON.parse(readFileSync(fileURLToPath(file), 'utf8'));
    const shape = (text: string) => text.replace(/\{[^}]*\}/g, '{}').replace(/\/$/, '');
    const known = Object.keys(operations).map(shape);
    const served = apiRoutes.map(({ method, path }) => shape(`${method} ${path}`));
    const rootListing = 'GET /repos/{}/{}/contents';
    expect(served.filter((one) => !known.includes(one) && one !== rootListing)).toEqual([]);
    expect(known.filter((one) => !served.includes(one))).toEqual(['GET /rate_limit']);
  });

  test('as a command prints one line with where to find it', async () => {
    const state = mkdtempSync(join(tmpdir(), 'understudy-github-'));
    const lines: string[] = [];
    const argv = [
      '--port',
      '0',
      '--state',
      state,
      '--repository',
      'acme/a',
      '--repository',
      'acme/b',
    ];
    await runGitHub(argv, {
      print: (line) => lines.push(line),
      stopped: async () => {
        const ready = JSON.parse(lines[0] ?? '');
        expect((await fetch(`${ready.url}/repos/acme/a`)).status).toBe(200);
      },
    });
    const ready = JSON.parse(lines[0] ?? '');
    expect(lines).toHaveLength(1);
    expect(Object.keys(ready)).toEqual(['url', 'repositories', 'token']);
    expect(Object.keys(ready.repositories)).toEqual(['acme/a', 'acme/b']);
    rmSync(state, { recursive: true, force: true });
  });

  test('as a command says what is missing', async () => {
    await expect(runGitHub(['--prot', '0'])).rejects.toThrow('--prot');
    await expect(runGitHub(['--port', '0'])).rejects.toThrow('--state');
    await expect(runGitHub(['--state', '/tmp/x', '--port', 'x'])).rejects.toThrow('--port');
  });
});

describe('the validator of exchanges', () => {
  const path = `/repos/${repository}/issues/1/comments`;

  test('finds a field that is missing or of the wrong type', () => {
    const found = validateExchange({
      method: 'POST',
      path,
      requestBody: { body: 7 },
      status: 201,
      responseBody: { id: 'seven' },
    });
    expect(found.join('\n')).toContain('request /body must be string');
    expect(found.join('\n')).toContain('/id must be integer');
    expect(found.join('\n')).toContain("must have required property 'html_url'");
  });

  test('finds an operation and a status that GitHub does not have', () => {
    expect(validateExchange({ method: 'PUT', path, status: 200 })).toHaveLength(1);
    expect(validateExchange({ method: 'POST', path, status: 299 })).toHaveLength(1);
    expect(validateExchange({ method: 'GET', path: '/nothing', status: 404 })).toEqual([]);
  });
});
