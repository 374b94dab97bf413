import { describe, expect, test } from '@jest/globals';
import rehypeRaw from 'rehype-raw';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { instant } from '../../src/core/time.ts';
import { commentMarker, renderComment } from '../../src/preview/comment.ts';
import { blankReport, type PreviewReport } from '../../src/preview/report.ts';
import { renderDeploySummary, renderTeardownSummary } from '../../src/preview/summary.ts';
import { commit } from '../builders/pull-request.ts';

const links = {
  serverUrl: 'https://github.com',
  repository: 'acme/shop',
  runUrl: 'https://github.com/acme/shop/actions/runs/1',
};

const evil =
  '`` ```\n~~~ </details></summary> @octocat #1 GH-2 <!-- --> <script>alert(1)</script> [x](javascript:alert(1)) ' +
  '![i](https://e.vil/p.png) | a | \u001b[31mred \u200b https://e.vil www.e.vil <img src=x onerror=alert(1)>';

const states = ['queued', 'deploying', 'ready', 'failed', 'waiting', 'removed', 'refused'] as const;

function report(overrides: Partial<PreviewReport> = {}): PreviewReport {
  return {
    ...blankReport({ pullRequest: 7, previewId: '1d0fd508', commit: commit('a') }),
    ...overrides,
  };
}

function full(state: PreviewReport['state'], text: string, log: readonly string[]): PreviewReport {
  const at = instant(0);
  return report({
    state,
    reason: text,
    log,
    steps: [
      { kind: 'step', at, service: text, step: text, state: 'failed', detail: text },
      { kind: 'step', at, service: 'web', step: 'install', state: 'done' },
    ],
    services: [
      { name: text, state: 'ready', url: `https://e.vil/${text}` },
      { name: 'web', state: 'sleeping', url: 'http://1d0fd508.localhost:7420' },
    ],
    changes: [{ action: 'modify', type: text, id: text, replacement: true, detail: text }],
    expiresAt: instant(Date.parse('2026-11-28T12:00:00Z')),
  });
}

async function toHtml(markdown: string): Promise<string> {
  const html = await unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(rehypeRaw)
    .use(rehypeStringify)
    .process(markdown);
  return String(html);
}

/** What a reader sees: code apart, in which GitHub links nothing. */
function withoutCode(html: string): string {
  return html.replace(/<pre>[\s\S]*?<\/pre>|<code>[\s\S]*?<\/code>/g, '');
}

