import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from './image.ts';

/** A registry that crane serves, whose blobs are in a folder of ours. */
export interface BlobsAndRegistry {
  /** `198.18.0.1:15000` */
  readonly address: string;
  readonly blobs: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Puts an image into the registry as `NAME:TAG` and gives its digest. Layers are not sent, only linked to where the
 * registry keeps its blobs, so that an image of any size takes milliseconds.
 */
export async function push(
  registry: BlobsAndRegistry,
  name: string,
  image: Image,
): Promise<string> {
  const folder = join(registry.blobs, 'sha256');
  mkdirSync(folder, { recursive: true });
  for (const { path, digest } of image.layers) {
    const blob = join(folder, digest.slice('sha256:'.length));
    if (!existsSync(blob)) symlinkSync(path, blob);
  }
  const config = JSON.stringify(configOf(image));
  writeFileSync(join(folder, hexOf(config)), config);
  const manifest = JSON.stringify(manifestOf(image, config));
  const [repository, tag = 'latest'] = name.split(':');
  const answer = await fetch(`http://${registry.address}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': manifestType },
    body: manifest,
  });
  if (!answer.ok) throw new Error(`${name} cannot be pushed: ${await answer.text()}`);
  return `sha256:${hexOf(manifest)}`;
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md */
function configOf(image: Image) {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const layers = image.layers.map(({ digest }) => digest);
  const rootfs = { type: 'layers', diff_ids: layers };
  return { architecture, os: 'linux', config: image.config, rootfs };
}

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md */
function manifestOf(image: Image, config: string) {
  return {
    schemaVersion: 2,
    mediaType: manifestType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: `sha256:${hexOf(config)}`,
      size: Buffer.byteLength(config),
    },
    layers: image.layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest,
      size,
    })),
  };
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
