/** What a mapping itself has under a key: names of others may be those that every object has, as `constructor`. */
export function own<T>(of: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}
