import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, cpSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A layer as a tar archive that is not compressed: its digest is its `diff_id` too. */
export interface Layer {
  readonly path: string;
  /** `sha256:…` */
  readonly digest: string;
  readonly size: number;
}

/** What a container of the image runs; names are those of the OCI image specification. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** `NAME=value` */
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

export interface Image {
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}

/** Where something of this machine goes in an image: `{ '/usr/bin/busybox': '/bin/busybox' }`. Links are followed. */
export type Contents = Readonly<Record<string, string>>;

/** Copies files and folders below `root`, where they keep their names and modes. */
export function stage(root: string, contents: Contents): void {
  for (const [from, to] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(from, join(root, to), { recursive: true, dereference: true });
  }
  chmodSync(root, 0o755);
}

/** A layer at `path` of all that is below `root`, owned by root; the same content gives the same digest. */
export function layerOf(root: string, path: string): Layer {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', ['-C', root, ...same, '-cf', path, '.'], { stdio: 'pipe' });
  return layerAt(path);
}

/** The layer that is a tar archive. */
export function layerAt(path: string): Layer {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  const part = Buffer.alloc(2 ** 20);
  for (let read = 1; read > 0; ) {
    read = readSync(file, part);
    hash.update(part.subarray(0, read));
  }
  closeSync(file);
  return { path, digest: `sha256:${hash.digest('hex')}`, size: statSync(path).size };
}
