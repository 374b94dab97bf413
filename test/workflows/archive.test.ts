import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const archive = execFileSync('git', ['archive', '--format=tar', 'HEAD'], { maxBuffer: 2 ** 28 });
const files = namesOf(archive);

test('what the runner downloads holds the bundle that each action.yml names', () => {
  const manifests = files.filter((file) => file.endsWith('action.yml'));
  expect(manifests).toHaveLength(5);
  for (const manifest of manifests) {
    const { main } = parse(readFileSync(manifest, 'utf8')).runs;
    expect(files).toContain(posix.join(posix.dirname(manifest), main));
  }
});

test('it holds every bundle but the lab, since they load each other, and the word that they are modules', () => {
  const bundles = readdirSync('dist', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && !file.startsWith('lab'))
    .map((file) => posix.join('dist', file));
  expect(files).toEqual(expect.arrayContaining([...bundles, 'package.json']));
});

test('it holds nothing else but what the licence asks for', () => {
  const others = files.filter((file) => !/^dist\/|action\.yml$|\/$/.test(file));
  expect(others.sort()).toEqual(['LICENSE', 'package.json']);
  expect(files.filter((file) => file.startsWith('dist/lab/'))).toEqual([]);
});

test('it is at most 850 kB compressed, though it carries clients of AWS and Kubernetes', () => {
  expect(gzipSync(archive).length).toBeLessThanOrEqual(850_000);
});

/** Names in a tar archive: 512-byte headers, each followed by its content in blocks of 512 (POSIX ustar). */
function namesOf(tar: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; tar[at] !== 0 && at < tar.length; ) {
    const text = (from: number, to: number) =>
      tar.toString('utf8', at + from, at + to).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 136), 8);
    if ('05'.includes(text(156, 157))) names.push(posix.join(text(345, 500), text(0, 100)));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return names;
}
