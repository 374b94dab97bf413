import { isAlias, isScalar, type Scalar } from 'yaml';
import { UserError } from '../../core/user-error.ts';
import { findByPath } from '../edits/find-values.ts';
import { parsePath } from '../edits/path.ts';
import { readSource } from '../edits/source.ts';

/**
 * The single values at a path of a YAML or JSON file, in all its documents, as a reader has them. Throws a `UserError`
 * for a file that cannot be read, or a path that is none.
 * @param file Its path, for the error, and for its form: `.json` is JSON.
 * @param path As in edits: `image.tag`, `containers[0].image`, `images[name=web].newTag`.
 */
export function valuesAt(text: string, file: string, path: string): readonly string[] {
  const steps = parsePath(path);
  if (!steps)
    throw new UserError(
      `${JSON.stringify(path)} is no path`,
      'Write `image.tag`, `containers[0].image` or `images[name=web].newTag`.',
    );
  const { documents } = readSource(text.replace(/^\uFEFF/, ''), file);
  return documents.flatMap((document) =>
    findByPath(document, steps).flatMap(({ node }) => {
      const value = isAlias(node) ? node.resolve(document) : node;
      return isScalar(value) && value.value !== null ? [textOf(value)] : [];
    }),
  );
}

/** A commit such as `12345e7` is a number to YAML; what was written is meant. */
function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}
