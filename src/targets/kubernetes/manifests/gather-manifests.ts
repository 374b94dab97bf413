import { matchesGlob } from '../../../core/glob.ts';
import { type Problem, UserError } from '../../../core/user-error.ts';
import { isKustomization, readKustomization } from './kustomization.ts';
import type { ManifestText } from './read-manifests.ts';

/** Where manifests are read from. Paths are relative to the repository, unless they begin with a slash. */
export interface ManifestSource {
  /** `undefined` = there is no such file. */
  at(path: string): Promise<string | undefined>;
  /** Files below a folder (empty = the whole repository) that are wanted, by path relative to it. */
  folder(path: string, wanted: (path: string) => boolean): Promise<ReadonlyMap<string, string>>;
  /** What an absolute path leads to: one file, or those of a folder. Throws a `UserError` for one that it must not. */
  outside(path: string): Promise<readonly ManifestText[]>;
}

const formPattern = /\.(ya?ml|json)$/i;

/** Whether a file is taken for manifests where only its folder is named. */
export function isManifestName(name: string): boolean {
  return formPattern.test(name);
}

/**
 * The files that paths, folders and globs lead to, in order, each once. A folder means the files in it, or its
 * kustomization. Throws a `UserError` that names every path without files.
 */
export async function gatherManifests(
  paths: readonly string[],
  source: ManifestSource,
): Promise<ManifestText[]> {
  const gathered = new Map<string, ManifestText>();
  const problems: Problem[] = [];
  for (const path of paths) {
    const texts = await gatherOne(path.startsWith('/') ? path : trimmed(path), source);
    if (texts.length === 0) problems.push(await nothingAt(path, source));
    for (const text of texts) if (!gathered.has(text.file)) gathered.set(text.file, text);
  }
  if (problems.length > 0) throw UserError.all(problems);
  return [...gathered.values()];
}

function trimmed(path: string): string {
  return path
    .split('/')
    .filter((step) => step !== '' && step !== '.')
    .join('/');
}

async function gatherOne(path: string, source: ManifestSource): Promise<readonly ManifestText[]> {
  if (path.startsWith('/')) return await source.outside(path);
  if (/[*?[\]{}!()]/.test(path)) return await matching(path, source);
  const file = isManifestName(path) ? await source.at(path) : undefined;
  if (file !== undefined) return [{ file: path, text: file }];
  const isDirect = (name: string) => !name.includes('/') && isWanted(name);
  const files = await source.folder(path, isDirect);
  if ([...files.keys()].some(isKustomization)) return await readKustomization(path, source);
  if (files.size > 0) return below(path, files);
  const text = isManifestName(path) ? undefined : await source.at(path);
  return text === undefined ? [] : [{ file: path, text }];
}

function isWanted(name: string): boolean {
  return isManifestName(name) || isKustomization(name);
}

async function matching(glob: string, source: ManifestSource): Promise<ManifestText[]> {
  const steps = glob.split('/');
  const first = steps.findIndex((step) => /[*?[\]{}!()]/.test(step));
  const folder = steps.slice(0, first).join('/');
  const rest = steps.slice(first).join('/');
  return below(folder, await source.folder(folder, (name) => matchesGlob(name, [rest])));
}

function below(folder: string, files: ReadonlyMap<string, string>): ManifestText[] {
  const sorted = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([name, text]) => ({
    file: folder === '' ? name : `${folder}/${name}`,
    text,
  }));
}

/** What is deeper in a folder is not taken, as with `kubectl apply -f`. */
async function nothingAt(path: string, source: ManifestSource): Promise<Problem> {
  const message = `preview.kubernetes.manifests: ${path} leads to no file`;
  const isPlain = !path.startsWith('/') && !/[*?[\]{}!()]/.test(path);
  const deeper = isPlain ? await source.folder(trimmed(path), isManifestName) : new Map();
  return deeper.size > 0
    ? { message, hint: `Its folders hold manifests: write ${trimmed(path)}/**/*.yaml.` }
    : {
        message,
        hint: 'Write the path from the root of the repository, of a file that the commit has.',
      };
}
