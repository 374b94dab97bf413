import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import type { Problem, SourceLocation } from '../core/user-error.ts';
import { show } from './wording.ts';

/** Where something stands: keys, and numbers of list items from 0. */
export type Path = readonly (string | number)[];
type At = (offset: number) => SourceLocation;

interface Reading {
  readonly document: Document.Parsed;
  readonly at: At;
  readonly problems: Problem[];
  readonly places: Map<string, { key?: number; value?: number }>;
  /** Where a number is the text that stands there. */
  readonly verbatim: (path: Path) => boolean;
  readonly spent: { nodes: number; aliases: number };
  /** The limits were reached: the values are incomplete. */
  exhausted: boolean;
}

const limits = { depth: 16, nodes: 20_000, aliases: 50 };
const reservedKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** The plain values of a document with their places. Bounded in depth and number, whatever its aliases say. */
export function readNode(document: Document.Parsed, at: At, verbatim: (path: Path) => boolean) {
  const reading: Reading = {
    document,
    at,
    problems: [],
    places: new Map(),
    verbatim,
    spent: { nodes: 0, aliases: 0 },
    exhausted: false,
  };
  checkVersion(reading);
  const contents = document.contents as Node | null;
  note(reading, [], { value: contents?.range?.[0] ?? 0 });
  const value = isEmpty(contents) ? undefined : plainValue(reading, contents, []);
  return {
    value,
    problems: reading.problems,
    exhausted: reading.exhausted,
    locate: (path: Path, part: 'key' | 'value') => locate(reading, path, part),
  };
}

function isEmpty(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function checkVersion({ document, problems, at }: Reading): void {
  const version = document.directives?.yaml.version;
  if (version === undefined || version === '1.2') return;
  problems.push({
    message: `the file asks for YAML ${version}; it is read as YAML 1.2 only`,
    hint: 'Remove the %YAML line.',
    location: at(0),
  });
}

function plainValue(reading: Reading, node: unknown, path: Path): unknown {
  reading.spent.nodes += 1;
  if (reading.exhausted) return undefined;
  if (path.length > limits.depth || reading.spent.nodes > limits.nodes)
    return exhaust(
      reading,
      node,
      'the file unfolds to more values, or deeper ones, than any configuration has',
      'Remove the nesting, or the aliases that multiply.',
    );
  if (isAlias(node)) return aliasValue(reading, node, path);
  if (isMap(node)) return mappingValue(reading, node.items, path);
  if (isSeq(node))
    return node.items
      .map((item, index) => {
        note(reading, [...path, index], { value: startOf(item) });
        return plainValue(reading, item, [...path, index]);
      })
      .filter((item) => item !== undefined);
  return isScalar(node) ? scalarValue(reading, node.value, node, path) : null;
}

/** One problem for the whole file: what repeats or nests without end is not worth a list. */
function exhaust(reading: Reading, node: unknown, message: string, hint: string): undefined {
  if (!reading.exhausted) fault(reading, startOf(node) ?? 0, message, hint);
  reading.exhausted = true;
  return undefined;
}

function aliasValue(reading: Reading, node: Node & { source: string }, path: Path): unknown {
  reading.spent.aliases += 1;
  if (reading.spent.aliases > limits.aliases)
    return exhaust(
      reading,
      node,
      `the aliases unfold to more than ${limits.aliases}`,
      'Write the values out, or put what services have in common above services.',
    );
  const target = (node as unknown as { resolve(document: Document): unknown }).resolve(
    reading.document,
  );
  if (target !== undefined) return plainValue(reading, target, path);
  fault(
    reading,
    startOf(node) ?? 0,
    `*${node.source} refers to an anchor that does not exist above it`,
    `Put the value in quotes if the * belongs to it: ${JSON.stringify(`*${node.source}`)}.`,
  );
  return undefined;
}

function scalarValue(reading: Reading, value: unknown, node: Scalar, path: Path): unknown {
  // 012345678901 and 1.10 are numbers to YAML, and other texts once they have been numbers.
  if (typeof value === 'number' && reading.verbatim(path)) return node.source ?? String(value);
  if (typeof value !== 'string' || !value.includes('${{')) return value;
  fault(
    reading,
    startOf(node) ?? 0,
    'GitHub expressions, dollar sign and double braces, are not evaluated in this file',
    'Write the value itself, a placeholder such as {sha}, or use an input of the action.',
  );
  return undefined;
}

function mappingValue(reading: Reading, items: readonly Pair[], path: Path): unknown {
  const result: Record<string, unknown> = Object.create(null);
  for (const pair of items) {
    const key = keyOf(reading, pair);
    if (key === undefined) continue;
    if (Object.hasOwn(result, key)) {
      const first = placeOf(reading, [...path, key])?.key ?? 0;
      fault(
        reading,
        startOf(pair.key) ?? 0,
        `the key ${show(key)} stands here a second time; the first is in line ${reading.at(first).line}`,
        'Keep one of the two.',
      );
      continue;
    }
    note(reading, [...path, key], { key: startOf(pair.key), value: startOf(pair.value) });
    const value = plainValue(reading, pair.value, [...path, key]);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function keyOf(reading: Reading, { key, value }: Pair): string | undefined {
  const offset = startOf(key) ?? startOf(value) ?? 0;
  if (!isScalar(key) || key.value === null) {
    fault(reading, offset, 'this key is not a text', 'Write a plain name before the colon.');
    return undefined;
  }
  const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  if (name === '<<') {
    fault(
      reading,
      offset,
      'merge keys (<<) are not supported',
      'Put what services have in common above services: they inherit it.',
    );
    return undefined;
  }
  if (!reservedKeys.has(name)) return name;
  fault(
    reading,
    offset,
    `the key ${show(name)} is reserved`,
    'Remove it, or give it another name.',
  );
  return undefined;
}

function fault(reading: Reading, offset: number, message: string, hint: string): void {
  reading.problems.push({ message, hint, location: reading.at(offset) });
}

/** Where a node starts, `undefined` for one that is not written out. */
function startOf(node: unknown): number | undefined {
  const range = (node as Node | null)?.range;
  if (!range || (isScalar(node) && node.value === null && range[0] === range[1])) return undefined;
  return range[0];
}

function note(
  reading: Reading,
  path: Path,
  place: { key?: number | undefined; value?: number | undefined },
): void {
  const { key, value } = place;
  reading.places.set(JSON.stringify(path), {
    ...(key !== undefined && { key }),
    ...(value !== undefined && { value }),
  });
}

function placeOf(reading: Reading, path: Path) {
  return reading.places.get(JSON.stringify(path));
}

function locate(reading: Reading, path: Path, part: 'key' | 'value'): SourceLocation {
  const place = placeOf(reading, path);
  const offset = part === 'key' ? (place?.key ?? place?.value) : (place?.value ?? place?.key);
  if (offset !== undefined || path.length === 0) return reading.at(offset ?? 0);
  return locate(reading, path.slice(0, -1), part);
}
