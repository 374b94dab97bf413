import { createHash } from 'node:crypto';
import { fieldsOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { isClientSideApplied } from './managed-fields.ts';

/** Annotation: a hash of what was applied last. Contract, section 5. */
export const appliedKey = 'understudy.dev/applied';

/** The object, with the note of what is applied with it. */
export function noted(object: KubeObject): KubeObject {
  const { metadata } = object;
  const annotations = { ...metadata.annotations, [appliedKey]: hashOf(object) };
  return { ...object, metadata: { ...metadata, annotations } };
}

/**
 * Whether applying the object, noted, would change nothing: nothing else was applied last, so that there is nothing to
 * be taken away, and all of it is there. Where the API server writes values in another way (`0.5` as `500m`) the answer
 * is no, and it has to be asked.
 */
export function isAsApplied(live: KubeObject, object: KubeObject): boolean {
  return (
    live.metadata.deletionTimestamp === undefined &&
    !isClientSideApplied(live) &&
    holds(live, asStored(object))
  );
}

/** A Secret's values are left out: a hash lets them be guessed. Its fields are the whole of its shape. */
function hashOf(object: KubeObject): string {
  const { kind, data, stringData, ...rest } = object;
  const keys = [data, stringData].map((part) => Object.keys(fieldsOf(part)).sort());
  const told = kind === 'Secret' ? { kind, keys, rest } : object;
  return createHash('sha256').update(JSON.stringify(told, inOrder)).digest('hex').slice(0, 32);
}

/** The API server keeps `stringData` of Secrets as `data`, and no part that is empty. */
function asStored(object: KubeObject): unknown {
  const stored = object.kind === 'Secret' ? encoded(object) : object;
  const kept = Object.entries(stored).filter(([, part]) => JSON.stringify(part) !== '{}');
  return Object.fromEntries(kept);
}

function encoded({ stringData, ...secret }: KubeObject): KubeObject {
  const texts = Object.entries(fieldsOf(stringData)).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  return { ...secret, data: { ...fieldsOf(secret.data), ...Object.fromEntries(texts) } };
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Lists are to be the same length: what else stands in one may be what was applied earlier. */
function holds(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live) || live.length !== wanted.length) return false;
    return wanted.every((item, index) => holds(live[index], item));
  }
  if (typeof wanted !== 'object' || wanted === null) return live === wanted && wanted !== null;
  if (typeof live !== 'object' || live === null) return false;
  return Object.entries(wanted).every(([key, value]) => holds(fieldsOf(live)[key], value));
}
