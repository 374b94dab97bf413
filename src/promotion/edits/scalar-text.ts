import { parseDocument, type Scalar, stringify } from 'yaml';

/** The text of a scalar in a document, and how it is written. */
export interface WrittenScalar {
  readonly node: Scalar;
  /** As it stands in the file. */
  readonly source: string;
  readonly inFlow: boolean;
}

/**
 * How `value` is written in the place of a scalar: in its quotes, if it has any, and plain otherwise, unless a reader
 * would then take it for something else, as `1e7` or `0123456`, or as a comment. A number may become another number.
 */
export function writeScalar({ node, source, inFlow }: WrittenScalar, value: string): string {
  if (source.startsWith('"')) return JSON.stringify(value);
  if (source.startsWith("'"))
    return /[\n\r]/.test(value) ? JSON.stringify(value) : `'${value.replaceAll("'", "''")}'`;
  const kept = typeof node.value;
  const staysSo = kept !== 'string' && node.value !== null && isPlain(value, kept, inFlow);
  return staysSo || isPlain(value, 'string', inFlow) ? value : JSON.stringify(value);
}

/** Whether the text, written plain, is read again as it is, and as a value of that type. */
function isPlain(value: string, type: string, inFlow: boolean): boolean {
  if (/[\n\r]/.test(value) || value.trim() !== value || value === '') return false;
  const text = inFlow ? `[{k: ${value}}]` : `- k: ${value} # c\n`;
  const { errors, warnings, contents } = parseDocument(text, { version: '1.2' });
  if (errors.length + warnings.length > 0 || !contents) return false;
  const [read] = contents.toJSON() as { k?: unknown }[];
  if (Object.keys(read ?? {}).join() !== 'k') return false;
  if (type !== 'string') return typeof read?.k === type && String(read?.k) === value;
  return read?.k === value && isTextForAll(value);
}

/** YAML 1.1 still reads `yes`, `1_000`, `0123` and `12:30` its own way; most tools of Kubernetes do. */
function isTextForAll(value: string): boolean {
  const { contents } = parseDocument(`- ${value}\n`, { version: '1.1' });
  const [read] = (contents?.toJSON() ?? []) as unknown[];
  return read === value && stringify(value).trim() === value;
}
