/** As `Promise.allSettled` over all items, in their order, with no more than `atMost` at a time. */
export async function settleAll<Item, Result>(
  items: readonly Item[],
  atMost: number,
  act: (item: Item) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = [];
  const waiting = [...items.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, item] = next;
      [results[index]] = (await Promise.allSettled([act(item)])) as [PromiseSettledResult<Result>];
    }
  };
  await Promise.all(Array.from({ length: Math.min(atMost, items.length) }, work));
  return results;
}

/** The results in the order of the items; all are begun, and then the first failure is thrown. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atMost: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const settled = await settleAll(items, atMost, act);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
