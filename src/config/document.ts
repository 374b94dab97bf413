import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { firstOfEachLine, type Problem, type SourceLocation } from '../core/user-error.ts';
import { type Path, readNode } from './plain-values.ts';
import { syntaxProblem, tooDeep } from './syntax-problem.ts';

/** A file as plain values, with the place of each of them. */
export interface Source {
  /** Objects without prototype, arrays, texts, numbers, booleans, `null`; `undefined` when the file is empty. */
  readonly value: unknown;
  /** Faults of the YAML itself; what is at fault is absent from `value`. */
  readonly problems: readonly Problem[];
  /** Whether `value` is worth looking at. */
  readonly readable: boolean;
  /** The place of a key or value, or of the nearest thing around it. */
  locate(path: Path, part: 'key' | 'value'): SourceLocation;
}

const sizeLimit = 256 * 1024;

/**
 * Reads YAML 1.2 without trusting it: no tags of its own, no bombs, no second document. Never throws.
 * Where `verbatim` says so, a number is the text that stands there.
 */
export function readDocument(
  text: string,
  file: string,
  verbatim: (path: Path) => boolean = () => false,
): Source {
  const unreadable = refuse(text);
  if (unreadable) return broken([{ ...unreadable, location: { file, line: 1, column: 1 } }], file);
  const plain = text.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const at = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parse(plain, lines);
  if (!document) return broken([tooDeep(file)], file);
  const problem = (error: YAMLError) => syntaxProblem(error, plain, at(error.pos[0]));
  if (document.errors.length > 0)
    return broken(firstOfEachLine(document.errors.map(problem)), file);
  const { value, problems, exhausted, locate } = readNode(document, at, verbatim);
  return exhausted
    ? broken(problems, file)
    : { value, problems: [...document.warnings.map(problem), ...problems], readable: true, locate };
}

function refuse(text: string): Omit<Problem, 'location'> | undefined {
  if (Buffer.byteLength(text) > sizeLimit)
    return {
      message: `the file has ${Math.ceil(Buffer.byteLength(text) / 1024)} KiB; at most 256 KiB are read`,
      hint: 'Shorten it; a configuration is a few hundred lines at most.',
    };
  if (text.includes('\uFFFD') || text.includes('\0'))
    return {
      message: 'the file is not UTF-8 text',
      hint: 'Save it as UTF-8.',
    };
  return undefined;
}

/** `undefined` where the parser gives up, as at the end of its stack. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      uniqueKeys: false,
      resolveKnownTags: false,
      merge: false,
    });
  } catch {
    return undefined;
  }
}

function broken(problems: readonly Problem[], file: string): Source {
  return { value: undefined, problems, readable: false, locate: () => ({ file }) };
}
