import type { KubeObject } from '../kube-object.ts';

/**
 * The object with other values at a path such as `spec.rules.*.host`, where `*` stands for every item of a list; what
 * is not there stays so. Nothing of the given object changes.
 */
export function rewritten(
  object: KubeObject,
  path: string,
  change: (value: unknown) => unknown,
): KubeObject {
  return at(object, path.split('.'), change) as KubeObject;
}

function at(
  value: unknown,
  steps: readonly string[],
  change: (value: unknown) => unknown,
): unknown {
  const [step, ...rest] = steps;
  if (value === undefined || value === null) return value;
  if (step === undefined) return change(value);
  if (step === '*')
    return Array.isArray(value) ? value.map((item) => at(item, rest, change)) : value;
  if (typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, step))
    return value;
  const before = (value as Record<string, unknown>)[step];
  const after = at(before, rest, change);
  return after === before ? value : { ...value, [step]: after };
}

/** Every value at the path. */
export function valuesAt(object: KubeObject, path: string): unknown[] {
  const found: unknown[] = [];
  rewritten(object, path, (value) => {
    found.push(value);
    return value;
  });
  return found;
}
