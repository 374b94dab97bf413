import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

/** A node of Markdown. */
export interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly lang?: string;
  readonly depth?: number;
  readonly children?: readonly Node[];
}

const parser = unified().use(remarkParse).use(remarkGfm);

/** The Markdown as a tree, as GitHub reads it. */
export function parse(markdown: string): Node {
  return parser.parse(markdown) as Node;
}

/** All nodes of a type below one. */
export function all(node: Node, type: string): Node[] {
  const below = (node.children ?? []).flatMap((child) => all(child, type));
  return node.type === type ? [node, ...below] : below;
}

/** What is read of a node. */
export function text(node: Node): string {
  const own = node.type === 'html' && node.value === '<br>' ? ' / ' : '';
  if (node.type === 'html') return own;
  return node.value ?? (node.children ?? []).map(text).join('');
}

/** Tables as rows of what is read in their cells, the heads first. */
export function tables(markdown: string, tree: Node = parse(markdown)): string[][][] {
  return all(tree, 'table').map((table) =>
    (table.children ?? []).map((row) => (row.children ?? []).map(text)),
  );
}

/** The tags of raw HTML that it holds. */
export function rawHtml(markdown: string, tree: Node = parse(markdown)): string[] {
  return all(tree, 'html').map(({ value = '' }) => value);
}

/** The text of the Mermaid drawing; empty where there is none. */
export function mermaid(markdown: string, tree: Node = parse(markdown)): string {
  const code = all(tree, 'code').find(({ lang }) => lang === 'mermaid');
  return code?.value ?? '';
}

/** How it is built, whatever the texts in it say. */
export function shapeOf(markdown: string) {
  const tree = parse(markdown);
  return {
    tables: tables(markdown, tree).map((rows) => rows.map((row) => row.length)),
    html: rawHtml(markdown, tree),
    headings: all(tree, 'heading').length,
    drawing: mermaid(markdown, tree).split('\n').length,
    blocks: tree.children?.map(({ type }) => type),
  };
}
