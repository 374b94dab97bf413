import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { parseConfiguration } from '../../src/config/parse.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((page) => `docs/${page}`)];
const inPages = pages
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) =>
    [...read(page).matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)]
      .map(([, text = '']) => text)
      .filter((text) => /^(?:preview|pipelines|ledger):/m.test(text))
      .map((text, index) => [`${page}, example ${index + 1}`, text] as const),
  );
const inExamples = readdirSync(new URL('examples/', root), { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.github/understudy.yml'))
  .map((path) => [`examples/${path}`, read(`examples/${path}`)] as const);
const validate = new Ajv({ strict: true, strictTypes: false }).compile(
  JSON.parse(read('schema/understudy.schema.json')),
);

test.each([...inPages, ...inExamples])('%s is a good configuration', (name, text) => {
  expect(parseConfiguration(text, name)).toBeDefined();
  expect([validate(parse(text, { version: '1.2' })), validate.errors]).toEqual([true, null]);
});

test('there are such examples', () => {
  expect(inPages.length).toBeGreaterThanOrEqual(9);
  expect(inExamples.length).toBeGreaterThanOrEqual(2);
});
