import { posix } from 'node:path';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { type Problem, UserError } from '../../../../core/user-error.ts';
import type { Cloud } from '../../connect/cloud.ts';
import type { Engine } from '../../engine.ts';
import { entriesOf, offsetOf, parseTemplate, plainText, valueAt } from '../../template/document.ts';
import { intrinsicOf, tagOf } from '../../template/intrinsics.ts';
import type { SharedFile, SharedPlace } from './shared-place.ts';
import type { DeployedFile } from './snapshot.ts';

/** A nested stack of a template, and where its own template is said to be. */
export interface NestedReference {
  readonly logicalId: string;
  /** Path relative to the folder, of the file that is meant. */
  readonly file: string;
  /** Offsets of the value in the text, its tag and quotes included. */
  readonly from: number;
  readonly to: number;
}

interface Nesting {
  readonly engine: Engine;
  readonly cloud: Cloud;
  readonly stack: Stack;
  readonly root: NonNullable<SharedPlace['root']>;
  readonly folder: ReadonlyMap<string, string>;
  readonly file: SharedFile;
  readonly signal: AbortSignal | undefined;
}

/** The shared text of a nested stack as it is deployed, by the way that the root template leads to it. */
export async function findNested(nesting: Nesting): Promise<DeployedFile> {
  const { engine, cloud, stack, root, folder, file, signal } = nesting;
  const wanted = sharedPath(file, root, folder);
  const start = inFolder(root.template, root.folder);
  const path = wayTo(start, wanted, folder);
  if (!path) throw notNested(wanted, root);
  let current: Stack | undefined = stack;
  const parents: string[] = [];
  for (const logicalId of path) {
    const parent: string = current?.StackId ?? '';
    parents.push(parent);
    const resources = await engine.listResources(cloud, parent, signal);
    const id = resources.find((one) => one.LogicalResourceId === logicalId)?.PhysicalResourceId;
    current = id ? await engine.describeStack(cloud, id, signal) : undefined;
    if (!current) return { file, path, parents, text: '' };
  }
  const text = await engine.originalTemplate(cloud, current?.StackId ?? '', signal);
  return { file, path, parents, text, ...(current && { stack: current }) };
}

/** Path within the folder of the text that previews are put into. Throws a `UserError` when there is none. */
export function sharedPath(
  { template }: SharedFile,
  { folder }: NonNullable<SharedPlace['root']>,
  files: ReadonlyMap<string, string>,
): string {
  const wanted = template ?? '';
  const path = inFolder(wanted, folder);
  if (files.has(path)) return path;
  const matching = wanted.startsWith('**/')
    ? [...files.keys()].filter((one) => posix.basename(one) === wanted.slice(3)).sort()
    : [];
  const [only, second] = matching;
  if (only && !second) return only;
  throw new UserError(
    second
      ? `${matching.join(' and ')} in ${folder} could both be the shared template`
      : `the shared template ${wanted || '(not named)'} is not in ${folder} on the base branch`,
    'Name it: `preview: { cloudformation: { template: <path> } }`, a file below `expand.root.folder`.',
  );
}

/** A path of the repository, or one in the folder, as one in the folder. */
export function inFolder(path: string, folder: string): string {
  const base = `${folder.replace(/\/+$/, '')}/`;
  return posix.normalize(path.startsWith(base) ? path.slice(base.length) : path);
}

/** Logical ids of the nested stacks from the root to a file, by the shortest way. */
function wayTo(
  start: string,
  wanted: string,
  folder: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  const seen = new Set([start]);
  let level: { file: string; path: readonly string[] }[] = [{ file: start, path: [] }];
  while (level.length > 0) {
    const found = level.find(({ file }) => file === wanted);
    if (found) return found.path;
    level = level.flatMap(({ file, path }) =>
      nestedReferences(folder.get(file) ?? '', file, folder)
        .filter((one) => !seen.has(one.file) && seen.add(one.file))
        .map((one) => ({ file: one.file, path: [...path, one.logicalId] })),
    );
  }
  return undefined;
}

/**
 * The nested stacks of a template whose own template is a file of the folder: named by a local path, or by an
 * address that ends in the path of one, as those that Kayron uploads do.
 */
export function nestedReferences(
  text: string,
  file: string,
  folder: ReadonlyMap<string, string>,
): readonly NestedReference[] {
  return templateUrls(text, file).flatMap(({ logicalId, url, from, to }) => {
    const path = fileOf(url, file, folder);
    return path === undefined ? [] : [{ logicalId, file: path, from, to }];
  });
}

function fileOf(url: string, file: string, folder: ReadonlyMap<string, string>) {
  if (!/[:$]/.test(url)) {
    const local = posix.normalize(posix.join(posix.dirname(file), url));
    return folder.has(local) ? local : undefined;
  }
  const endings = [...folder.keys()].filter((path) => url.endsWith(`/${path}`));
  return endings.sort((a, b) => b.length - a.length)[0];
}

interface TemplateUrl {
  readonly logicalId: string;
  readonly url: string;
  readonly from: number;
  readonly to: number;
}

function templateUrls(text: string, file: string): readonly TemplateUrl[] {
  const { root, resolve } = parseTemplate(text, file);
  return entriesOf(resolve(valueAt(root, 'Resources'))).flatMap(({ key, value }) => {
    if (plainText(valueAt(value, 'Type')) !== 'AWS::CloudFormation::Stack') return [];
    const node = valueAt(valueAt(value, 'Properties'), 'TemplateURL');
    const [start = 0, end = 0] = (node as { range?: [number, number] } | undefined)?.range ?? [];
    const url = plainText(node) ?? lastText(intrinsicOf(node)?.argument);
    if (url === undefined) return [];
    return [{ logicalId: key, url, from: withTag(text, start, node), to: end }];
  });
}

/** Of `!Sub`, `!Join` and the like the text that the address ends with. */
function lastText(argument: unknown): string | undefined {
  const scalar = (argument as { value?: unknown } | undefined)?.value;
  if (typeof scalar === 'string') return scalar;
  const items = (argument as { items?: readonly unknown[] } | undefined)?.items;
  const [first, second] = items ?? [];
  return plainText(first) || lastText(second) || undefined;
}

function withTag(text: string, start: number, node: unknown): number {
  const tag = tagOf(node);
  if (tag === undefined) return start || offsetOf(node);
  return text.lastIndexOf(`!${tag}`, start) < 0 ? start : text.lastIndexOf(`!${tag}`, start);
}

/** The text with other addresses at these places; everything else stays byte for byte. */
export function replaceUrls(
  text: string,
  places: readonly Pick<NestedReference, 'from' | 'to'>[],
  urlAt: (index: number) => string,
): string {
  let result = '';
  let at = 0;
  for (const [index, { from, to }] of places.entries()) {
    result += text.slice(at, from) + JSON.stringify(urlAt(index));
    at = to;
  }
  return result + text.slice(at);
}

/** The nested stack of that name in a template that is deployed, whatever its address is. */
export function nestedPlace(
  text: string,
  file: string,
  logicalId: string,
): TemplateUrl | undefined {
  return templateUrls(text, file).find((one) => one.logicalId === logicalId);
}

function notNested(wanted: string, { folder, template }: NonNullable<SharedPlace['root']>) {
  const problem: Problem = {
    message: `no nested stack below ${folder}/${template} has ${wanted} as its template`,
    hint: `Let a resource of type AWS::CloudFormation::Stack name it: \`TemplateURL: ${wanted}\`.`,
    location: { file: `${folder}/${template}` },
  };
  return UserError.all([problem]);
}
