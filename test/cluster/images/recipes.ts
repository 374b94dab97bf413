import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageConfig } from './image.ts';
import { stage } from './image.ts';

/** How an image of the tests' cluster is made of what this machine and Debian have: no hub is asked. */
export interface Recipe {
  /** As manifests name it below `registry.local:5000/`. */
  readonly name: string;
  /** The image whose layers lie below, by name. */
  readonly from?: string;
  readonly config: ImageConfig;
  /** Files of test/cluster that it depends on, and whatever else changes it. */
  readonly sources: readonly string[];
  readonly otherwise?: string;
  /** Fills a folder with what the layer is to hold, or writes the layer itself to `layer`. */
  make(root: string, layer: string): void;
}

const busybox = '/usr/bin/busybox';

const pause: Recipe = {
  name: 'pause:1',
  config: { Entrypoint: ['/pause'] },
  sources: ['pause/main.go'],
  make: (root) => goBuild(join(root, 'pause'), './pause'),
};

/** A shell and its tools: httpd, wget, nslookup and others. */
const base: Recipe = {
  name: 'base:1',
  config: { Env: ['PATH=/usr/local/bin:/bin'], Cmd: ['sh'] },
  sources: ['images/recipes.ts'],
  make(root) {
    stage(root, { [busybox]: '/bin/busybox' });
    for (const folder of ['etc', 'tmp', 'root', 'www']) mkdirSync(join(root, folder));
    execFileSync('chmod', ['1777', join(root, 'tmp')]);
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
    const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
    for (const applet of applets.filter((name) => name !== 'busybox'))
      symlinkSync('busybox', join(root, 'bin', applet));
  },
};

/** The Node that runs these tests, with the libraries that it needs. */
const node: Recipe = {
  name: 'node:1',
  from: 'base:1',
  config: base.config,
  sources: ['images/recipes.ts'],
  otherwise: process.version,
  make(root) {
    const linked = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
    const libraries = [...linked.matchAll(/(?:=> |^\s*)(\/\S+) \(/gm)].map(
      ([, path]) => path ?? '',
    );
    const kept = Object.fromEntries(libraries.map((path) => [path, path]));
    stage(root, { ...kept, [process.execPath]: '/usr/local/bin/node' });
  },
};

/** For Jobs that build an image: `crane append -b … -f layer.tar -t registry.local:5000/…`, beside a shell. */
const crane: Recipe = {
  name: 'crane:1',
  from: 'base:1',
  config: base.config,
  sources: ['go.mod', 'images/recipes.ts'],
  make(root) {
    mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
    goBuild(join(root, 'usr/local/bin/crane'), 'github.com/google/go-containerregistry/cmd/crane');
  },
};

/** PostgreSQL 15 with its clients, which minds the variables of the official image. */
const postgres: Recipe = {
  name: 'postgres:15',
  config: {
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['postgres'],
    Env: ['PATH=/usr/lib/postgresql/15/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  },
  sources: ['layer.sh', 'left-out.txt', 'entrypoint.sh'].map((part) => `images/postgres-${part}`),
  make: (_root, layer) => {
    execFileSync('test/cluster/images/postgres-layer.sh', [layer], { stdio: 'pipe' });
  },
};

/** In the order in which they lie on each other. */
export const recipes: readonly Recipe[] = [pause, base, node, crane, postgres];

function goBuild(program: string, what: string): void {
  execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', program, what], {
    cwd: 'test/cluster',
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'pipe',
  });
}
