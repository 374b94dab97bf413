import { type Finding, finding } from './assumption.ts';
import { type Answer, said } from './github.ts';
import type { Place } from './place.ts';

/** An answer and the status that is expected of it. */
type Expected = readonly [Answer, number];

/** A new ref at the first commit of a chain. Throws when it is not made: nothing could be asked of it. */
export async function newCell(place: Place, name: string): Promise<{ ref: string; root: string }> {
  const ref = place.ref(name);
  const root = await place.commit(`root of ${name}`);
  const answer = await place.create(ref, root);
  if (answer.status !== 201) throw new Error(`${ref} was not made: ${said(answer)}`);
  return { ref, root };
}

/** Holds when each answer has its status: ours goes by that, not by the words, which have changed over the years. */
export function all(asked: string, ...expected: readonly Expected[]): Finding {
  const answer = expected.map(([each]) => said(each)).join(', then ');
  return finding(
    asked,
    answer,
    expected.every(([{ status }, wanted]) => status === wanted),
  );
}
