import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { defaultConfiguration } from '../../src/config/defaults.ts';
import { loadConfiguration } from '../../src/config/load.ts';

const file = '.github/understudy.yml';

test('without a file the defaults hold', async () => {
  const loaded = await loadConfiguration({ file, read: async () => undefined });
  expect(loaded).toBe(defaultConfiguration);
});

test('with a file its text is read', async () => {
  const loaded = await loadConfiguration({
    file,
    read: async () => 'preview: { id: pull-request }',
  });
  expect(loaded.preview.id).toBe('pull-request');
});

test('what is wrong in the file names the file', async () => {
  const loading = loadConfiguration({ file: 'other.yml', read: async () => 'x: 1' });
  await expect(loading).rejects.toMatchObject({
    problems: [{ location: { file: 'other.yml', line: 1, column: 1 } }],
  });
});

test('an error of reading stays what it is', async () => {
  const denied = new Error('EACCES');
  await expect(loadConfiguration({ file, read: () => Promise.reject(denied) })).rejects.toBe(
    denied,
  );
});

test('schema and reference page are in step with the definition', () => {
  const script = fileURLToPath(new URL('../../scripts/config-docs.mjs', import.meta.url));
  const options = {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  } as const;
  expect(execFileSync(process.execPath, ['--no-warnings', script, '--check'], options)).toBe('');
});
