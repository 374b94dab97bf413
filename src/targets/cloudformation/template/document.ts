import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { firstOfEachLine, type Problem, type SourceLocation } from '../../../core/user-error.ts';

/** A template as nodes with their places; every value is a text, as CloudFormation's own reader sees it. */
export interface TemplateDocument {
  /** `undefined` where the text is no mapping; `problems` then says why. */
  readonly root: YAMLMap | undefined;
  readonly problems: readonly Problem[];
  at(offset: number): SourceLocation;
  /** What an alias stands for, or the node itself. */
  resolve(node: unknown): unknown;
}

/** One key of a mapping. */
export interface Entry {
  readonly key: string;
  /** Offset of the key. */
  readonly offset: number;
  readonly value: unknown;
}

/** Never throws. Tags are kept on the nodes; JSON is read as the YAML it is. */
export function parseTemplate(text: string, file: string): TemplateDocument {
  const lines = new LineCounter();
  const at = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parse(text, lines);
  const resolve = (node: unknown) => (isAlias(node) && document ? node.resolve(document) : node);
  const problems = document
    ? document.errors.map((error) => syntaxProblem(error, at))
    : [unreadable('the template cannot be read; its nesting may be too deep', at)];
  const root = document && problems.length === 0 ? document.contents : undefined;
  if (isMap(root)) return { root, problems, at, resolve };
  if (problems.length === 0)
    problems.push(unreadable('the template is no mapping of sections such as Resources', at));
  return { root: undefined, problems: firstOfEachLine(problems), at, resolve };
}

/** Keys of a mapping, in order; none for anything else. */
export function entriesOf(node: unknown): Entry[] {
  return isMap(node) ? node.items.map(entryOf) : [];
}

/** The value of a key of a mapping. */
export function valueAt(node: unknown, key: string): unknown {
  return isMap(node) ? entriesOf(node).find((entry) => entry.key === key)?.value : undefined;
}

/** The text of a scalar without a tag: what is written there, and not computed. */
export function plainText(node: unknown): string | undefined {
  return isScalar(node) && node.tag === undefined ? String(node.value ?? '') : undefined;
}

/** What stands directly below a node. Aliases are not followed: what they stand for is found where it is written. */
export function childrenOf(node: unknown): readonly unknown[] {
  if (isMap(node)) return node.items.map((item) => item.value);
  return isSeq(node) ? node.items : [];
}

/** Offset of a node; 0 where it has none. */
export function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}

/** Nothing is looked up in a schema: `0123`, `yes` and dates stay as they are written. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { schema: 'failsafe', lineCounter, prettyErrors: false });
  } catch {
    return undefined;
  }
}

function entryOf({ key, value }: Pair): Entry {
  return { key: isScalar(key) ? String(key.value) : '', offset: offsetOf(key), value };
}

function syntaxProblem(error: YAMLError, at: TemplateDocument['at']): Problem {
  const location = at(error.pos[0]);
  const message = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  if (error.code === 'DUPLICATE_KEY')
    return {
      message: 'a key is given twice; CloudFormation would use one of them without a word',
      hint: 'Rename or remove one.',
      location,
    };
  return {
    message: `this is neither valid YAML nor JSON: ${message}`,
    hint: 'Check indentation, brackets and quotes on this line and the one above.',
    location,
  };
}

function unreadable(message: string, at: TemplateDocument['at']): Problem {
  return { message, hint: 'Begin with a line Resources: and resources below it.', location: at(0) };
}
