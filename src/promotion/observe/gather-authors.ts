import { contextOf, type Known, type StageContext } from '../stage-context.ts';
import { type Version, type VersionHistory, versionsBetween } from '../versions.ts';
import { candidateVersions } from './candidate-versions.ts';
import type { HistoryReader } from './ports.ts';
import type { Looking } from './stage-view.ts';

/** So many questions are asked: a request each, or a few. */
const askedAtMost = 5;

/** A question: who made what the one version has and the other has not. */
interface Work {
  /** `undefined` = it is not known what came before. */
  readonly from: Version | undefined;
  readonly to: Version;
  /** Versions of which it is not known who made them; the answer counts for each. */
  readonly unknown: readonly Version[];
}

/**
 * The history with those who made what was approved, where the list did not tell: of tags it is what lies between one and
 * the next or, where those are many, between what the stage runs and what was approved; of the first tag it is all there
 * is. Asked only where nobody may approve their own work, and someone approved.
 */
export async function gatherAuthors(
  history: VersionHistory,
  known: Known,
  { repository }: Looking,
): Promise<VersionHistory> {
  const approved = known.pipeline.stages.flatMap(({ name }) =>
    approvedWork(contextOf(known, name)),
  );
  const versions = [...new Set(approved.flatMap(({ unknown }) => unknown))];
  const asking = versions.length > askedAtMost ? approved : versions.map(stepTo(history));
  const found = await Promise.all(
    asking.slice(0, askedAtMost).map(async ({ from, to, unknown }) => {
      const asked = from
        ? repository.history.authorsBetween(from.commit, to.commit)
        : authorsUpTo(repository.history, to.commit);
      // Who made it is then not known, and the gate says so.
      return { unknown, authors: await asked.catch(() => undefined) };
    }),
  );
  return {
    ...history,
    versions: history.versions.map((version) => {
      const told = found.filter(({ unknown }) => unknown.includes(version));
      const authors = joined(told.map((each) => each.authors));
      return authors ? { ...version, authors } : version;
    }),
  };
}

/** Who made all that leads to a commit; `undefined` where that is more than a page. */
async function authorsUpTo(
  history: HistoryReader,
  commit: string,
): Promise<readonly string[] | undefined> {
  const { items, more } = await history.commits(commit, 1);
  return more ? undefined : joined(items.map(({ authors }) => authors));
}

/** What a version has and the one before it has not. */
function stepTo({ versions }: VersionHistory): (version: Version) => Work {
  return (to) => ({ from: versions[versions.indexOf(to) - 1], to, unknown: [to] });
}

function joined(all: readonly (readonly string[] | undefined)[]): string[] | undefined {
  const isWhole = all.length > 0 && !all.includes(undefined);
  return isWhole ? [...new Set(all.flatMap((some) => some ?? []))] : undefined;
}

/** What would come with versions that were approved, of which it is not all known who made it. */
function approvedWork(context: StageContext): readonly Work[] {
  const { stage, record, known, current } = context;
  const { order } = known;
  const { approval } = stage.gates;
  if (!approval || approval.self || record.approvals.length === 0) return [];
  return candidateVersions(context)
    .filter((version) => record.approvals.some((each) => each.version === version))
    .flatMap((version): Work[] => {
      const coming = versionsBetween(order, current, version);
      const unknown = coming.filter(({ authors }) => authors === undefined);
      const [first, to] = [coming[0], coming.at(-1)];
      if (!first || !to || unknown.length === 0) return [];
      return [{ from: order.versions[order.versions.indexOf(first) - 1], to, unknown }];
    });
}
