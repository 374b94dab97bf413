import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { cachedImages } from './cached-images.ts';
import type { Contents, Image, ImageConfig } from './image.ts';
import { layerOf, stage } from './image.ts';
import type { BlobsAndRegistry } from './push.ts';
import { push } from './push.ts';

/** An image for a test: something of this machine over an image that the node has. */
export interface ImageContent {
  /** `base:1` (a shell) unless told; `node:1`, `postgres:15` and `crane:1` are there too. */
  readonly from?: string;
  /** Files and folders: where they are on this machine, and where they go in the image. */
  readonly contents?: Contents;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Number or name; root unless told. */
  readonly user?: string;
  readonly workingDirectory?: string;
}

/** Makes an image in `folder`, pushes it as `NAME:TAG`, and gives its digest. */
export async function pushContent(
  folder: string,
  registry: BlobsAndRegistry,
  name: string,
  content: ImageContent,
): Promise<string> {
  const below = cachedImages().get(content.from ?? 'base:1');
  if (!below) throw new Error(`There is no image ${content.from} to put ${name} over`);
  mkdirSync(join(folder, 'images'), { recursive: true });
  const place = mkdtempSync(join(folder, 'images/image-'));
  const root = join(place, 'root');
  mkdirSync(root);
  stage(root, content.contents ?? {});
  const layers = [...below.layers, layerOf(root, join(place, 'layer.tar'))];
  return await push(registry, name, { layers, config: configOver(below, content) });
}

function configOver({ config }: Image, content: ImageContent): ImageConfig {
  const { entrypoint, command, environment = {}, user, workingDirectory } = content;
  const added = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return {
    ...config,
    Env: [...(config.Env ?? []), ...added],
    ...(entrypoint && { Entrypoint: entrypoint, Cmd: [] }),
    ...(command && { Cmd: command }),
    ...(user && { User: user }),
    ...(workingDirectory && { WorkingDir: workingDirectory }),
  };
}
