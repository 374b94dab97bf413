import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../../core/user-error.ts';
import type { KustomizeEdit, Splice } from './edit.ts';
import { scalarSplice } from './scalar-splice.ts';
import { writeScalar } from './scalar-text.ts';
import { checkCount, fault, type Source } from './source.ts';

type Result = Problem | { readonly splices: readonly Splice[] };

/**
 * What changes in the `images` of a kustomization, as `kustomize edit set image` has it: a tag takes the place of a digest
 * and the other way round; an entry with neither gets a line of its own below its name.
 */
export function kustomizeSplices(source: Source, edit: KustomizeEdit): Result {
  const named = entriesOf(source, edit.image);
  const counted = checkCount(source, edit, named);
  if (counted) return counted;
  const results = named.map((entry) => entrySplice(source, entry, edit));
  const problem = results.find((result) => 'message' in result);
  return problem && 'message' in problem
    ? problem
    : { splices: results.filter((result): result is Splice => 'text' in result) };
}

/** The values that an edit means, as they are; none of an entry that has the other of the two. */
export function kustomizeValues(source: Source, { image, set }: KustomizeEdit): unknown[] {
  return entriesOf(source, image).flatMap((entry) => {
    const other = pairOf(entry, set === 'newTag' ? 'digest' : 'newTag');
    const value = other ? undefined : pairOf(entry, set)?.value;
    return value ? [value] : [];
  });
}

function entriesOf({ documents }: Source, image: string): YAMLMap[] {
  const entries = documents.flatMap((document) => {
    const images = isMap(document.contents) ? document.contents.get('images', true) : undefined;
    return isSeq(images) ? images.items : [];
  });
  return entries.filter((entry): entry is YAMLMap => isMap(entry) && entry.get('name') === image);
}

function entrySplice(
  source: Source,
  entry: YAMLMap,
  { set, value }: KustomizeEdit,
): Splice | Problem {
  const inFlow = entry.flow === true;
  const [wanted, other] = [
    pairOf(entry, set),
    pairOf(entry, set === 'newTag' ? 'digest' : 'newTag'),
  ];
  if (wanted && other)
    return fault(
      source,
      entry.range?.[0],
      `the image has both newTag and digest`,
      'Take one of them out; kustomize refuses both.',
    );
  const pair = wanted ?? other;
  if (!pair) return added(source, entry, set, value, inFlow);
  if (isAlias(pair.value) || !isScalar(pair.value) || !isScalar(pair.key))
    return fault(
      source,
      entry.range?.[0],
      `the ${set} of the image is no single value`,
      'Write it on one line, without an anchor.',
    );
  const replaced = scalarSplice(source, pair.value, inFlow, value);
  if (wanted) return replaced;
  const from = pair.key.range?.[0] ?? replaced.from;
  const keyEnd = pair.key.range?.[1] ?? replaced.from;
  const key = source.text.slice(from, keyEnd).replace(/newTag|digest/, set);
  return {
    from,
    to: replaced.to,
    text: key + source.text.slice(keyEnd, replaced.from) + replaced.text,
  };
}

function added(
  { text }: Source,
  entry: YAMLMap,
  set: string,
  value: string,
  inFlow: boolean,
): Splice | Problem {
  const name = pairOf(entry, 'name');
  const [keyNode, valueNode] = [name?.key, name?.value];
  if (!isScalar(keyNode) || !isScalar(valueNode) || !keyNode.range || !valueNode.range)
    throw new Error('an entry was found by a name that it has not');
  const written = writeScalar({ node: valueNode, source: '', inFlow }, value);
  const end = valueNode.range[1];
  if (inFlow) return { from: end, to: end, text: `, ${set}: ${written}` };
  const newline = /\r?\n/.exec(text.slice(end));
  const at = newline ? end + newline.index : text.length;
  const lineStart = text.lastIndexOf('\n', keyNode.range[0] - 1) + 1;
  const indent = text.slice(lineStart, keyNode.range[0]).replace(/[^\s]/g, ' ');
  return { from: at, to: at, text: `${newline?.[0] ?? '\n'}${indent}${set}: ${written}` };
}

function pairOf(entry: YAMLMap, key: string): Pair | undefined {
  return entry.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}
