/**
 * Whether two values come out as the same JSON. For plain values that one piece of code made or read, as settings and
 * records are: another order of keys is a difference, a key with `undefined` is as good as none, and of maps, sets and
 * numbers beyond JSON's nothing is seen.
 */
export function isSameJson(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
