import type { Instant } from '../../../core/time.ts';
import { duration } from '../../../core/time.ts';
import { UserError } from '../../../core/user-error.ts';
import { untilServicesHealthy } from '../../services-health.ts';
import { joinPlans, joinResults } from '../../several-targets.ts';
import type {
  DeployResult,
  DesiredPreview,
  Leftover,
  PlanPurpose,
  PreviewKey,
  Target,
  TargetPlan,
  Watch,
} from '../../target.ts';
import { type ChangeSetsOfRun, changeSetsOfRun } from '../change-sets/change-sets-of-run.ts';
import { ChangeSetReplaced } from '../change-sets/replaced.ts';
import type { Connections } from '../connect/connections.ts';
import type { CloudFormationContext } from '../context.ts';
import { deployStack, type PreparedStack } from './deploy-stack.ts';
import { destroyStack } from './destroy-stack.ts';
import { type Drift, detectDrift } from './drift.ts';
import { extendStack } from './extend-stack.ts';
import { type MarkedStack, markedStacks, observedServices, previewsOf } from './observe-stacks.ts';
import {
  isAsDesired,
  isReadyForChange,
  openCases,
  type Preparing,
  prepareStack,
  recoverAndPrepare,
  type StackCase,
  unchangedStack,
  unplannable,
} from './prepare-stack.ts';

/** One run's work: what its plan has prepared is what its deploy carries out. */
interface Work {
  /** Stacks as the last list showed them, by name and connection; moments old when a plan looks. */
  seen: readonly MarkedStack[] | undefined;
  readonly context: CloudFormationContext;
  readonly connections: Connections;
  readonly changeSets: ChangeSetsOfRun;
  readonly prepared: Map<string, PreparedStack>;
}

/** Previews as stacks of their own. */
export function stackTarget(context: CloudFormationContext, connections: Connections): Target {
  const changeSets = changeSetsOfRun();
  const work: Work = { context, connections, changeSets, prepared: new Map(), seen: undefined };
  return {
    plan: ({ occasion }, purpose) => plan(work, occasion, purpose),
    deploy: ({ occasion }, watch) => deploy(work, occasion, watch),
    observe: async (repository) => {
      work.seen = await allMarked(work, repository);
      return previewsOf(work.seen);
    },
    destroy: (key, watch) => destroy(work, key, watch),
    extend: (key, expiresAt) => extend(work, key, expiresAt),
    drift: (keys, watch) => drift(work, keys, watch),
  };
}

async function plan(
  work: Work,
  preview: DesiredPreview,
  purpose: PlanPurpose,
): Promise<TargetPlan> {
  const preparing: Preparing = { ...work, signal: purpose.signal };
  const { seen } = work;
  work.seen = undefined;
  const cases = await openCases(preview, preparing, seen);
  const planned = await Promise.allSettled(
    cases.map(async (stackCase) => ({
      ...(await planCase(work, stackCase, preparing, purpose)),
      rendered: { name: 'template.yaml', text: stackCase.source.rendered },
    })),
  );
  const failed = planned.find((one) => one.status === 'rejected');
  const discard = () => work.changeSets.drop();
  if (failed) {
    await discard();
    throw failed.reason;
  }
  const plans = planned.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return { ...joinPlans(plans), discard };
}

type CasePlan = Pick<TargetPlan, 'changes' | 'outdated'>;

async function planCase(
  work: Work,
  stackCase: StackCase,
  preparing: Preparing,
  purpose: PlanPurpose,
): Promise<CasePlan> {
  if (isAsDesired(stackCase)) return planUnchanged(work, stackCase, purpose);
  if (!isReadyForChange(stackCase)) {
    const reason = unplannable(stackCase, purpose);
    if (reason instanceof UserError) throw reason;
    return { changes: [], outdated: reason };
  }
  const prepared = await prepareStack(stackCase, preparing, 1).catch((cause: unknown) => {
    if (!(cause instanceof ChangeSetReplaced)) throw cause;
    if (!purpose.dryRun) return undefined;
    throw new UserError(
      `the stack ${stackCase.group.stackName} is being changed, or is not this preview's: ${cause.message}`,
      'Look at the stack, or set `preview.cloudformation.stack-name` to a name of its own.',
    );
  });
  if (!prepared)
    return { changes: [], outdated: 'someone else changes the stack; this comes after' };
  const { change } = prepared;
  if (!purpose.dryRun) work.prepared.set(stackCase.group.stackName, prepared);
  else if (change) await work.changeSets.discard(stackCase.cloud, change.changeSet, purpose.signal);
  const { changes = [] } = change?.changeSet ?? {};
  return { changes, outdated: 'the template or its parameters changed' };
}

