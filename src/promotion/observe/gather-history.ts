import type { StageObservation } from '../facts.ts';
import type { Pipeline } from '../pipeline.ts';
import { type PipelineRecord, stageRecord } from '../records/record.ts';
import type { PipelineSettings } from '../settings.ts';
import type { VersionHistory } from '../versions.ts';
import { type BranchReading, readBranch } from './branch-history.ts';
import { readDeployed } from './deployed-history.ts';
import type { RepositoryReader } from './ports.ts';
import type { Looking } from './stage-view.ts';
import { readReleases, readTags } from './tag-history.ts';
import { wantedVersions } from './wanted-versions.ts';

/** Pages of 100 commits that are read while a version is missing; more where each one between them counts. */
const pages = { usual: 3, whole: 10 };

/** The versions there are, from where the settings say they come, with those that the record speaks of. */
export async function gatherHistory(
  { pipeline, versions }: PipelineSettings,
  record: PipelineRecord,
  observations: Readonly<Record<string, StageObservation>>,
  { history, environments }: Pick<RepositoryReader, 'history' | 'environments'>,
): Promise<VersionHistory> {
  const wanted = wantedVersions(pipeline, record, observations);
  const reading = (branch: string): BranchReading => ({
    branch,
    wanted,
    pages: countsEach(pipeline, record) ? pages.whole : pages.usual,
  });
  switch (versions.from) {
    case 'branch':
      return (await readBranch(history, reading(versions.branch))).history;
    case 'tags':
      return readTags(history, versions.pattern, wanted);
    case 'releases':
      return readReleases(history, versions.which, wanted);
    case 'deployments': {
      const branch = await readBranch(history, reading(versions.branch));
      const { environment } = versions;
      return readDeployed(environments, { environment, order: pipeline.order }, branch, wanted);
    }
  }
}

/** Asks for what will be read whatever stages run, so that it is there by then. A failure is told by who needs it. */
export async function beginHistory(
  { versions }: PipelineSettings,
  history: RepositoryReader['history'],
): Promise<void> {
  const isBranch = versions.from === 'branch' || versions.from === 'deployments';
  const first = isBranch ? history.commits(versions.branch, 1) : history.tags();
  await first.catch(() => undefined);
}

/** Says when there are more tags than are looked at: what is newest may be among the others. Asks nothing again. */
export async function warnOfMoreTags(
  { versions: { from } }: PipelineSettings,
  { repository, warn }: Pick<Looking, 'repository' | 'warn'>,
): Promise<void> {
  if (from !== 'tags' && from !== 'releases') return;
  const { items, more } = await repository.history.tags();
  if (!more) return;
  warn({
    message: `the repository has more than ${items.length} tags, and no version is taken from those beyond`,
    hint: 'Delete tags that nobody needs, or take versions from a branch.',
  });
}

/** In a queue none is left out; and whose work is approved is told by all that is promoted with it. */
function countsEach({ order, stages }: Pipeline, record: PipelineRecord): boolean {
  return (
    order === 'queue' ||
    stages.some(({ name, gates: { approval } }) => {
      const { approvals } = stageRecord(record, name);
      return approval !== undefined && !approval.self && approvals.length > 0;
    })
  );
}
