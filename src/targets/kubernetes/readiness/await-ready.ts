import { after, type Duration, formatDuration, type Instant, instant } from '../../../core/time.ts';
import type { Pause } from '../../pause.ts';
import type { Watch } from '../../target.ts';
import type { Kube } from '../connect/kube.ts';
import { isForbidden } from '../connect/kube-errors.ts';
import { fieldsOf, listOf } from '../fields.ts';
import { describeRef, refOf } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';
import { type Board, openBoard } from './board.ts';
import { type LogStreams, openLogStreams } from './follow-logs.ts';
import { keepCurrent, type Picture, type Source } from './keep-current.ts';
import { explainFailure, type Finding, type ReadinessFailure } from './post-mortem.ts';
import { awaitedSources, surroundingSources } from './sources.ts';
import { isSettled, statusOf } from './status.ts';
import { isWork, podsOf } from './surroundings.ts';
import { judge, type Memory, noMemory, type Verdict } from './verdict.ts';

/** What is waited for, and how. */
export interface Awaiting {
  readonly kube: Kube;
  /** Live objects as their apply answered: uid and generation say what is waited for. */
  readonly objects: readonly StagedObject[];
  readonly watch: Pick<Watch, 'progress' | 'signal'>;
  /** The service that progress is shown for. */
  readonly service: string;
  /** Verb phrase of the step; default `wait until ready`. */
  readonly step?: string;
  readonly timeout: Duration;
  now(): Instant;
  readonly pause: Pause;
  /** The logs of Jobs are streamed. */
  readonly follow?: boolean;
}

/** How the wait ended. */
export type Readiness =
  | { readonly ok: true }
  | { readonly ok: false; readonly failure: ReadinessFailure };

/** Most is ready sooner; then nobody asks for pods and events. Milliseconds. */
const surroundingsAfter = 2000;
/** The last lines of a log come a little after its container ended. Milliseconds. */
const lastLinesWithin = 3000;

/**
 * Waits until every object is ready, by watching. Ends early at what will not get better by itself, within half a
 * minute of its beginning, with its events and the last lines of the container at fault.
 * @throws the signal's reason when that is aborted; a `UserError` where the objects may not be read
 */
export async function awaitReady(awaiting: Awaiting): Promise<Readiness> {
  const stop = new AbortController();
  const signal = AbortSignal.any([awaiting.watch.signal, stop.signal]);
  const vigil = openVigil(awaiting, signal);
  try {
    const finding = await keepVigil(vigil);
    if (awaiting.follow && vigil.tasks.length > 0) await followToTheEnd(vigil);
    if (!finding) return { ok: true };
    return { ok: false, failure: await explainFailure(awaiting.kube, finding, signal) };
  } finally {
    stop.abort();
    await Promise.allSettled(vigil.tasks);
  }
}

interface Vigil {
  readonly awaiting: Awaiting;
  readonly signal: AbortSignal;
  readonly board: Board;
  readonly streams: LogStreams;
  readonly tasks: Promise<void>[];
  readonly progress: (state: 'running' | 'done' | 'failed', detail?: string) => void;
}

function openVigil(awaiting: Awaiting, signal: AbortSignal): Vigil {
  const { kube, objects, watch, service, step = 'wait until ready', now, pause } = awaiting;
  const board = openBoard(objects.map(({ object }) => object));
  let last = '';
  return {
    awaiting,
    signal,
    board,
    streams: openLogStreams({
      kube,
      signal,
      now,
      pause,
      line: (line) => watch.progress({ kind: 'log', at: now(), service, line }),
      isRunning: (pod, container) => isRunning(board, pod, container),
    }),
    tasks: [],
    progress: (state, detail) => {
      if (detail === last && state === 'running') return;
      last = detail ?? '';
      const said = detail === undefined ? {} : { detail };
      watch.progress({ kind: 'step', at: now(), service, step, state, ...said });
    },
  };
}

function isRunning(board: Board, pod: string, container: string): boolean {
  const found = board.sight().pods.find(({ metadata }) => metadata.name === pod);
  const { containerStatuses, initContainerStatuses } = fieldsOf(found?.status);
  return [...listOf(containerStatuses), ...listOf(initContainerStatuses)].some(
    ({ name, state }) => name === container && fieldsOf(state).running !== undefined,
  );
}

