import { isAlias, isScalar, type Scalar } from 'yaml';
import { UserError } from '../../core/user-error.ts';
import type { Edit } from '../edits/edit.ts';
import { imagePart } from '../edits/image-reference.ts';
import { kustomizeValues } from '../edits/kustomize.ts';
import { meantValues } from '../edits/meant-values.ts';
import { readSource, type Source } from '../edits/source.ts';

/**
 * The single values that are meant in a YAML or JSON file, in all its documents, as a reader has them. Throws a
 * `UserError` for a file that cannot be read, or a path that is none.
 * @param file Its path, for the error, and for its form: `.json` is JSON.
 * @param place A path as in edits (`image.tag`, `containers[0].image`, `images[name=web].newTag`), or what an edit means:
 * of one with `part` that part, and nothing where the value has none.
 */
export function valuesAt(text: string, file: string, place: string | Edit): readonly string[] {
  const edit: Edit = typeof place === 'string' ? { kind: 'path', path: place, value: '' } : place;
  const source = readSource(text.replace(/^\uFEFF/, ''), file);
  const part = 'part' in edit ? edit.part : undefined;
  return source.documents.flatMap((document) =>
    nodesOf({ ...source, documents: [document] }, edit).flatMap((node) => {
      const value = isAlias(node) ? node.resolve(document) : node;
      if (!isScalar(value) || value.value === null) return [];
      const whole = textOf(value);
      const meant = part ? imagePart(whole, part) : whole;
      return meant === undefined ? [] : [meant];
    }),
  );
}

function nodesOf(source: Source, edit: Edit): readonly unknown[] {
  if (edit.kind === 'kustomize') return kustomizeValues(source, edit);
  const found = meantValues(source, edit);
  if (!Array.isArray(found)) throw UserError.all([found]);
  return found.map(({ node }) => node);
}

/** A commit such as `12345e7` is a number to YAML; what was written is meant. */
function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}
