import { posix } from 'node:path';
import { s3Url } from '../../template/locate.ts';
import { packageTemplate } from '../../template/package.ts';
import { type TemplateStore, type Upload, uploadOf } from '../../template/store.ts';
import type { DraftFile } from './draft.ts';
import {
  inFolder,
  nestedPlace,
  nestedReferences,
  replaceUrls,
  sharedPath,
} from './nested-stacks.ts';
import type { SharedPlace } from './shared-place.ts';

type Root = NonNullable<SharedPlace['root']>;

/** A root template as it is sent, and what has to be in the bucket before. */
export interface RootText {
  readonly text: string;
  readonly uploads: readonly Upload[];
}

/**
 * The root template of a folder with everything that it nests, each under the hash of its content; the shared
 * texts have the previews in them. Addresses that end in a path of the folder, as Kayron has them, are ours too.
 */
export async function packageRoot(
  root: Root,
  folder: ReadonlyMap<string, string>,
  drafts: readonly { readonly draft: DraftFile; readonly text: string }[],
  store: TemplateStore,
): Promise<RootText> {
  const shared = new Map(
    drafts.map(({ draft, text }) => [sharedPath(draft.deployed.file, root, folder), text]),
  );
  const textOf = (path: string): string | undefined => {
    const text = shared.get(path) ?? folder.get(path);
    return text === undefined ? undefined : withLocalPaths(text, path, folder);
  };
  const start = inFolder(root.template, root.folder);
  const packaged = await packageTemplate(
    { path: posix.join(root.folder, start), text: textOf(start) ?? '' },
    { store, read: async (path) => textOf(inFolder(path, root.folder)) },
  );
  return { text: packaged.text, uploads: packaged.uploads };
}

/** Addresses of files of the folder as local paths, which packaging then gives addresses of their own. */
function withLocalPaths(text: string, path: string, folder: ReadonlyMap<string, string>): string {
  const places = nestedReferences(text, path, folder);
  return replaceUrls(text, places, (index) => {
    const target = posix.relative(posix.dirname(path), places[index]?.file ?? '');
    return target.startsWith('.') ? target : `./${target}`;
  });
}

/** The deployed root template with other texts for some of its nested stacks; nothing else in it changes. */
export async function replaceNested(
  rootId: string,
  drafts: readonly { readonly draft: DraftFile; readonly text: string }[],
  read: (stackId: string) => Promise<string>,
  store: TemplateStore,
): Promise<RootText> {
  const texts = new Map<string, string>();
  const uploads: Upload[] = [];
  const put = (text: string) => {
    const upload = uploadOf(text, store, 'a nested template is read from a bucket');
    uploads.push(upload);
    return s3Url(upload.bucket, upload.key, store);
  };
  for (const { draft, text } of drafts) {
    const { path, parents } = draft.deployed;
    let url = put(text);
    for (let depth = path.length - 1; depth >= 0; depth -= 1) {
      const parent = parents[depth] ?? '';
      const before = texts.get(parent) ?? (await read(parent));
      const place = nestedPlace(before, parent, path[depth] ?? '');
      if (!place) throw new Error(`the stack ${parent} has no nested stack ${path[depth]}`);
      const address = url;
      const after = replaceUrls(before, [place], () => address);
      texts.set(parent, after);
      if (depth > 0) url = put(after);
    }
  }
  return { text: texts.get(rootId) ?? (await read(rootId)), uploads };
}