/** `undefined` = all is ready. */
async function keepVigil(vigil: Vigil): Promise<Finding | undefined> {
  const { awaiting, board, signal, progress } = vigil;
  const { now, timeout, follow = false } = awaiting;
  const begun = now();
  const deadline = after(begun, timeout);
  let lookAround = instant(follow ? begun : begun + surroundingsAfter);
  let memory: Memory = noMemory;
  for (let look = 0; ; look += 1) {
    const judged = judge(board.sight(), memory, now());
    memory = judged.memory;
    const { verdict } = judged;
    if (follow) followJobs(vigil);
    if (verdict.kind !== 'waiting') return conclude(vigil, verdict);
    if (now() >= deadline) return conclude(vigil, timedOut(verdict, timeout));
    progress('running', verdict.detail);
    if (look === 0) watchAwaited(vigil);
    if (now() >= lookAround) {
      watchSurroundings(vigil);
      lookAround = instant(Infinity);
    }
    const next = Math.min(deadline, lookAround, verdict.lookAgainAt ?? Infinity);
    await nextLook(board, Math.max(0, next - now()), { signal, pause: awaiting.pause });
  }
}

type Failed = Extract<Verdict, { kind: 'failed' }>;

function timedOut(
  { worst, detail, trouble }: Extract<Verdict, { kind: 'waiting' }>,
  timeout: Duration,
): Failed {
  const name = describeRef(refOf(worst));
  return {
    kind: 'failed',
    object: worst,
    reason: `${name} was not ready within ${formatDuration(timeout)}: ${detail}`,
    ...(trouble && { trouble }),
  };
}

function conclude(
  { progress, awaiting: { objects } }: Vigil,
  verdict: Failed | Extract<Verdict, { kind: 'ready' }>,
): Finding | undefined {
  if (verdict.kind === 'ready') {
    progress('done');
    return undefined;
  }
  progress('failed', verdict.reason);
  const { object, reason, trouble } = verdict;
  const staged = objects.find((one) => one.object.metadata.uid === object.metadata.uid);
  const { location } = staged ?? {};
  return { object, reason, ...(trouble && { trouble }), ...(location && { location }) };
}

/** Until something changes, or so many milliseconds are over. */
async function nextLook(
  board: Board,
  milliseconds: number,
  { signal, pause }: { readonly signal: AbortSignal; readonly pause: Pause },
): Promise<void> {
  const turn = new AbortController();
  const over = pause(milliseconds, AbortSignal.any([signal, turn.signal])).catch(() => undefined);
  try {
    await Promise.race([board.changed(), over]);
  } finally {
    turn.abort();
  }
  signal.throwIfAborted();
}

/** What is ready from the beginning needs no watch. */
function watchAwaited(vigil: Vigil): void {
  const { awaiting, board } = vigil;
  const open = board.sight().awaited.filter((object) => !isSettled(statusOf(object)));
  for (const { objects, source } of awaitedSources(awaiting.kube, open)) {
    watch(vigil, source, board.awaitedPicture(objects), board.fail);
  }
}

/** Reasons are worth no failure: where they may not be read, the objects alone tell. */
function watchSurroundings(vigil: Vigil): void {
  const { awaiting, board } = vigil;
  const work = board.sight().awaited.filter(isWork);
  for (const { shelf, source } of surroundingSources(awaiting.kube, work)) {
    watch(vigil, source, board[shelf](), (cause) => {
      if (!isForbidden(cause)) board.fail(cause);
    });
  }
}

function watch(
  { awaiting: { kube, pause }, signal, tasks }: Vigil,
  source: Source,
  picture: Picture,
  fail: (cause: unknown) => void,
): void {
  const task = keepCurrent(kube, source, picture, { signal, pause }).catch((cause) => {
    if (!signal.aborted) fail(cause);
  });
  tasks.push(task);
}

/** A Job may be told to be complete before its pods are told to have ended, or to be there at all. */
async function followToTheEnd(vigil: Vigil): Promise<void> {
  const { awaiting, board, streams, signal } = vigil;
  const jobs = board.sight().awaited.filter(({ kind }) => kind === 'Job');
  for (const { shelf, source } of surroundingSources(awaiting.kube, jobs)) {
    if (shelf !== 'pods') continue;
    const pods = await source.read(signal).catch(() => []);
    for (const job of jobs) streams.follow(podsOf(job, { ...board.sight(), pods }));
  }
  await streams.drain(lastLinesWithin);
}

function followJobs({ board, streams }: Vigil): void {
  const sight = board.sight();
  const jobs = sight.awaited.filter(({ kind }) => kind === 'Job');
  for (const job of jobs) streams.follow(podsOf(job, sight));
}
