import type { SyntaxNode } from './syntax-tree.ts';

/** Where the line begins that holds this offset. */
export function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the line ends that holds this offset, before its line break. */
export function lineEnd(source: string, offset: number): number {
  const found = source.indexOf('\n', offset);
  if (found < 0) return source.length;
  return found > offset && source[found - 1] === '\r' ? found - 1 : found;
}

/** Where the next line begins, or the end of the text. */
export function nextLine(source: string, offset: number): number {
  const found = source.indexOf('\n', offset);
  return found < 0 ? source.length : found + 1;
}

/** Whether the offset is the first of a line. */
export function atLineStart(source: string, offset: number): boolean {
  return offset === 0 || source[offset - 1] === '\n';
}

/** Spaces up to this column; what else stands before it counts as spaces, but for a byte order mark. */
export function indentBefore(source: string, offset: number): string {
  return source.slice(lineStart(source, offset), offset).replace('\uFEFF', '').replace(/\S/g, ' ');
}

/** Whether it is the first thing on its line. */
export function isFirstOnLine(source: string, offset: number): boolean {
  return source.slice(lineStart(source, offset), offset).trim() === '';
}

/** The line break that the text uses. */
export function lineBreakOf(source: string): string {
  return /\r?\n/.exec(source)?.[0] ?? '\n';
}

/**
 * Where the last character of a value has been: comments and blank lines after it are not part of it. After a block
 * scalar that is the beginning of a line, since its line breaks belong to it.
 */
export function contentEnd(node: SyntaxNode): number {
  if (node.copyOf) return node.copyOf.end;
  if (node.kind === 'map' && !node.flow) {
    const last = node.pairs.at(-1);
    return last ? Math.max(last.key.end, contentEnd(last.value)) : node.end;
  }
  if (node.kind === 'seq' && !node.flow) {
    const last = node.items.at(-1);
    return last ? Math.max(node.start + 1, contentEnd(last)) : node.end;
  }
  return node.end;
}

/** Whether its last line is one of a block scalar, to which a line break after it belongs. */
export function endsInBlockScalar(node: SyntaxNode): boolean {
  if (node.kind === 'map' && !node.flow) return lastEndsInBlockScalar(node.pairs.at(-1)?.value);
  if (node.kind === 'seq' && !node.flow) return lastEndsInBlockScalar(node.items.at(-1));
  return node.kind === 'scalar' && node.style === 'block';
}

function lastEndsInBlockScalar(node: SyntaxNode | undefined): boolean {
  return node !== undefined && endsInBlockScalar(node);
}
