import { type Problem, UserError } from '../../../core/user-error.ts';
import type { LocalReference } from './facts.ts';
import { insideRepository, s3Url } from './locate.ts';
import { readTemplate } from './read-template.ts';
import { type TemplateStore, type Upload, uploadOf } from './store.ts';

/** What packaging reads and where it puts things. */
export interface Packaging {
  readonly store: TemplateStore;
  /** Text of a file of the repository, by path from its root; `undefined` = there is none. */
  read(path: string): Promise<string | undefined>;
}

/** A template whose local references are addresses. */
export interface PackagedTemplate {
  readonly text: string;
  /** Nested templates first, each once; empty when nothing local was named. */
  readonly uploads: readonly Upload[];
}

interface Run extends Packaging {
  /** By path: a template that several name is packaged once. */
  readonly done: Map<string, Promise<Upload>>;
  readonly uploads: Map<string, Upload>;
}

/**
 * Replaces local files in `TemplateURL` of nested stacks, `Location` of serverless applications and `AWS::Include`
 * by the addresses they will have, depth first; everything else stays byte for byte. Throws a `UserError` for files
 * that are not there, lie outside the repository, name each other in a circle or cannot be read as templates, and
 * when there is no bucket.
 */
export async function packageTemplate(
  root: { readonly path: string; readonly text: string },
  packaging: Packaging,
): Promise<PackagedTemplate> {
  const run: Run = { ...packaging, done: new Map(), uploads: new Map() };
  const text = await packaged(root.path, root.text, run, [root.path]);
  return { text, uploads: [...run.uploads.values()] };
}

async function packaged(
  path: string,
  text: string,
  run: Run,
  above: readonly string[],
): Promise<string> {
  const references = readTemplate(text, path).localReferences;
  const addresses: string[] = [];
  const problems: Problem[] = [];
  for (const reference of references) {
    try {
      addresses.push(await addressOf(reference, path, run, above));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw UserError.all(problems);
  return replaced(text, references, addresses);
}

async function addressOf(
  reference: LocalReference,
  from: string,
  run: Run,
  above: readonly string[],
): Promise<string> {
  const path = insideRepository(reference.path, from);
  if (path === undefined) throw outside(reference);
  if (above.includes(path)) throw circle(reference, [...above.slice(above.indexOf(path)), path]);
  const upload = run.done.get(path) ?? uploadFile(path, reference, run, above);
  run.done.set(path, upload);
  const { bucket, key } = await upload;
  // The macro reads S3's own form of an address only.
  return reference.kind === 'AWS::Include'
    ? `s3://${bucket}/${key}`
    : s3Url(bucket, key, run.store);
}

async function uploadFile(
  path: string,
  reference: LocalReference,
  run: Run,
  above: readonly string[],
): Promise<Upload> {
  const text = await run.read(path);
  if (text === undefined) throw absent(reference, path);
  const whole =
    reference.kind === 'AWS::Include' ? text : await packaged(path, text, run, [...above, path]);
  const upload = uploadOf(
    whole,
    run.store,
    `${reference.logicalId} names the file ${path}, which CloudFormation reads from a bucket only`,
  );
  run.uploads.set(upload.key, upload);
  return upload;
}

/** From the end, so that the offsets before it stay right. */
function replaced(
  text: string,
  references: readonly LocalReference[],
  addresses: readonly string[],
): string {
  return references.reduceRight(
    (rest, { from, to }, index) =>
      `${rest.slice(0, from)}${JSON.stringify(addresses[index])}${rest.slice(to)}`,
    text,
  );
}

function outside({ logicalId, path, location }: LocalReference): UserError {
  return new UserError(
    `${logicalId} names ${JSON.stringify(path)}, which is no file of the repository`,
    'Write a path relative to this template, as ./part.yaml, or an https address in S3.',
    { location },
  );
}

function absent({ logicalId, location }: LocalReference, path: string): UserError {
  return new UserError(
    `${logicalId} names ${path}, and there is no such file in the commit`,
    'Correct the path, which is relative to this template, or commit the file.',
    { location },
  );
}

function circle({ logicalId, location }: LocalReference, paths: readonly string[]): UserError {
  return new UserError(
    `${logicalId} closes a circle of nested templates: ${paths.join(' → ')}`,
    'A stack cannot contain itself: remove one of these.',
    { location },
  );
}
