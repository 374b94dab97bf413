import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  visit,
} from 'yaml';
import type { Step } from './path.ts';

/** A value that is meant, or what stands where one was expected. */
export interface Found {
  readonly node: Node;
  /** Where it is in the document, for people. */
  readonly at: string;
  /** Within `[…]` or `{…}`. */
  readonly inFlow: boolean;
}

/** Everything at the path in one document. */
export function findByPath(document: Document.Parsed, steps: readonly Step[]): Found[] {
  if (!document.contents) return [];
  const start: Found = { node: document.contents, at: '', inFlow: isFlow(document.contents) };
  return steps.reduce<Found[]>(
    (found, step) => found.flatMap((each) => follow(each, step)),
    [start],
  );
}

/** The text of the scalar at the path, as a reader has it; `undefined` when there is none, or more than one. */
export function textAt(document: Document.Parsed, steps: readonly Step[]): string | undefined {
  const [found, ...more] = findByPath(document, steps);
  return found && more.length === 0 && isScalar(found.node) ? String(found.node.value) : undefined;
}

/** All scalars of a document that are values, in the order of the file. */
export function allScalars(document: Document.Parsed): Found[] {
  const found: Found[] = [];
  visit(document, {
    Scalar(key, node, path) {
      if (key === 'key') return;
      found.push({ node, at: describe(path), inFlow: path.some(isFlow) });
    },
    Alias(_, node, path) {
      found.push({ node, at: describe(path), inFlow: path.some(isFlow) });
    },
  });
  return found;
}

function follow({ node, at, inFlow }: Found, step: Step): Found[] {
  if (isMap(node) && step.kind === 'key') {
    const pair = node.items.find(
      (each) => isScalar(each.key) && String(each.key.value) === step.key,
    );
    return pair?.value ? [below(pair.value as Node, `${at}.${step.key}`, inFlow)] : [];
  }
  if (!isSeq(node)) return [];
  return node.items.flatMap((item, index) =>
    isMeant(item as Node, index, step) ? [below(item as Node, `${at}[${index}]`, inFlow)] : [],
  );
}

function isMeant(item: Node, index: number, step: Step): boolean {
  if (step.kind === 'all') return true;
  if (step.kind === 'index') return step.index === index;
  if (step.kind === 'key') return step.key === String(index);
  const value = isMap(item) ? item.get(step.key, true) : undefined;
  return isScalar(value) && String(value.value) === step.value;
}

function below(node: Node, at: string, inFlow: boolean): Found {
  return { node, at: at.replace(/^\./, ''), inFlow: inFlow || isFlow(node) };
}

function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

function describe(path: readonly (Document | Node | Pair)[]): string {
  return path
    .map((each) => ('key' in each && isScalar(each.key) ? String((each.key as Scalar).value) : ''))
    .filter((part) => part !== '')
    .join('.');
}
