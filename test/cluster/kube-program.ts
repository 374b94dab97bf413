import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where what is built for the tests' cluster is kept; `npm ci` empties it. */
export const cacheFolder = resolve('node_modules/.cache/understudy-tests/cluster');

const version = 'v1.34.4';
const sources = resolve('test/cluster');

/**
 * Path of the one program that is all of Kubernetes (see main.go), built once for each content of its sources:
 * 5 minutes on two cores when Go's own cache is cold. Throws when Go is missing or the build fails.
 */
export function kubeProgram(): string {
  const program = join(cacheFolder, `kube-${contentOf('go.mod', 'go.sum', 'main.go')}`, 'kube');
  if (existsSync(program)) return program;
  mkdirSync(dirname(program), { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  const ldflags = ['component-base/version', 'client-go/pkg/version']
    .map((name) => `-X k8s.io/${name}.gitVersion=${version}`)
    .join(' ');
  execFileSync(
    'go',
    ['build', '-trimpath', '-o', unfinished, '-ldflags', `-s -w ${ldflags}`, '.'],
    {
      cwd: sources,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  renameSync(unfinished, program);
  return program;
}

/** The first 12 hex digits of what the named files of this folder hold. */
export function contentOf(...files: readonly string[]): string {
  const hash = createHash('sha256').update(version);
  for (const file of files) hash.update(readFileSync(join(sources, file)));
  return hash.digest('hex').slice(0, 12);
}