/** A stack that is as it should be may have been left by a run whose services never became healthy. */
async function planUnchanged(
  { context, prepared }: Work,
  stackCase: StackCase,
  { signal }: PlanPurpose,
): Promise<CasePlan> {
  const { group, stack } = stackCase;
  const same = unchangedStack(stackCase);
  prepared.set(group.stackName, same);
  const observed = stack ? observedServices(stack, same.services) : [];
  const once = group.services.map(({ name, probe }) => ({
    name,
    probe: { ...probe, within: duration(Math.min(probe.within, 2000)) },
  }));
  const quiet = { signal, progress: () => {} };
  const unhealthy = await untilServicesHealthy(observed, once, context, quiet);
  if (!unhealthy) return { changes: [] };
  return { changes: [], outdated: `${unhealthy.service} is not healthy: ${unhealthy.detail}` };
}

async function deploy(work: Work, preview: DesiredPreview, watch: Watch): Promise<DeployResult> {
  const preparing: Preparing = { ...work, signal: watch.signal };
  const prepare = async (stackName: string, attempt: number) => {
    const cases = await openCases(preview, preparing);
    const found = cases.find(({ group }) => group.stackName === stackName);
    if (!found) throw new Error(`the preview has no stack ${stackName}`);
    return recoverAndPrepare(found, preparing, attempt, watch.progress);
  };
  const names = [...new Set(preview.services.map((service) => service.names.stackName))];
  const results = await Promise.all(
    names.map((stackName) =>
      deployStack(
        work.prepared.get(stackName),
        // What the plan has prepared was the first attempt.
        (attempt) => prepare(stackName, attempt + 1),
        work,
        watch,
      ),
    ),
  );
  return joinResults(results, preview);
}

async function allMarked({ connections }: Work, repository: string): Promise<MarkedStack[]> {
  const all = await Promise.all(connections.all().map((cloud) => markedStacks(cloud, repository)));
  return all.flat();
}

async function destroy(
  work: Work,
  { repository, previewId }: PreviewKey,
  watch: Watch,
): Promise<readonly Leftover[]> {
  const { context, connections } = work;
  const all = await allMarked(work, repository);
  const mine = all.filter(({ marks }) => marks.previewId === previewId);
  const emptied = context.services.find(({ settings }) => settings.emptyBuckets);
  const leftovers: Leftover[] = [];
  for (const { stack, cloud, marks } of mine) {
    const [service = ''] = Object.keys(marks.services);
    const destroying = {
      ...context,
      ...watch,
      service,
      ...(emptied && {
        emptyBuckets: async (bucket: string) =>
          (await connections.nearby(emptied.settings)).emptyBucket(bucket, watch.signal),
      }),
    };
    leftovers.push(...(await destroyStack(cloud, stack, destroying)));
  }
  return leftovers;
}

async function extend(work: Work, { repository, previewId }: PreviewKey, expiresAt: Instant) {
  const all = await allMarked(work, repository);
  const mine = all.filter(({ marks }) => marks.previewId === previewId);
  for (const marked of mine) await extendStack(marked, expiresAt, work.context);
}

/** Looks only where the configuration asks for it: each stack takes AWS a while. */
async function drift(
  work: Work,
  keys: readonly PreviewKey[],
  { signal }: Watch,
): Promise<ReadonlyMap<string, string>> {
  const { context } = work;
  const found = new Map<string, string>();
  const [first] = keys;
  if (!first || !context.services.some(({ settings }) => settings.detectDrift)) return found;
  const wanted = new Set(keys.map(({ previewId }) => previewId));
  const all = await allMarked(work, first.repository);
  const mine = all.filter(({ marks }) => wanted.has(marks.previewId));
  for (const cloud of new Set(mine.map((marked) => marked.cloud))) {
    const stacks = mine.filter((marked) => marked.cloud === cloud);
    const ids = stacks.map(({ stack }) => stack.StackId ?? '');
    const drifts = await detectDrift(cloud, ids, { signal, pause: context.pause });
    for (const { stack, marks } of stacks) {
      const what = driftInWords(drifts.get(stack.StackId ?? '') ?? 'unknown');
      if (what !== undefined) found.set(marks.previewId, what);
    }
  }
  return found;
}

function driftInWords(drift: Drift): string | undefined {
  if (drift === 'in-sync') return undefined;
  if (drift === 'unknown') return 'unknown, because CloudFormation could not tell';
  return drift.drifted
    .map(({ logicalId, kind, properties }) =>
      kind === 'deleted' ? `${logicalId} was deleted` : `${logicalId} (${properties.join(', ')})`,
    )
    .join(', ');
}
