import type { Held } from './record.ts';
import type { RefStore } from './ref-store.ts';

/** How many commits are walked back at most; a run that is further behind has more to mend than that. */
const furthest = 5_000;
const page = 100;

/**
 * Whether a commit is in the chain that ends at `held`: by what the record says of its ancestors, and where that
 * does not reach, by the commits themselves. `stop` is a commit behind which it cannot be.
 */
export async function isInChain(
  store: RefStore,
  { commit, record }: Held,
  wanted: string,
  stop?: string,
): Promise<boolean> {
  if (commit === wanted || record.previous.includes(wanted)) return true;
  if (stop !== undefined && record.previous.includes(stop)) return false;
  for (let limit = page; limit <= furthest; limit *= 5) {
    const walked = (await store.history(commit, limit)).map((one) => one.commit);
    if (walked.includes(wanted)) return true;
    if (walked.length < limit || (stop !== undefined && walked.includes(stop))) return false;
  }
  return false;
}
