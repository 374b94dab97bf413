import { duration, type Instant, instant, toIso } from '../../core/time.ts';
import { UserError } from '../../core/user-error.ts';
import type { EffectState } from '../facts.ts';
import type { ActOrder } from '../ports.ts';
import { type Effect, hasEnded } from '../records/record.ts';
import type { DispatchSettings } from '../settings.ts';
import type { WorkflowRun, Workflows } from './dispatch-ports.ts';
import { explainDispatch } from './dispatch-problems.ts';
import { runState } from './run-state.ts';
import { filled } from './texts.ts';
import type { StageWay, WayContext } from './way.ts';
import { type Acted, failed, oneLine, passing, unknownOutcome } from './written.ts';

/**
 * The input that carries the key of the attempt (`production-g0-3f9a1c0b77de-a1`). The workflow declares it and shows it
 * in its name, so that a run whose answer was lost is found:
 *
 *     run-name: Deploy ${{ inputs.version }} (${{ inputs.promotion }})
 *     on:
 *       workflow_dispatch:
 *         inputs:
 *           promotion: { type: string }
 */
const keyInput = 'promotion';

/** By how much clocks of runners and GitHub's may differ, with room. */
const skew = duration(300_000);
const anyKey = /-g\d+-[0-9a-f]{12}-a\d+(?!\d)/;

/** The way of one stage with what it needs. */
interface Dispatch {
  readonly settings: DispatchSettings;
  readonly workflows: Workflows;
  readonly context: WayContext;
  /** Keys under which this process asked for a run: for those it looks before it asks again. */
  readonly sent: Set<string>;
  clock(): Instant;
}

/**
 * Another workflow deploys. GitHub says which run it started, and that id is kept; where it does not (its answer was lost,
 * or it is an Enterprise Server), the run is found by the key in its name. A second one is started only when the first is
 * certain not to be there. GitHub lists a new run after some seconds: nothing is started in the last `clockMargin` of a
 * lease, nor later than 20 s after it was asked for, so that at least 10 s lie between a start and whoever takes over.
 *
 * A run that still goes on when a person aborts its promotion, or takes the stage back, is cancelled: it would bring what
 * nobody wants any more, after what they want. Steps with `if: always()` run on, but what it had half done may stay half
 * done; nothing else is started in the stage before it has ended (`lateAct`). Nothing else ends a run: one that was overtaken, or whose stage arrived before it ended, comes to its own end.
 */
export function dispatchWay(
  settings: DispatchSettings,
  workflows: Workflows,
  context: WayContext,
  clock: () => Instant,
): StageWay {
  const dispatch: Dispatch = { settings, workflows, context, sent: new Set(), clock };
  return {
    find: (order) => find(dispatch, order),
    act: (order) => act(dispatch, order),
    look: (order, effect) => look(dispatch, order, effect),
    tidy: (order, effect) => tidy(dispatch, order, effect),
  };
}

async function find(dispatch: Dispatch, order: ActOrder): Promise<Effect | undefined> {
  const { settings, workflows } = dispatch;
  const runs = await workflows.dispatched(settings.workflow, startOf(order));
  if (!runs) return noWorkflow(settings, order);
  const mine = named(runs, order.key);
  if (mine) return effectOf(mine, mine.createdAt);
  const ref = refFor(dispatch, order);
  const nameless = runs.filter((run) => mayBeOf(order, ref, run));
  if (nameless.length > 0 && !isFresh(order)) await refuseNameless(dispatch, ref, nameless);
  return undefined;
}

/** Without the workflow nothing can have been started, if it was never there; `act` says that it is missing. */
function noWorkflow({ workflow }: DispatchSettings, order: ActOrder): undefined {
  if (isFresh(order)) return undefined;
  throw new UserError(
    `it is not known whether ${workflow} was started: GitHub shows no such workflow`,
    `Look whether .github/workflows/${workflow} is on the default branch, and whether the job has \`actions: write\`.`,
  );
}

/** When the first run of this attempt can have been started at the earliest. */
function startOf({ promotion: { attempts, createdAt } }: ActOrder): Instant {
  const before = attempts.findLast(({ outcome }) => outcome)?.outcome?.at;
  return instant((before ?? createdAt) - skew);
}

/** The oldest whose name has the key: whatever came later did so by hand. */
function named(runs: readonly WorkflowRun[], key: string): WorkflowRun | undefined {
  const whole = new RegExp(`${key}(?!\\d)`);
  return runs.filter(({ title }) => whole.test(title)).sort((a, b) => a.createdAt - b.createdAt)[0];
}

