import { isAlias, isScalar, parseAllDocuments } from 'yaml';
import { type Problem, UserError } from '../../core/user-error.ts';
import { applySplices, type Edit, type MarkerEdit, type PathEdit, type Splice } from './edit.ts';
import type { Found } from './find-values.ts';
import { withImagePart } from './image-reference.ts';
import { kustomizeSplices } from './kustomize.ts';
import { meantValues } from './meant-values.ts';
import { scalarSplice } from './scalar-splice.ts';
import { checkCount, fault, readSource, type Source } from './source.ts';

/**
 * The YAML or JSON text with the edits made, and every other byte as it was: comments, quotes, anchors, order, line ends,
 * further documents. Edits see the text as it was before all of them. Throws a `UserError` that names all that is wrong:
 * a value that is not there or there more often than expected, that comes from an anchor, or is no scalar.
 * @param file Its path, for the error, and for its form: `.json` is JSON.
 */
export function applyEdits(text: string, file: string, edits: readonly Edit[]): string {
  if (text.startsWith(byteOrderMark))
    return byteOrderMark + applyEdits(text.slice(byteOrderMark.length), file, edits);
  const source = readSource(text, file);
  const results = edits.map((edit) => splicesFor(source, edit));
  const problems = results.flatMap((result) => ('message' in result ? [result] : []));
  if (problems.length > 0) throw UserError.all(problems);
  const splices = results.flatMap((result) => ('message' in result ? [] : result.splices));
  const clash = overlapping(splices);
  if (clash)
    throw UserError.all([
      fault(source, clash.from, 'two edits mean the same value', 'Take one of them out.'),
    ]);
  const edited = applySplices(text, splices);
  assertReadable(edited, source);
  return edited;
}

const byteOrderMark = '\uFEFF';

type Result = Problem | { readonly splices: readonly Splice[] };

function splicesFor(source: Source, edit: Edit): Result {
  if (edit.kind === 'kustomize') return kustomizeSplices(source, edit);
  const found = meantValues(source, edit);
  if (!Array.isArray(found)) return found;
  const counted = checkCount(source, edit, found);
  if (counted) return counted;
  const results = found.map((each) => spliceFor(source, each, edit));
  const problem = results.find((result) => 'message' in result);
  return problem && 'message' in problem
    ? problem
    : { splices: results.filter((result): result is Splice => 'text' in result) };
}

function spliceFor(
  source: Source,
  { node, at, inFlow }: Found,
  { part, value }: PathEdit | MarkerEdit,
): Splice | Problem {
  const start = node.range?.[0];
  if (isAlias(node))
    return fault(
      source,
      start,
      `${at} only repeats the anchor ${node.source}`,
      'Edit the value with the anchor, and count what else it changes.',
    );
  if (!isScalar(node))
    return fault(
      source,
      start,
      `${at} is no single value`,
      'Name a value, not what holds several.',
    );
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
    return fault(source, start, `${at} is a text of several lines`, 'Write the value on one line.');
  const next = part ? withImagePart(String(node.value), part, value) : value;
  if (next === undefined)
    return fault(
      source,
      start,
      `${JSON.stringify(value)} is no ${part} of an image`,
      'Give a version that can be one.',
    );
  return scalarSplice(source, node, inFlow, next);
}

function overlapping(splices: readonly Splice[]): Splice | undefined {
  const sorted = [...splices].sort((a, b) => a.from - b.from || a.to - b.to);
  return sorted.find((each, index) => {
    const before = sorted[index - 1];
    return before !== undefined && (each.from < before.to || each.from === before.from);
  });
}

/** An edit that breaks the file is a fault of ours. */
function assertReadable(edited: string, { file, documents }: Source): void {
  const parsed = parseAllDocuments(edited, { uniqueKeys: false });
  const again = Array.isArray(parsed) ? parsed : [];
  if (again.length !== documents.length || again.some(({ errors }) => errors.length > 0))
    throw new Error(`the edits would break ${file}`);
}
