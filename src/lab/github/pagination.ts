import type { Answer, Context } from './route.ts';

/** One page of a list with its `Link` header: 30 entries unless asked, 100 at most, as on GitHub. */
export function page<T>(
  context: Context,
  items: readonly T[],
  render: (items: readonly T[]) => unknown,
): Answer {
  const size = clamp(context.query.get('per_page'), 30, 1, 100);
  const number = clamp(context.query.get('page'), 1, 1, Number.MAX_SAFE_INTEGER);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = linkHeader(context, number, last);
  return {
    status: 200,
    body: render(items.slice((number - 1) * size, number * size)),
    ...(link && { headers: { link } }),
  };
}

/** A page whose entries are rendered one by one. */
export function pageOf<T>(
  context: Context,
  items: readonly T[],
  view: (item: T) => unknown,
): Answer {
  return page(context, items, (some) => some.map(view));
}

/** A page inside an object with the total, as the newer endpoints have it. */
export function countedPage<T>(
  context: Context,
  key: string,
  items: readonly T[],
  view: (item: T) => unknown,
): Answer {
  return page(context, items, (some) => ({ total_count: items.length, [key]: some.map(view) }));
}

function clamp(text: string | null, fallback: number, least: number, most: number): number {
  const value = text === null ? fallback : Number.parseInt(text, 10);
  return Number.isNaN(value) ? fallback : Math.min(most, Math.max(least, value));
}

function linkHeader(context: Context, number: number, last: number): string {
  const to = (target: number, rel: string): string => {
    const query = new URLSearchParams(context.query);
    query.set('page', String(target));
    return `<${context.address}?${query}>; rel="${rel}"`;
  };
  const back = number > 1 ? [to(Math.min(number - 1, last), 'prev')] : [];
  const ahead = number < last ? [to(number + 1, 'next'), to(last, 'last')] : [];
  const first = number > 1 ? [to(1, 'first')] : [];
  return [...back, ...ahead, ...first].join(', ');
}
