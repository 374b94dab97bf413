import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { start } from '../../src/core/start.ts';
import {
  codeBlock,
  codeSpan,
  escapeMarkdown,
  lastLines,
  link,
} from '../../src/preview/markdown.ts';

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
}

const parser = unified().use(remarkParse).use(remarkGfm);

function parse(markdown: string): readonly Node[] {
  return (parser.parse(markdown) as Node).children ?? [];
}

/** The inline nodes of what must be one paragraph. */
function inline(markdown: string): readonly Node[] {
  const [paragraph, ...others] = parse(markdown);
  expect(others).toEqual([]);
  expect(paragraph?.type).toBe('paragraph');
  return paragraph?.children ?? [];
}

const evil = [
  '`',
  '```',
  '</details>',
  '<!--',
  '-->',
  '<script>',
  '@octocat',
  '#1',
  'GH-1',
  'a/b#1',
  '[x](javascript:1)',
  '![x](http://e.vil)',
  '|',
  '\n',
  '\r',
  '\r\n',
  '\\',
  '*',
  '_',
  '~~',
  '&lt;',
  '&',
  '<b>',
  'https://e.vil',
  'www.e.vil',
  'a@e.vil',
  '- ',
  '1. ',
  '> ',
  '# ',
  '===',
  '---',
  '[^1]',
  '[ ] ',
  '$x$',
  '\u001b[31m',
  '\u200b',
  ' ',
  'é',
  '🚀',
];
const texts = fc.oneof(
  fc.array(fc.constantFrom(...evil), { maxLength: 20 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary-ascii', maxLength: 200 }),
);

function plain(text: string): string {
  return text.replaceAll('\u200b', '').replace(/\s+/g, ' ').trim();
}

describe('escaped text', () => {
  test('is text and nothing else, and says the same', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const nodes = inline(`note: ${escapeMarkdown(text)}`);
        expect(nodes.map(({ type }) => type).filter((type) => type !== 'text')).toEqual([]);
        const shown = nodes.map(({ value }) => value).join('');
        expect(plain(shown)).toBe(plain(`note: ${text}`).replaceAll('\0', '\ufffd'));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['@octocat', /@octocat/],
    ['#1', /#1/],
    ['acme/shop#1', /#1/],
    ['GH-1', /GH-1/i],
    ['gh-12', /gh-1/i],
    ['https://example.com', /https:\/\//],
    ['WWW.example.com', /www\./i],
  ])('makes no link of %s', (text, linked) => {
    const [node] = inline(escapeMarkdown(text));
    expect(node?.value).not.toMatch(linked);
    expect(node?.value?.replaceAll('\u200b', '')).toBe(text);
  });

  test('takes 100,000 spaces in no time', () => {
    const began = performance.now();
    escapeMarkdown(`${' '.repeat(100_000)}x`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('a code span', () => {
  test('is left by no text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const nodes = inline(`a ${codeSpan(text)} b`);
        expect(nodes.map(({ type }) => type)).toEqual(['text', 'inlineCode', 'text']);
        const said = text.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|') || ' ';
        expect(nodes[1]?.value?.replaceAll('\\\u200b\\|', '\\\\|').trim()).toBe(
          said.trim().replaceAll('\\\u200b\\|', '\\\\|').replaceAll('\0', '\ufffd'),
        );
      }),
      { numRuns: 500 },
    );
  });

  test.each(['x|y`z', 'x\\|y', 'x\\\\|y', 'x\\'])('stays in its cell of a table: %s', (text) => {
    const [table] = parse(`| a | b |\n| --- | --- |\n| ${codeSpan(text)} | c |`);
    expect(table?.children?.[1]?.children).toHaveLength(2);
  });
});

describe('a code block', () => {
  test('is closed by no line', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 8 }), (lines) => {
        const nodes = parse(`before\n\n${codeBlock(lines)}\n\nafter`);
        expect(nodes.map(({ type }) => type)).toEqual(['paragraph', 'code', 'paragraph']);
      }),
      { numRuns: 500 },
    );
  });

  test('shows no colours and no control characters', () => {
    expect(codeBlock(['\u001b[31mred\u001b[0m\u0007\u0000 and\ttab'])).toBe(
      '```text\nred and\ttab\n```',
    );
  });
});

describe('a link', () => {
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'http://a b',
    'https://x.org/)[y](http://e.vil',
    'https://x.org/|',
    'ftp://x.org',
    '',
  ])('is not made of %j', (url) => {
    const types = inline(`a ${link('x', url)} b`).map(({ type }) => type);
    expect(types).toEqual(['text', 'inlineCode', 'text']);
  });

  test('is made of http and https', () => {
    expect(inline(link('x', 'http://1d0fd508.localhost:7420/'))[0]).toMatchObject({
      type: 'link',
      url: 'http://1d0fd508.localhost:7420/',
    });
  });
});

describe('the last lines', () => {
  test('fit, and say how many are left out', () => {
    expect(lastLines(['one', 'two', 'three'], 10)).toEqual([
      '… 1 earlier lines left out',
      'two',
      'three',
    ]);
  });

  test('are all of them when they fit', () => {
    expect(lastLines(['one', 'two'], 8)).toEqual(['one', 'two']);
  });

  test('cut a long line, but no character in halves', () => {
    const [line] = lastLines([`${'a'.repeat(499)}🚀🚀`], 10_000);
    expect(line).toBe(`${'a'.repeat(499)}…`);
  });

  test('are few of many, quickly', () => {
    const began = performance.now();
    const lines = lastLines(new Array(500_000).fill('x'.repeat(10)), 20_000);
    expect(lines.join('\n').length).toBeLessThan(20_050);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

test('the start of a text never ends in half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, length) => {
      const cut = start(text, length);
      return cut.length <= length && text.startsWith(cut) && !/[\ud800-\udbff]$/.test(cut);
    }),
  );
});
