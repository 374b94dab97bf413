import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as library from 'yaml';

const root = process.env.UNDERSTUDY_BUNDLES ?? resolve(import.meta.dirname, '../..');
const bundles = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js'))
  .map((file) => ({ file, text: readFileSync(join(root, 'dist', file), 'utf8') }));

async function bundled(): Promise<typeof library> {
  return import(pathToFileURL(join(root, 'dist/yaml/index.js')).href);
}

describe('the YAML library is bundled once', () => {
  test('in a unit that the others import', () => {
    const own = bundles.filter(({ text }) => text.includes('Map keys must be unique'));
    expect(own.map(({ file }) => file)).toEqual(['yaml/index.js']);
    const users = bundles.filter(({ text }) => text.includes('/yaml/index.js"'));
    expect(users.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['config/parse.js', 'targets/kubernetes/manifests/open.js']),
    );
  });

  test('with its licence, which those that import it need not repeat', () => {
    const licences = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.licenses.txt') &&
        readFileSync(join(root, 'dist', file), 'utf8').includes('Eemeli Aro'),
    );
    expect(licences).toEqual(['yaml/index.licenses.txt']);
  });
});

const texts: readonly (readonly [name: string, text: string])[] = [
  ['maps, sequences and scalars', 'a: [1, 2.5, 0x1f, 0o17, true, ~, "x"]\nb: {c: d}\n'],
  ['block scalars and comments', '# one\na: |\n  x\n   y\nb: >-\n  p\n  q # no comment\n'],
  ['anchors, aliases and merges', 'a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n'],
  ['tags of CloudFormation', 'A: !Sub $B\nC: !GetAtt D.E\nF: !If [a, !Ref b, c]\n'],
  ['binary', 'a: !!binary aGVsbG8=\nb: !!binary |\n  aGVs\n  bG8=\n'],
  ['times, sets and ordered maps', 'a: !!set {x, y}\nb: 2026-01-02\nc: !!omap [d: 1]\n'],
  ['a key twice', 'a: 1\nb: 2\na: 3\n'],
  ['an unclosed map', 'a: {b: 1\nc: 2\n'],
  ['tabs and bad indentation', 'a:\n\t- b\n  - c\n - d\n'],
  ['an unknown alias', 'a: *nowhere\n'],
  ['a wide character and a byte order mark', '\ufeffä: "\\U0001F600"\r\nb: ☃\r\n'],
];

describe('the bundled library reads and writes as the one that tests of the sources use', () => {
  test.each(texts)('%s', async (_, text) => {
    const own = await bundled();
    for (const version of ['1.1', '1.2'] as const) {
      expect(readBy(own, text, version)).toEqual(readBy(library, text, version));
    }
  });
});

function readBy(yaml: typeof library, text: string, version: '1.1' | '1.2') {
  const lineCounter = new yaml.LineCounter();
  const options = { version, lineCounter, logLevel: 'silent', merge: true } as const;
  const document = yaml.parseDocument(text, options);
  const errors = document.errors.map(({ code, pos, message }) => ({ code, pos, message }));
  return {
    errors,
    lines: lineCounter.lineStarts,
    ...(errors.length === 0 && endOf(yaml, document)),
  };
}

/** The value is cloned because one reads binary as a Buffer and the other as the Uint8Array that it is. */
function endOf(yaml: typeof library, document: library.Document) {
  try {
    const value = structuredClone(document.toJS());
    return {
      value: JSON.stringify(value),
      text: document.toString(),
      again: yaml.stringify(value),
    };
  } catch (error) {
    return { thrown: String(error) };
  }
}
