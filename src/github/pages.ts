import type { OctokitResponse } from '@octokit/types';
import type { Listed } from '../promotion/observe/ports.ts';

/** GitHub's largest page. */
export const pageSize = 100;

/** Whether a list goes on after this answer. */
export function hasNext({ headers }: Pick<OctokitResponse<unknown>, 'headers'>): boolean {
  return headers.link?.includes('rel="next"') === true;
}

/**
 * The items of all pages, up to so many pages. Throws when one of them fails: a part is no list. octokit's own
 * pagination takes a 409 for an empty list, also of a repository that is not available.
 * @param ask Asks for a page, from 1.
 */
export async function allPages<Item>(
  ask: (page: number) => Promise<Listed<Item>>,
  atMost = Number.POSITIVE_INFINITY,
): Promise<Listed<Item>> {
  const items: Item[] = [];
  for (let page = 1; ; page += 1) {
    const listed = await ask(page);
    items.push(...listed.items);
    if (!listed.more || page >= atMost) return { items, more: listed.more };
  }
}
