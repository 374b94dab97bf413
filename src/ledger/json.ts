/**
 * A copy with the keys of all objects in order, so that the same state is always the same text. Throws a
 * `TypeError` for what JSON cannot hold.
 */
export function plainJson(value: unknown, path: readonly string[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((one, index) => plainJson(one, [...path, `${index}`]));
  if (!isPlainObject(value)) throw new TypeError(`${path.join('.') || 'the state'} is no JSON`);
  return Object.fromEntries(
    Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => [key, plainJson(value[key], [...path, key])]),
  );
}

/** Whether a value is what `{}` makes. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
