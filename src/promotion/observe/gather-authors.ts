import { contextOf, type Known, type StageContext } from '../stage-context.ts';
import { type Version, type VersionHistory, versionsBetween } from '../versions.ts';
import { candidateVersions } from './candidate-versions.ts';
import type { Looking } from './stage-view.ts';

/** So many versions are asked for: a request each, or a few. */
const askedAtMost = 5;

/**
 * The history with those who made what was approved, where the list did not tell: of tags it is what lies between one and
 * the next. Asked only where nobody may approve their own work, and someone approved.
 */
export async function gatherAuthors(
  history: VersionHistory,
  known: Known,
  { repository }: Looking,
): Promise<VersionHistory> {
  const asking = known.pipeline.stages.flatMap(({ name }) => approvedWork(contextOf(known, name)));
  const versions = [...new Set(asking)].slice(0, askedAtMost);
  const found = await Promise.all(
    versions.map(async (version): Promise<[string, readonly string[] | undefined]> => {
      const before = history.versions[history.versions.indexOf(version) - 1];
      if (!before) return [version.key, undefined];
      const asked = repository.history.authorsBetween(before.commit, version.commit);
      // Who made it is then not known, and the gate says so.
      return [version.key, await asked.catch(() => undefined)];
    }),
  );
  const authors = new Map(found);
  return {
    ...history,
    versions: history.versions.map((version) => {
      const made = authors.get(version.key);
      return made ? { ...version, authors: made } : version;
    }),
  };
}

/** Versions that would come with one that was approved, and of which it is not known who made them. */
function approvedWork(context: StageContext): readonly Version[] {
  const { stage, record, known, current } = context;
  const { approval } = stage.gates;
  if (!approval || approval.self || record.approvals.length === 0) return [];
  const approved = candidateVersions(context).filter((version) =>
    record.approvals.some((each) => each.version === version),
  );
  return approved
    .flatMap((version) => versionsBetween(known.order, current, version))
    .filter(({ authors }) => authors === undefined);
}
