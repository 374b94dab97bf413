import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { UserError } from '../../../src/core/user-error.ts';
import { loadMarkdown } from '../../../src/lab/load-markdown.ts';
import { type PageAction, type PageModel, readAction } from '../../../src/lab/page/model.ts';
import { renderSections } from '../../../src/lab/page/sections.ts';
import { type PageServer, startPage } from '../../../src/lab/page/server.ts';

const attack = '<img src=x onerror=alert(1)>"\'&';
const sha = 'c'.repeat(40);
const time = '2026-11-21T09:00:00Z';
const now = Date.parse(time);

/** A model in which everything that comes from other people is an attack. */
const model: PageModel = {
  now,
  git: '/tmp/lab/acme/shop.git',
  ledger: [`refs/understudy/${attack}`],
  repository: {
    name: 'acme/shop',
    url: 'http://127.0.0.1:1/acme/shop',
    defaultBranch: 'main',
    branches: {},
    pulls: [
      {
        number: 7,
        title: attack,
        state: 'open',
        draft: false,
        author: attack,
        branch: attack,
        sha,
        base: attack,
        labels: [attack],
        createdAt: time,
        comments: [
          { id: 1, user: attack, body: `**bold** ${attack}`, createdAt: time, updatedAt: time },
        ],
      },
    ],
    deployments: [
      {
        id: 1,
        sha,
        ref: attack,
        task: attack,
        environment: attack,
        originalEnvironment: attack,
        payload: {},
        description: attack,
        transient: true,
        production: false,
        creator: attack,
        createdAt: time,
        updatedAt: time,
        statuses: [
          {
            id: 2,
            state: 'success',
            description: attack,
            environment: attack,
            environmentUrl: 'javascript:alert(1)',
            logUrl: 'javascript:alert(1)',
            creator: attack,
            createdAt: time,
          },
        ],
      },
    ],
  },
  previews: [
    {
      preview: {
        repository: 'acme/shop',
        previewId: '1d0fd508',
        pullRequest: 7,
        commit: sha,
        requested: false,
        fingerprint: 'f',
        createdAt: instant(now),
        services: [
          { name: attack, host: 'x', state: 'failed', url: 'javascript:alert(1)', reason: attack },
        ],
        deploying: { commit: sha, step: attack },
        failure: { commit: sha, reason: attack },
      },
      logs: { [attack]: [attack, '</pre><script>alert(1)</script>'] },
    },
  ],
  runs: [
    {
      id: 3,
      event: 'pull_request',
      action: attack,
      pullRequest: 7,
      status: 'completed',
      conclusion: 'failure',
      startedAt: now,
      wallMs: 1200,
      exit: 1,
      outputs: { reason: attack },
      summary: `# Title\n\n${attack}<script>alert(1)</script>`,
      annotations: [{ level: 'error', message: attack }],
      log: [attack],
    },
  ],
};

describe('Markdown', () => {
  test('GitHub flavour: tables, task lists, details and bare links', async () => {
    const markdown = await loadMarkdown();
    const { text } = markdown(
      '| a | b |\n| - | - |\n| 1 | 2 |\n\n- [x] done\n\n<details open><summary>More</summary>\n\n`code`\n\n</details>\n\nhttps://example.com',
    );
    expect(text).toContain('<td>1</td>');
    expect(text).toContain('type="checkbox"');
    expect(text).toMatch(/<details open(="")?>/);
    expect(text).toContain('<code>code</code>');
    expect(text).toContain('<a href="https://example.com">');
  });

  test('nothing that runs, frames, styles or leaves the page survives', async () => {
    const markdown = await loadMarkdown();
    const { text } = markdown(
      [
        '<script>alert(1)</script>',
        '<img src="https://x.test/a.png" onerror="alert(1)">',
        '<iframe src="//x.test"></iframe>',
        '<style>body{display:none}</style>',
        '<a href="javascript:alert(1)" style="position:fixed">click</a>',
        '[link](javascript:alert(1))',
        '<form action="//x.test"><button id="live">go</button></form>',
        '<!-- understudy:preview:7 -->',
      ].join('\n\n'),
    );
    expect(text).not.toMatch(/script|onerror|iframe|style|<form|<button|understudy|javascript/i);
  });
});

