import { isSameJson } from '../core/same-json.ts';
import { UserError } from '../core/user-error.ts';
import type {
  ProjectedDeployment,
  PromotionDeployments,
  PromotionStatus,
} from './deployment-ports.ts';
import { type Stage, stagesAfter } from './pipeline.ts';
import { type Effect, type PipelineRecord, type Promotion, stageRecord } from './records/record.ts';
import { plainLine } from './report/shown.ts';
import { commitOf, type PipelineView } from './report/view.ts';
import type { StageSettings } from './settings.ts';

/** Where deployments are shown, and where is said what could not be. */
export interface ProjectionPorts {
  readonly deployments: PromotionDeployments;
  warn(line: string): void;
  /** Whether what failed may go well the next time, as what fails for the lack of a permission does not. */
  mayPass(cause: unknown): boolean;
}

interface StageProjection {
  readonly view: PipelineView;
  readonly stage: Stage;
  readonly settings: StageSettings;
  /** Of the record, oldest first. */
  readonly promotions: readonly Promotion[];
  /** Ids of those that this run found otherwise. */
  readonly changed: ReadonlySet<string>;
}

interface Due {
  readonly id: number;
  readonly promotion: Promotion;
}

/**
 * Shows the promotions that changed in this run as GitHub Deployments, one for each promotion, and makes right what a
 * run that was cut off left of earlier ones of the same stages. Never read back as truth. Without a change, and in a dry
 * run, it sends nothing; what fails is a warning. Answers whether a later run has nothing to do over again.
 * @param before The record with what this run changed as it was before; see `rememberingChanges`.
 */
export async function projectDeployments(
  { deployments, warn, mayPass }: ProjectionPorts,
  view: PipelineView,
  before: PipelineRecord,
): Promise<boolean> {
  const failures = new Set<string>();
  let isDone = true;
  for (const projection of projections(view, before)) {
    try {
      await projectStage(deployments, projection);
    } catch (cause) {
      failures.add(adviceOf(cause));
      isDone &&= !mayPass(cause);
    }
  }
  for (const failure of failures) warn(`promotions are not shown as deployments: ${failure}`);
  return isDone;
}

/** What went wrong, and what to do about it where that is known. */
function adviceOf(cause: unknown): string {
  if (!(cause instanceof UserError)) return cause instanceof Error ? cause.message : String(cause);
  return cause.problems.map(({ message, hint }) => `${message}\n${hint}`).join('\n');
}

/**
 * Whether promotions into the stage are filed as deployments. Not by default where a workflow's job deploys
 * (`outputs`, `dispatch`): with `environment:`, which it needs for secrets and reviewers, GitHub files one itself.
 */
export function isProjected({ way, deployment }: StageSettings): boolean {
  return deployment ?? (way.via !== 'outputs' && way.via !== 'dispatch');
}

/** The status that a promotion has among those of its stage. */
function statusOf(
  promotion: Promotion,
  all: readonly Promotion[],
): Pick<PromotionStatus, 'state' | 'description'> {
  return { state: stateOf(promotion, all), description: plainLine(promotion.reason) };
}

function stateOf(promotion: Promotion, all: readonly Promotion[]): PromotionStatus['state'] {
  switch (promotion.phase) {
    case 'pending':
      return 'pending';
    case 'running':
      return isProposal(promotion) ? 'pending' : 'in_progress';
    case 'succeeded':
      return newestSuccess(all)?.id === promotion.id ? 'success' : 'inactive';
    case 'failed':
      return 'failure';
    case 'errored':
      return 'error';
    case 'aborted':
      return 'inactive';
  }
}

/** An open pull request: nothing is on its way yet. */
function isProposal(promotion: Promotion): boolean {
  const effect = effectOf(promotion);
  return effect?.kind === 'pull-request' && effect.doneAt === undefined;
}

function newestSuccess(all: readonly Promotion[]): Promotion | undefined {
  return all
    .filter(({ phase }) => phase === 'succeeded')
    .reduce<Promotion | undefined>(
      (newest, each) => ((each.endedAt ?? 0) >= (newest?.endedAt ?? 0) ? each : newest),
      undefined,
    );
}

function projections(view: PipelineView, before: PipelineRecord): StageProjection[] {
  const { pipeline, stages } = view.settings;
  if (view.dryRun) return [];
  return pipeline.stages.flatMap((stage) => {
    const settings = stages[stage.name];
    if (!settings || !isProjected(settings)) return [];
    const { promotions } = stageRecord(view.record, stage.name);
    const were = stageRecord(before, stage.name).promotions;
    const changed = promotions.filter((each) => {
      const was = were.find(({ id }) => id === each.id);
      return !was || !isSameJson(statusOf(was, were), statusOf(each, promotions));
    });
    if (changed.length === 0) return [];
    const ids = new Set(changed.map(({ id }) => id));
    return [{ view, stage, settings, promotions, changed: ids }];
  });
}

/** Oldest first, so that a run that is cut off leaves no success behind an older one that stands. */
async function projectStage(
  deployments: PromotionDeployments,
  projection: StageProjection,
): Promise<void> {
  const due = await dueOf(deployments, projection);
  for (const { id, promotion } of due.reverse()) {
    await deployments.report(id, fullStatus(projection, promotion));
  }
}

/** Newest first: all that changed, and earlier ones up to the first that is as it should be. */
async function dueOf(
  deployments: PromotionDeployments,
  projection: StageProjection,
): Promise<Due[]> {
  const { view, stage, settings, promotions, changed } = projection;
  const mine = ({ pipeline, stage: name }: ProjectedDeployment) =>
    pipeline === view.settings.pipeline.name && name === stage.name;
  const found = (await deployments.list(settings.environment)).filter(mine);
  const due: Due[] = [];
  let isRight = false;
  for (const promotion of promotions.toReversed()) {
    const known = found.find((each) => each.promotion === promotion.id)?.id;
    if (changed.has(promotion.id)) {
      const id = known ?? (await create(deployments, projection, promotion));
      if (id !== undefined) due.push({ id, promotion });
    } else if (known !== undefined && !isRight) {
      isRight = (await deployments.stateOf(known)) === statusOf(promotion, promotions).state;
      if (!isRight) due.push({ id: known, promotion });
    }
  }
  return due;
}

/** None is made for what came to nothing, nor for what has long been replaced. */
async function create(
  deployments: PromotionDeployments,
  { view, stage, settings, promotions }: StageProjection,
  promotion: Promotion,
): Promise<number | undefined> {
  const { id, version, attempts } = promotion;
  if (attempts.length === 0 || statusOf(promotion, promotions).state === 'inactive')
    return undefined;
  const commit = commitOf(view, version);
  if (commit === undefined) throw new Error(`the commit of ${version} is not known`);
  const { pipeline } = view.settings;
  return deployments.create({
    pipeline: pipeline.name,
    stage: stage.name,
    promotion: id,
    environment: settings.environment,
    commit,
    version,
    production: pipeline.stages.length > 1 && stagesAfter(pipeline, stage.name).length === 0,
  });
}

function fullStatus(
  { view, settings, promotions }: StageProjection,
  promotion: Promotion,
): PromotionStatus {
  const effect = effectOf(promotion);
  const ran = effect?.kind === 'run' || effect?.kind === 'outputs' ? effect.url : undefined;
  return {
    ...statusOf(promotion, promotions),
    logUrl: ran ?? view.links.runUrl,
    ...(settings.url !== undefined && { environmentUrl: settings.url }),
  };
}

function effectOf({ attempts }: Promotion): Effect | undefined {
  return attempts.findLast(({ effect }) => effect)?.effect;
}
