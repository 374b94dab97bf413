/**
 * How validators talk to `explain.ts`: a message has two lines. For a wrong type they are the form that is
 * expected and an example; for a broken rule they are what is wrong and the next step.
 */
export function twoLines(first: string, second: string): string {
  return `${first}\n${second}`;
}

/** The two lines again. */
export function readTwoLines(message: string): { first: string; second: string } {
  const [first = '', ...rest] = message.split('\n');
  return { first, second: rest.join(' ') };
}

/**
 * A value of the user's as it is shown back: one line, at most about 60 characters, control characters escaped, and
 * without what logs in by an address.
 */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const text = value.replaceAll(/:\/\/[^/\s]*@/g, '://***@');
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last;
}