describe('the page', () => {
  test('escapes every text that comes from a pull request, a log or a run', async () => {
    const sections = renderSections(model, await loadMarkdown());
    const text = Object.values(sections)
      .map((section) => section.text)
      .join('\n');
    const images = text.match(/<img[^>]*>/g) ?? [];
    expect(text).not.toMatch(/<script|onerror=[^&]*>|href="javascript/i);
    expect(images.every((image) => image === '<img src="x">')).toBe(true);
    expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;');
  });

  test('shows what there is of each kind', async () => {
    const sections = renderSections(model, await loadMarkdown());
    expect(sections.pulls?.text).toContain('<strong>bold</strong>');
    expect(sections.runs?.text).toContain('<h1>Title</h1>');
    expect(sections.previews?.text).toContain('1d0fd508');
    expect(sections.deployments?.text).toContain('success');
    expect(sections.ledger?.text).toContain('Ledger');
  });

  test('says what to do where there is nothing', async () => {
    const repository = { ...model.repository, pulls: [], deployments: [] };
    const empty = { ...model, repository, previews: [], runs: [], ledger: [] };
    const sections = renderSections(empty, await loadMarkdown());
    expect(sections.previews?.text).toContain('Open a pull request');
    expect(sections.ledger?.text).toBe('');
  });
});

test.each([
  [{ act: 'sweep' }, { act: 'sweep' }],
  [
    { act: 'push', number: 7, more: 1 },
    { act: 'push', number: 7 },
  ],
  [
    { act: 'comment', number: 7, body: '/preview' },
    { act: 'comment', number: 7, body: '/preview' },
  ],
  [{ act: 'comment', number: 7, body: '  ' }, undefined],
  [{ act: 'push', number: '7; rm' }, undefined],
  [{ act: 'merge', number: 7 }, undefined],
  [null, undefined],
  ['push', undefined],
])('a button that sends %j means %j', (sent, meant) => {
  expect(readAction(sent)).toEqual(meant);
});

describe('the server', () => {
  const acted: PageAction[] = [];
  let page: PageServer;

  beforeAll(async () => {
    page = await startPage();
    page.show({
      github: 'http://127.0.0.1:1',
      model: async () => model,
      act: async (action) => {
        if (action.act === 'close') throw new UserError('#7 is not open', 'Reopen it.');
        acted.push(action);
      },
      commit: async (commit) => (commit === sha ? 'commit text' : undefined),
    });
  });
  afterAll(() => page.close());

  interface Answer {
    status: number;
    headers: Record<string, unknown>;
    body: string;
  }

  function ask(method: string, path: string, headers = {}, body = ''): Promise<Answer> {
    return new Promise((done, fail) => {
      const asked = request(new URL(path, page.url), { method, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        done({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
      asked.once('error', fail).end(body);
    });
  }

  const json = { 'content-type': 'application/json' };

  test('the document allows only its own script and style', async () => {
    const { status, headers, body } = await ask('GET', '/');
    const nonce = /script-src 'nonce-([^']+)'/.exec(
      String(headers['content-security-policy']),
    )?.[1];
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body.match(/<(?:script|style)\b[^>]*>/g)).toEqual([
      `<style nonce="${nonce}">`,
      `<script nonce="${nonce}">`,
    ]);
    expect(body).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!localhost)/);
  });

  test('another host name gets nothing, so that no foreign name can be made to point here', async () => {
    const { status } = await ask('GET', '/api/state', { host: 'evil.test' });
    expect(status).toBe(421);
  });

  test('a button works from the page itself', async () => {
    const body = JSON.stringify({ act: 'push', number: 7 });
    const own = { ...json, origin: page.url };
    expect((await ask('POST', '/api/act', own, body)).status).toBe(204);
    expect(acted).toEqual([{ act: 'push', number: 7 }]);
  });

  test.each([
    ['the origin of a preview', { ...json, origin: 'http://1d0fd508.localhost:8080' }],
    ['another site', { ...json, origin: 'https://evil.test' }],
    ["a form's content type", { 'content-type': 'text/plain' }],
  ])('a button does not work with %s', async (_, headers) => {
    const before = acted.length;
    expect((await ask('POST', '/api/act', headers, '{"act":"sweep"}')).status).toBe(403);
    expect(acted).toHaveLength(before);
  });

  test('what cannot be done is told in words', async () => {
    const answer = await ask('POST', '/api/act', json, '{"act":"close","number":7}');
    expect(answer).toMatchObject({ status: 409, body: '#7 is not open. Reopen it.' });
  });

  test('links of comments lead to the page, commits to their text', async () => {
    const run = await ask('GET', '/acme/shop/actions/runs/3');
    expect([run.status, run.headers.location]).toEqual([302, '/#run-3']);
    expect((await ask('GET', '/acme/shop/pull/7')).headers.location).toBe('/#pull-7');
    expect((await ask('GET', `/acme/shop/commit/${sha}`)).body).toBe('commit text');
    expect((await ask('GET', '/acme/shop/commit/0000000')).status).toBe(404);
    expect((await ask('GET', '/nothing')).status).toBe(404);
  });

  test('an open page gets everything once, then only what changed', async () => {
    const events: Record<string, string>[] = [];
    const asked = request(new URL('/api/stream', page.url));
    await new Promise<void>((done) => {
      asked.once('response', (response) => {
        response.on('error', () => undefined);
        response.on('data', (chunk: Buffer) => {
          for (const [, data] of chunk.toString().matchAll(/^data: (.*)$/gm))
            events.push(JSON.parse(data ?? ''));
          if (events.length === 1) setTimeout(done, 1300);
        });
      });
      asked.end();
    });
    asked.on('error', () => undefined).destroy();
    expect(events).toHaveLength(1);
    expect(Object.keys(events[0] ?? {}).sort()).toEqual([
      'deployments',
      'ledger',
      'previews',
      'pulls',
      'runs',
    ]);
  });
});
