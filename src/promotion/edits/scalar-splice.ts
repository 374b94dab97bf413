import type { Scalar } from 'yaml';
import type { Splice } from './edit.ts';
import { writeScalar } from './scalar-text.ts';
import type { Source } from './source.ts';

/** The text of a scalar replaced by another one's. */
export function scalarSplice(
  { text, isJson }: Source,
  node: Scalar,
  inFlow: boolean,
  value: string,
): Splice {
  const [from, to] = node.range ?? [0, 0];
  const written = text.slice(from, to);
  const next = isJson
    ? writeJson(node, value)
    : writeScalar({ node, source: written, inFlow }, value);
  // An empty value begins right after its colon, or after the space that follows.
  const gap = from === to && !/\s/.test(text[from - 1] ?? ' ') ? ' ' : '';
  const comment = text[to] === '#' ? ' ' : '';
  return { from, to, text: gap + next + comment };
}

/** A number or truth value stays one, if what is given is one. */
function writeJson(node: Scalar, value: string): string {
  if (typeof node.value === 'string' || node.value === null) return JSON.stringify(value);
  try {
    return typeof JSON.parse(value) === typeof node.value ? value : JSON.stringify(value);
  } catch {
    return JSON.stringify(value);
  }
}
