import type { Cloud } from './model.ts';
import { type Input, type Output, text } from './query.ts';
import { invalid } from './template.ts';

/** One page of a list; the token says where the next begins. */
export function page<T>(cloud: Cloud, input: Input, all: readonly T[]) {
  const token = text(input, 'NextToken');
  const from = token === undefined ? 0 : Number(token.replace('page-', ''));
  if (Number.isNaN(from)) throw invalid('Invalid NextToken');
  const to = from + cloud.behaviour.pageSize;
  return { items: all.slice(from, to), next: to < all.length ? `page-${to}` : undefined };
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

export function tagsOutput(tags: Readonly<Record<string, string>>): Output {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
