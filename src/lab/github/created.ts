/** Whether a moment fits the `created` of a search: a day or a time, with `>=`, `>`, `<=`, `<`, or `from..to`. */
export function fitsCreated(wanted: string | null, at: string): boolean {
  if (wanted === null) return true;
  const [, comparison = '', text = ''] = /^(>=|<=|>|<)?(.*)$/.exec(wanted) ?? [];
  const time = Date.parse(at);
  const [from = '', to] = text.split('..');
  if (to !== undefined) return time >= first(from) && time <= last(to);
  if (comparison === '>=') return time >= first(from);
  if (comparison === '>') return time > last(from);
  if (comparison === '<=') return time <= last(from);
  if (comparison === '<') return time < first(from);
  return time >= first(from) && time <= last(from);
}

function first(text: string): number {
  return text === '*' ? Number.NEGATIVE_INFINITY : Date.parse(text);
}

/** A day lasts until its end. */
function last(text: string): number {
  if (text === '*') return Number.POSITIVE_INFINITY;
  return Date.parse(text) + (text.includes('T') ? 0 : 86_400_000 - 1);
}
