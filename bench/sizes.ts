import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { projectRoot } from '../test/world/world.ts';
import { peers, peersSource } from './peers.ts';
import type { Section } from './section.ts';
import { table, verdict } from './table.ts';

const bundleLimit = 200_000;
const downloadLimit = 850_000;
/** Units of one target, with the client of its cloud; read only by those who deploy there. */
const unitLimits: Readonly<Record<string, number>> = {
  'targets/cloudformation/target.js': 650_000,
  'targets/kubernetes/target.js': 1_100_000,
};

/** Bytes of each bundle, and of what a workflow's `uses:` downloads. */
export function sizes(): Section {
  const bundles = bundleSizes();
  const download = downloadSize();
  const known = peers.filter((peer) => peer.download !== undefined);
  const text = [
    table(
      ['bundle', 'bytes', 'limit'],
      bundles.map(({ name, bytes }) => [name, bytes, verdict(bytes, limitOf(name))]),
    ),
    '',
    `Download: \`git archive HEAD\`, compressed with gzip, as the runner gets it. Peers ${peersSource.split(',')[0]}.`,
    '',
    table(
      ['download', 'bytes', 'file that runs, bytes', 'limit'],
      [
        [
          'Understudy',
          download,
          bytesOf(bundles, 'understudy/index.js'),
          verdict(download, downloadLimit),
        ],
        ...known.map(({ name, download: bytes, entry }) => [name, bytes, entry ?? '', '']),
      ],
    ),
  ];
  return { title: 'Sizes', text: text.join('\n'), figures: { bundles, download } };
}

interface Size {
  readonly name: string;
  readonly bytes: number;
}

/** The lab is a tool for trying, not part of an action. What CloudFormation seldom needs is read only then. */
function limitOf(name: string): number | undefined {
  const isFree = name.startsWith('lab/') || /^targets\/cloudformation\/.+\//.test(name);
  return unitLimits[name] ?? (isFree ? undefined : bundleLimit);
}

function bytesOf(sizesFound: readonly Size[], name: string): number {
  return sizesFound.find((one) => one.name === name)?.bytes ?? Number.NaN;
}

function bundleSizes(): readonly Size[] {
  const dist = join(projectRoot, 'dist');
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => ({ name, bytes: statSync(join(dist, name)).size }));
}

function downloadSize(): number {
  const archive = ['archive', '--format=tar', 'HEAD'];
  const options = { cwd: import.meta.dirname, maxBuffer: 2 ** 30 };
  return gzipSync(execFileSync('git', ['-C', '..', ...archive], options)).length;
}
