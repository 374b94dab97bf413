import { type Fields, fieldsOf, listOf } from '../fields.ts';
import type { ValuePath } from './manifest-document.ts';

/** A value that has to be a text and is none. */
export interface TextProblem {
  readonly path: ValuePath;
  readonly message: string;
  readonly hint: string;
}

/**
 * Values that Kubernetes wants as texts, and that YAML has made booleans or numbers of: labels, annotations, data of
 * ConfigMaps, variables, words of commands. The server names them without a line.
 */
export function textProblems(object: Fields): TextProblem[] {
  return [...maps(object), ...walk(object.spec, ['spec'])].flatMap(({ value, path }) =>
    problemOf(value, path),
  );
}

interface Found {
  readonly value: unknown;
  readonly path: ValuePath;
}

function maps(object: Fields): Found[] {
  const { kind, data, stringData } = object;
  const { labels, annotations } = fieldsOf(object.metadata);
  return [
    ...entries(labels, ['metadata', 'labels']),
    ...entries(annotations, ['metadata', 'annotations']),
    ...(kind === 'ConfigMap' || kind === 'Secret' ? entries(data, ['data']) : []),
    ...(kind === 'Secret' ? entries(stringData, ['stringData']) : []),
  ];
}

function entries(map: unknown, path: ValuePath): Found[] {
  return Object.entries(fieldsOf(map)).map(([key, value]) => ({ value, path: [...path, key] }));
}

/** Pods and their templates, wherever they are. */
function walk(value: unknown, path: ValuePath): Found[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, [...path, index]));
  const found: Found[] = [];
  for (const [key, part] of Object.entries(fieldsOf(value))) {
    const below = [...path, key];
    if (key === 'containers' || key === 'initContainers') found.push(...containers(part, below));
    else if (key === 'matchLabels' || (key === 'labels' && path.at(-1) === 'metadata'))
      found.push(...entries(part, below));
    else if (key === 'annotations' && path.at(-1) === 'metadata')
      found.push(...entries(part, below));
    else found.push(...walk(part, below));
  }
  return found;
}

function containers(list: unknown, path: ValuePath): Found[] {
  return listOf(list).flatMap((container, index) => {
    const at = [...path, index];
    const words = (['command', 'args'] as const).flatMap((key) => {
      const given = container[key];
      return Array.isArray(given)
        ? given.map((value: unknown, word) => ({ value, path: [...at, key, word] }))
        : [];
    });
    const variables = listOf(container.env).flatMap(({ value }, entry) =>
      value === undefined ? [] : [{ value, path: [...at, 'env', entry, 'value'] }],
    );
    return [...words, ...variables];
  });
}

function problemOf(value: unknown, path: ValuePath): TextProblem[] {
  if (typeof value !== 'boolean' && typeof value !== 'number') return [];
  const kind = typeof value === 'boolean' ? 'boolean' : 'number';
  return [
    {
      path,
      message: `${nameOf(path)} must be a text, and is the ${kind} ${value} to Kubernetes`,
      hint: 'Put the value in quotes.',
    },
  ];
}

/** `env[0].value`, `command[1]`, `data.DEBUG`. */
function nameOf(path: ValuePath): string {
  const from = path.findLastIndex(
    (step, index) => typeof step === 'string' && index < path.length - 1,
  );
  const [first = '', ...rest] = path.slice(Math.max(0, from));
  return rest.reduce<string>(
    (name, step) => (typeof step === 'number' ? `${name}[${step}]` : `${name}.${step}`),
    String(first),
  );
}
