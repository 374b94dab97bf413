import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  type ScalarTag,
  type Tags,
  visit,
  type YAMLError,
} from 'yaml';
import { firstOfEachLine, type Problem, type SourceLocation } from '../../../core/user-error.ts';

/** Keys, and numbers of list items from 0. */
export type ValuePath = readonly (string | number)[];

/** One YAML document, read as kubectl reads it. */
export interface ManifestDocument {
  /** JSON values. */
  readonly value: unknown;
  /** Where the value stands, or the nearest thing around it. */
  at(path: ValuePath): SourceLocation;
}

/** The documents of a file, and what is wrong with it: then there are none. */
export interface ManifestFile {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly Problem[];
}

const sizeLimit = 8 * 1024 * 1024;
/** More is no manifest, but a text that is made to unfold. */
const mostAliases = 1000;

/**
 * Reads as `sigs.k8s.io/yaml` does, which kubectl uses (go-yaml 2): `yes`, `on` and their like are booleans, `0644` and
 * `0o644` octal, dates texts, and merge keys work. Never throws.
 */
export function parseManifestFile(text: string, file: string): ManifestFile {
  const start: SourceLocation = { file, line: 1, column: 1 };
  if (text.length > sizeLimit || text.includes('\0'))
    return broken('the file is no text, or larger than 8 MiB', 'Name manifests only.', start);
  const lines = new LineCounter();
  const at = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const documents = parse(text.replace(/^\uFEFF/, ''), lines);
    const errors = documents.flatMap((document) => document.errors);
    const problems =
      errors.length > 0
        ? errors.map((error) => syntaxProblem(error, at))
        : documents.flatMap((document) => valueProblems(document, at));
    if (problems.length > 0)
      return { documents: [], problems: firstOfEachLine(templateFirst(problems, text)) };
    return { documents: documents.filter(isFilled).map((one) => reading(one, at)), problems };
  } catch {
    const hint = 'Look for stray brackets, and for aliases (*name) that multiply.';
    return broken('the file cannot be read; it nests or unfolds too deep', hint, start);
  }
}

function broken(message: string, hint: string, location: SourceLocation): ManifestFile {
  return { documents: [], problems: [{ message, hint, location }] };
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
    customTags: kubernetesTags,
  });
  // For a text without any document the library gives a list of another kind.
  return [...documents] as Document.Parsed[];
}

/** `0o17`, which YAML 1.1 does not know and Go does. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT',
  identify: () => false,
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => {
    const digits = text.replaceAll('_', '').replace('0o', '');
    return text.startsWith('-') ? -Number.parseInt(digits.slice(1), 8) : Number.parseInt(digits, 8);
  },
};

/** Without what Go leaves as texts: dates, and numbers to the base 60. */
function kubernetesTags(tags: Tags): Tags {
  const kept = tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      !(tag.tag === 'tag:yaml.org,2002:timestamp' || ('format' in tag && tag.format === 'TIME')),
  );
  return [octal, ...kept];
}

function isFilled({ contents }: Document.Parsed): boolean {
  return contents !== null && !(isScalar(contents) && contents.value === null);
}

function reading(document: Document.Parsed, at: (offset: number) => SourceLocation) {
  return {
    value: document.toJS({ maxAliasCount: mostAliases }) as unknown,
    at: (path: ValuePath) => at(offsetAt(document, path)),
  };
}

/** Of the key where the last step is one: that is the line people look for. */
function offsetAt(document: Document.Parsed, path: ValuePath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
      : undefined;
    const node = pair?.key ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/** What JSON cannot hold, or would hold as something else than what stands there. */
function valueProblems(
  document: Document.Parsed,
  at: (offset: number) => SourceLocation,
): Problem[] {
  const problems: Problem[] = [];
  const quote = (node: Node, what: string) => {
    const source = isScalar(node) ? (node.source ?? String(node.value)) : '';
    const location = at(node.range?.[0] ?? 0);
    problems.push({
      message: `${source} ${what}`,
      hint: `Write "${source}", in quotes.`,
      location,
    });
  };
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && (typeof key.value === 'boolean' || key.value === null))
        quote(key, 'is a key that Kubernetes reads as true, false or nothing');
      else if (!isScalar(key) && isNode(key)) quote(key, 'a key must be a text');
    },
    Scalar(_, node) {
      if (node.value instanceof Uint8Array) quote(node, 'is binary, which JSON does not hold');
      if (typeof node.value !== 'number') return;
      if (!Number.isFinite(node.value)) quote(node, 'is a number without end');
      else if (Number.isInteger(node.value) && !Number.isSafeInteger(node.value))
        quote(node, 'is a number of more digits than JSON keeps');
    },
  });
  return problems;
}

function syntaxProblem(error: YAMLError, at: (offset: number) => SourceLocation): Problem {
  const location = at(error.pos[0]);
  if (error.code === 'DUPLICATE_KEY')
    return { message: 'a key stands here a second time', hint: 'Keep one of the two.', location };
  const words = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  return {
    message: `this is neither valid YAML nor JSON: ${words}`,
    hint: 'Check indentation, brackets and quotes on this line and the one above.',
    location,
  };
}

/** Where a line at fault has the braces of Helm's templates, all others follow from that. */
function templateFirst(problems: readonly Problem[], text: string): readonly Problem[] {
  const lines = text.split('\n');
  const first = problems.find(({ location }) => lines[(location?.line ?? 1) - 1]?.includes('{{'));
  if (!first) return problems;
  const message = 'this is a template, and no manifest yet';
  const hint =
    'Render it in a step before (`helm template … > "$RUNNER_TEMP/manifests.yaml"`), and name that file.';
  return [{ ...first, message, hint }];
}
