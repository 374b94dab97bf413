import { secretsIn } from '../../../core/redact.ts';
import { isSameJson } from '../../../core/same-json.ts';
import { fieldsOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { appliedKey } from './as-applied.ts';

/** A field that differs; a side that is `undefined` lacks it. */
export interface ChangedField {
  /** `spec.template.spec.containers[app].image` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What the API server counts, and what controllers report. */
const uncounted = ['managedFields', 'generation', 'resourceVersion', 'uid', 'creationTimestamp'];

/** Fields in which an object would differ from the live one, in their order; what is not the user's to set left out. */
export function changedFields(live: KubeObject, next: KubeObject): ChangedField[] {
  return compare(settable(live), settable(next), []);
}

function settable({ status: _, metadata, ...rest }: KubeObject) {
  const kept = Object.entries(metadata).filter(([key]) => !uncounted.includes(key));
  const { [appliedKey]: __, ...annotations } = metadata.annotations ?? {};
  const told = Object.keys(annotations).length > 0 ? annotations : undefined;
  return { metadata: { ...Object.fromEntries(kept), annotations: told }, ...rest };
}

type Step = string | number | { readonly named: string };

function compare(before: unknown, after: unknown, path: readonly Step[]): ChangedField[] {
  if (isSameJson(before, after)) return [];
  const pair = sidesOf(before, after);
  if (!pair) return [{ path: textOfPath(path), before, after }];
  const [one, other, stepTo] = pair;
  const keys = [...new Set([...one.keys(), ...other.keys()])];
  return keys.flatMap((key) => compare(one.get(key), other.get(key), [...path, stepTo(key)]));
}

type Sides = readonly [Map<string, unknown>, Map<string, unknown>, (key: string) => Step];

/** Both as maps of what is to be compared one by one; `undefined` = they are compared as a whole. */
function sidesOf(before: unknown, after: unknown): Sides | undefined {
  if (Array.isArray(before) && Array.isArray(after)) {
    return areNamed(before) && areNamed(after)
      ? [byName(before), byName(after), (named) => ({ named })]
      : [byIndex(before), byIndex(after), Number];
  }
  if (!isFields(before) || !isFields(after)) return undefined;
  return [new Map(Object.entries(before)), new Map(Object.entries(after)), (key) => key];
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Containers, variables, volumes: what has a name is known by it, wherever in the list it stands. */
function areNamed(list: readonly unknown[]): boolean {
  const names = list.map((item) => fieldsOf(item).name);
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}

function byName(list: readonly unknown[]): Map<string, unknown> {
  return new Map(list.map((item) => [String(fieldsOf(item).name), item]));
}

function byIndex(list: readonly unknown[]): Map<string, unknown> {
  return new Map(list.map((item, index) => [String(index), item]));
}

function textOfPath(path: readonly Step[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (typeof step !== 'string') return `[${step.named}]`;
      const text = /^[\w-]+$/.test(step) ? step : `"${step}"`;
      return index === 0 ? text : `.${text}`;
    })
    .join('');
}

const mostFields = 6;
const longest = 80;

/** `spec.replicas: 1 → 2; …` for people. Values of Secrets, and of variables named like secrets, are not shown. */
export function describeFields(kind: string, fields: readonly ChangedField[]): string {
  const shown = fields.slice(0, mostFields).map((field) => describeField(kind, field));
  const rest = fields.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}

function describeField(kind: string, { path, before, after }: ChangedField): string {
  if (before === undefined) return `${path}: added`;
  if (after === undefined) return `${path}: removed`;
  const values = [before, after].map(textOfValue);
  const isShown = values.every((text) => text !== undefined) && !isSecret(kind, path, after);
  return isShown ? `${path}: ${values.join(' → ')}` : `${path}: changed`;
}

function isSecret(kind: string, path: string, value: unknown): boolean {
  if (kind === 'Secret' || path.includes('last-applied-configuration')) return true;
  const name = /\.env\[([^\]]+)\]\.value$/.exec(path)?.[1] ?? path.split('.').at(-1) ?? '';
  return secretsIn({ [name]: String(value) }).length > 0;
}

/** Lists and objects are too long to show, and digests are cut to what tells them apart. */
function textOfValue(value: unknown): string | undefined {
  if (typeof value === 'object' || value === undefined) return undefined;
  const text = String(value).replaceAll(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, 'sha256:$1…');
  return text.length <= longest && !text.includes('\n') ? text : undefined;
}