function expectHarmless(html: string) {
  const shown = withoutCode(html);
  expect(shown).not.toMatch(/<(?:script|img)\b|<[^>]*(?:onerror=|javascript:)/);
  expect(shown).not.toMatch(/@octocat|#1\b|GH-2|https:\/\/e\.vil|www\.e\.vil/);
  const targets = [...shown.matchAll(/href="([^"]*)"/g)].map(([, url]) => url ?? '');
  for (const url of targets) {
    expect(url).toMatch(/^https:\/\/github\.com\/acme\/shop\/|^http:\/\/1d0fd508\.localhost:7420$/);
  }
}

describe('the comment', () => {
  test.each(states)('begins with its marker when %s', (state) => {
    const body = renderComment(report({ state }), links);
    expect(body.startsWith(`${commentMarker(7)}\n### `)).toBe(true);
    expect(body).not.toContain('undefined');
  });

  test.each(states)('cannot be turned against its readers when %s', async (state) => {
    const html = await toHtml(renderComment(full(state, evil, [evil, evil]), links));
    expectHarmless(html);
    const folded = { failed: 2, deploying: 1 } as Partial<Record<typeof state, number>>;
    expect(html.match(/<details/g)?.length ?? 0).toBe(folded[state] ?? 0);
    expect(html).toMatch(/<sub>.*Understudy for acme\/shop<\/sub>/);
  });

  test.each([
    ['many short lines', new Array(1_000_000).fill('boom')],
    ['one line', ['x'.repeat(5_000_000)]],
    ['long lines', new Array(500).fill('🚀'.repeat(5_000))],
    ['fences', new Array(100_000).fill('`'.repeat(50))],
  ])('with 5 MB of log (%s) stays under what GitHub takes', (_, log) => {
    const body = renderComment(full('failed', 'health: answered 500', log), links);
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain('health: answered 500');
    expect(body).toContain('Understudy for');
    expect(body).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  test('with endless reasons and steps stays under what GitHub takes', () => {
    const body = renderComment(full('failed', '🚀'.repeat(100_000), []), links);
    expect(body.length).toBeLessThan(65_536);
    expect(body).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    expect(body.startsWith(commentMarker(7))).toBe(true);
  });

  test('when ready shows address, commit, expiry and run', async () => {
    const ready = report({
      state: 'ready',
      services: [{ name: 'app', state: 'ready', url: 'http://1d0fd508.localhost:7420' }],
      expiresAt: instant(Date.parse('2026-11-28T12:00:00Z')),
    });
    const html = await toHtml(renderComment(ready, links));
    expect(html).toContain('href="http://1d0fd508.localhost:7420"');
    expect(html).toContain(`href="https://github.com/acme/shop/commit/${commit('a')}"`);
    expect(html).toContain('<code>aaaaaaa</code>');
    expect(html).toContain('expires 2026-11-28 12:00 UTC');
    expect(html).toContain('href="https://github.com/acme/shop/actions/runs/1"');
  });

  test('of several services is a table', async () => {
    const services = ['web', 'api'].map(
      (name) => ({ name, state: 'ready', url: `https://${name}.example.com` }) as const,
    );
    const html = await toHtml(renderComment(report({ state: 'ready', services }), links));
    expect(html.match(/<tr>/g)).toHaveLength(3);
  });

  test('when deploying shows the steps, but no log', () => {
    const body = renderComment(full('deploying', 'install', ['secret']), links);
    expect(body).toContain('- ✅ `web` install');
    expect(body).not.toContain('secret');
  });

  test.each([
    ['waiting', 'max: 20 of 20 previews are live'],
    ['refused', 'fork: waits for approval'],
    ['removed', 'closed: the pull request is closed'],
    ['failed', 'health: no answer'],
  ] as const)('when %s gives the reason', (state, reason) => {
    expect(renderComment(report({ state, reason }), links)).toContain(reason);
  });

  test('of two pull requests has two markers', () => {
    expect(commentMarker(7)).not.toBe(commentMarker(77));
    expect(commentMarker(77).startsWith(commentMarker(7))).toBe(false);
  });
});

describe('the summary', () => {
  test('of a deploy shows what the comment shows, the decision and the diff', async () => {
    const ready = report({ state: 'ready' });
    const changes = [{ action: 'add', type: 'process', id: 'x/app', replacement: false }] as const;
    const html = await toHtml(
      renderDeploySummary(ready, links, { reason: 'create: no preview yet', changes }),
    );
    expect(html).toContain('Preview is ready');
    expect(html).toContain('create: no preview yet');
    expect(html).toContain('<code>x/app</code>');
  });

  test('says what failed once', () => {
    const failed = report({ state: 'failed', reason: 'roll out: no image' });
    const text = renderDeploySummary(failed, links, { reason: 'roll out: no image', changes: [] });
    expect(text.split('roll out: no image')).toHaveLength(2);
    expect(renderDeploySummary(failed, links, { reason: 'update: x', changes: [] })).toContain(
      '**Decision** update: x',
    );
  });

  test('makes replacements stand out', () => {
    const failed = full('failed', 'x', []);
    const text = renderDeploySummary(failed, links, {
      reason: 'update: x',
      changes: failed.changes,
    });
    expect(text).toContain('**modify, replacement**');
  });

  test('cannot be turned against its readers', async () => {
    const failed = full('failed', evil, [evil]);
    const outcome = {
      reason: evil,
      removed: [{ previewId: evil, pullRequest: 7, reason: evil }],
      kept: [{ previewId: evil, pullRequest: 8, reason: evil }],
      leftovers: [{ type: evil, id: evil, reason: evil }],
      warnings: [],
    };
    const deploy = { reason: evil, changes: failed.changes };
    expectHarmless(await toHtml(renderDeploySummary(failed, links, deploy)));
    expectHarmless(await toHtml(renderTeardownSummary(outcome, 'Preview sweep')));
  });

  test('of a large sweep shows a hundred of a kind and counts the rest', () => {
    const kept = Array.from({ length: 1_000 }, (_, index) => ({
      previewId: `id${index}`,
      pullRequest: index,
      reason: 'open: it is open',
    }));
    const outcome = { reason: 'sweep: 0 removed', removed: [], kept, leftovers: [], warnings: [] };
    const text = renderTeardownSummary(outcome, 'Preview sweep');
    expect(text.match(/`id\d+`/g)).toHaveLength(100);
    expect(text).toContain('Kept (1000)');
    expect(text).toContain('… and 900 more');
  });
});
