import type { StageObservation } from '../facts.ts';
import { empty, type Looking, type StageView } from './stage-view.ts';

/** Where a branch or tag points to. That it is well there is not known by it, and counts as so. */
export async function observeRef(
  view: StageView,
  ref: string,
  { repository, now }: Looking,
): Promise<StageObservation> {
  const commit = await repository.tipOf(ref);
  if (commit === undefined) return empty(view, now(), `there is no ${ref}`);
  return { health: 'healthy', version: commit, at: now(), evidence: `${ref} is at ${commit}` };
}
