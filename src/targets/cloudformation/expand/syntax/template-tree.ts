import { type Document, LineCounter, parseDocument } from 'yaml';
import { type Problem, type SourceLocation, UserError } from '../../../../core/user-error.ts';
import type { Original } from './clone-text.ts';
import { lineBreakOf } from './source-text.ts';
import { type MapNode, type PairNode, readTree } from './syntax-tree.ts';
import { aliased, pairsOf } from './tree-lookup.ts';

/** A template as tree and text. */
export interface TemplateTree extends Original {
  readonly file: string;
  readonly root: MapNode;
  at(node: { readonly start: number }): SourceLocation;
}

/** Throws a `UserError` for what is no YAML or JSON, or no map. */
export function parseTemplate(source: string, file: string): TemplateTree {
  const lineCounter = new LineCounter();
  const document = parseDocument(source, {
    lineCounter,
    keepSourceTokens: true,
    prettyErrors: false,
  });
  const at = ({ start }: { readonly start: number }): SourceLocation => {
    const { line, col } = lineCounter.linePos(start);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) throw UserError.all(syntaxProblems(document, at));
  const root = readTree(document as Document.Parsed);
  if (root?.kind !== 'map') throw UserError.all([notATemplate(at({ start: 0 }))]);
  return {
    source,
    file,
    root,
    at,
    dialect: root.flow ? 'long' : 'short',
    lineBreak: lineBreakOf(source),
  };
}

/** A section of the template; `undefined` = absent. */
export function sectionOf(tree: TemplateTree, name: string): PairNode | undefined {
  return tree.root.pairs.find((pair) => pair.name === name);
}

/** The entries of a section; none when it is absent or empty. */
export function entriesOf(tree: TemplateTree, name: string): ReadonlyMap<string, PairNode> {
  const section = sectionOf(tree, name);
  const value = section && aliased(section.value);
  if (value?.kind !== 'map') return new Map();
  return new Map(pairsOf(value).map((pair) => [pair.name, pair]));
}

function syntaxProblems(
  { errors }: { readonly errors: Document['errors'] },
  at: TemplateTree['at'],
): Problem[] {
  return errors.map(({ message, pos }) => ({
    message: `the template cannot be read: ${message}`,
    hint: 'Mend the template; `cfn-lint` shows the same fault.',
    location: at({ start: pos[0] }),
  }));
}

function notATemplate(location: SourceLocation): Problem {
  return {
    message: 'this is no CloudFormation template: it is not a map with `Resources`',
    hint: 'Name the template of the shared stack in `preview: { cloudformation: { template: … } }`.',
    location,
  };
}
