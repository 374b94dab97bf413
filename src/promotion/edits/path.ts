/** One step of a path: into a key, an index, an item with such a value, or all items. */
export type Step =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'item'; readonly key: string; readonly value: string }
  | { readonly kind: 'all' };

const stepForm =
  /^(?:\.?([^.[\]"'=]+)|\.?"((?:[^"\\]|\\.)*)"|\[(\d+)\]|\[\*\]|\["((?:[^"\\]|\\.)*)"\]|\[([^=[\]]+)=([^\]]*)\])/;

/**
 * Reads `spec.containers[0].image`, `images[name=web].newTag`, `labels["app.kubernetes.io/version"]`, `items[*].tag` or a
 * JSON pointer (`/spec/containers/0/image`); `undefined` for anything else.
 */
export function parsePath(text: string): readonly Step[] | undefined {
  if (text.startsWith('/')) return parsePointer(text);
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    const match = stepForm.exec(rest);
    const misplaced = rest.startsWith('.') && steps.length === 0;
    const glued = steps.length > 0 && !/^[.[]/.test(rest);
    if (!match || misplaced || glued) return undefined;
    steps.push(stepFrom(match));
    rest = rest.slice(match[0].length);
  }
  return steps.length > 0 ? steps : undefined;
}

function stepFrom([, key, quoted, index, bracketed, itemKey, itemValue]: RegExpExecArray): Step {
  const named =
    key ?? (quoted === undefined ? undefined : unescaped(quoted)) ?? unquoted(bracketed);
  if (named !== undefined) return { kind: 'key', key: named };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (itemKey === undefined) return { kind: 'all' };
  return { kind: 'item', key: itemKey, value: itemValue ?? '' };
}

function unquoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : unescaped(text);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

/** RFC 6901; a number is an index or a key, as the document has it. */
function parsePointer(text: string): Step[] {
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => ({ kind: 'key', key }));
}
