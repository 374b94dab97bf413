import { describe, expect, test } from '@jest/globals';
import { detect, type RootFiles } from '../../../src/targets/local/detect.ts';

const nothing: RootFiles = { npmLock: false, indexHtml: false };
const manifest = (parts: object) => ({ packageJson: JSON.stringify(parts) });
const start = { scripts: { start: 'node .' } };

describe('how to run a commit', () => {
  test.each([
    [
      'npm ci where there is a lock file',
      { ...manifest({ ...start, dependencies: { a: '1' } }), npmLock: true },
      'npm ci',
    ],
    [
      'npm install where there is none',
      manifest({ ...start, devDependencies: { a: '1' } }),
      'npm install',
    ],
    [
      'npm ci for workspaces',
      { ...manifest({ ...start, workspaces: ['a'] }), npmLock: true },
      'npm ci',
    ],
    [
      'no installation without dependencies',
      { ...manifest({ ...start, dependencies: {} }), npmLock: true },
      undefined,
    ],
  ])('npm start with %s', (_name, files, install) => {
    const expected = { kind: 'command', run: 'npm start', ...(install && { install }) };
    expect(detect({ ...nothing, ...files })).toEqual(expected);
  });

  test.each([
    ['a manifest without a start script', manifest({ scripts: { build: 'x' } })],
    ['a manifest that is not JSON', { packageJson: '{' }],
    ['a manifest that is not an object', { packageJson: 'null' }],
    ['a start script that is not text', manifest({ scripts: { start: 1 } })],
    ['a Procfile without web', { procfile: 'worker: x\nwebsite: y' }],
    ['a Procfile with an empty web', { procfile: 'web:\nworker: x' }],
    ['nothing', {}],
  ])('%s says nothing', (_name, files) => {
    expect(detect({ ...nothing, ...files })).toBeUndefined();
  });

  test('a Procfile comes before plain files, and npm before both', () => {
    const files = { ...nothing, procfile: 'release: x\nweb: ./serve  \r\n', indexHtml: true };
    expect(detect(files)).toEqual({ kind: 'command', run: './serve' });
    expect(detect({ ...files, ...manifest(start) })).toEqual({ kind: 'command', run: 'npm start' });
    expect(detect({ ...nothing, indexHtml: true })).toEqual({ kind: 'static' });
  });
});