/** A run without any key, and of which nobody knows who started it. */
function mayBeOf(
  { promotion }: ActOrder,
  ref: string,
  { id, title, ref: of }: WorkflowRun,
): boolean {
  const known = promotion.attempts.some(({ effect }) => effect?.reference === id);
  return of === ref.replace(/^refs\/(heads|tags)\//, '') && !anyKey.test(title) && !known;
}

/** Nobody held the claim of a first attempt before, so that nobody can have started a run. */
function isFresh({ promotion: { attempts, createdAt, kind } }: ActOrder): boolean {
  const [first] = attempts;
  return kind === 'forward' && attempts.length === 1 && first?.lease.since === toIso(createdAt);
}

/** Where the workflow names its runs by the key, one without it is somebody else's. */
async function refuseNameless(
  { settings: { workflow }, workflows }: Dispatch,
  ref: string,
  [run]: readonly WorkflowRun[],
): Promise<void> {
  const text = await workflows.text(workflow, ref);
  const runName = text?.match(/^run-name:.*(?:\r?\n[ \t]+.*)*/m)?.[0] ?? '';
  if (runName.includes(`inputs.${keyInput}`)) return;
  throw new UserError(
    `it is not known whether ${run?.url} was started for this promotion: its name has no key`,
    `Put the key in the name of its runs: \`run-name: Deploy \${{ inputs.${keyInput} }}\` in .github/workflows/${workflow}. What is under way now: abort it, and release the version.`,
  );
}

async function act(dispatch: Dispatch, order: ActOrder): Promise<Acted> {
  const { settings, workflows, sent, clock } = dispatch;
  const { key } = order;
  if (sent.has(key)) return again(dispatch, order, 'it was asked for before');
  const at = clock();
  const inputs = inputsFor(dispatch, order);
  if (inputs[keyInput] !== key) return otherKey(settings, at);
  sent.add(key);
  const answer = await workflows.dispatch(settings.workflow, refFor(dispatch, order), inputs);
  if (answer.kind === 'unknown') return again(dispatch, order, answer.detail);
  if (answer.kind === 'done')
    return { kind: 'acted', effect: effectOf(answer.value ?? runByName(dispatch, key), at) };
  sent.delete(key);
  return passing(answer, clock()) ?? explainDispatch(answer, settings, clock());
}

/** The run that was asked for, if it is to be seen; it may yet come, so that no other is started. */
async function again(dispatch: Dispatch, order: ActOrder, detail: string): Promise<Acted> {
  const effect = await find(dispatch, order);
  if (effect) return { kind: 'acted', effect };
  throw unknownOutcome(`${dispatch.settings.workflow} was started`, detail);
}

function inputsFor({ settings, context }: Dispatch, order: ActOrder): Record<string, string> {
  const inputs = Object.entries(settings.inputs).map(([name, text]) => [
    name,
    filled(text, { order, context }),
  ]);
  return { [keyInput]: order.key, ...Object.fromEntries(inputs) };
}

function refFor({ settings, context }: Dispatch, order: ActOrder): string {
  return filled(settings.ref, { order, context });
}

function otherKey({ workflow }: DispatchSettings, now: Instant): Acted {
  return failed(
    now,
    `the input \`${keyInput}\` of ${workflow} is set in the configuration`,
    `Leave it out of \`via.dispatch.inputs\`, or make it \`{promotion}-a{attempt}\`: it carries the key of the attempt.`,
  );
}

/** What stands for a run whose id is not known. */
function runByName({ settings, context }: Dispatch, key: string) {
  const { serverUrl, repository } = context;
  const workflow = encodeURIComponent(settings.workflow);
  return { id: key, url: `${serverUrl}/${repository}/actions/workflows/${workflow}` };
}

function effectOf({ id, url }: Pick<WorkflowRun, 'id' | 'url'>, at: Instant): Effect {
  return { kind: 'run', reference: id, url, at };
}

async function look(dispatch: Dispatch, order: ActOrder, effect: Effect): Promise<EffectState> {
  const { clock, settings } = dispatch;
  try {
    const run = await runOf(dispatch, order, effect);
    if (run) return runState(run, clock());
    const { reference } = effect;
    if (isForgotten(order, effect, clock())) return forgotten(reference, clock());
    const evidence = isId(reference)
      ? `GitHub has no run ${reference} (any more)`
      : `no run of ${settings.workflow} has ${reference} in its name yet`;
    return { state: 'unknown', at: clock(), evidence };
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return { state: 'unknown', at: clock(), evidence: oneLine(cause.message) };
  }
}

/** GitHub deletes only runs that have ended, and shows one after some seconds. */
function isForgotten({ promotion }: ActOrder, { at }: Effect, now: Instant): boolean {
  return hasEnded(promotion) && now >= Math.max(promotion.endedAt ?? at, at) + skew;
}

function forgotten(reference: string, now: Instant): EffectState {
  return { state: 'cancelled', at: now, evidence: `GitHub has no run ${reference} (any more)` };
}

async function runOf(
  { settings, workflows }: Dispatch,
  order: ActOrder,
  { reference, at }: Effect,
): Promise<WorkflowRun | undefined> {
  if (isId(reference)) return workflows.run(reference);
  const runs = await workflows.dispatched(settings.workflow, instant(at - skew));
  return named(runs ?? [], order.key);
}

function isId(reference: string): boolean {
  return /^\d+$/.test(reference);
}

async function tidy(dispatch: Dispatch, order: ActOrder, effect: Effect): Promise<void> {
  const { phase, reason } = order.promotion;
  if (phase !== 'aborted' || !/^(aborted|rollback): by /.test(reason)) return;
  const run = await runOf(dispatch, order, effect);
  if (run && run.status !== 'completed') await dispatch.workflows.cancel(run.id);
}
