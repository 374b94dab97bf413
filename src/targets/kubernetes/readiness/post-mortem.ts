import type { SourceLocation } from '../../../core/user-error.ts';
import type { Kube } from '../connect/kube.ts';
import { listObjects } from '../connect/objects.ts';
import { podLog } from '../connect/pod-log.ts';
import { describeRef, type KubeObject, type ObjectRef, refOf } from '../kube-object.ts';
import { type Culprit, culpritNamed, culpritOf } from './culprit.ts';
import { eventLine, isAbout, type KubeEvent, readEvent } from './kube-event.ts';
import { creatorOf, podsOf, type Surroundings } from './surroundings.ts';
import { brief, type Trouble } from './trouble.ts';

/** Why something did not become ready. */
export interface ReadinessFailure {
  readonly object: ObjectRef;
  /** One sentence: what happened first. */
  readonly reason: string;
  /** The last lines of the container at fault, at most 50, oldest first. Secrets are not yet taken out. */
  readonly log: readonly string[];
  /** Warnings about the object and its pods, oldest first. */
  readonly events: readonly string[];
  readonly container?: string;
  /** Where the manifest of the object stands. */
  readonly location?: SourceLocation;
}

/** What is known when it is given up. */
export interface Finding {
  readonly object: KubeObject;
  readonly reason: string;
  readonly trouble?: Trouble;
  readonly location?: SourceLocation;
}

const logLines = 50;
const eventLines = 10;
/** Only better words are at stake: nobody waits longer for them. Milliseconds. */
const patience = 10_000;

/** Reads events and the log of the container at fault. What cannot be read is left out. */
export async function explainFailure(
  kube: Kube,
  { object, reason, trouble, location }: Finding,
  signal: AbortSignal,
): Promise<ReadinessFailure> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const around = await readSurroundings(kube, object, limit);
  const pods = podsOf(object, around);
  const culprit = findCulprit(pods, trouble);
  const { namespace = '' } = object.metadata;
  const log = culprit ? await readLog(kube, namespace, culprit, limit) : [];
  signal.throwIfAborted();
  return {
    object: refOf(object),
    reason: trouble || !culprit?.end ? reason : endWords(object, culprit.end, reason),
    log,
    events: warnings(around.events, [object, creatorOf(object, around), ...pods]),
    ...(culprit && { container: culprit.container }),
    ...(location && { location }),
  };
}

function findCulprit(
  pods: readonly KubeObject[],
  trouble: Trouble | undefined,
): Culprit | undefined {
  if (trouble?.pod === undefined || trouble.container === undefined) return culpritOf(pods);
  return culpritNamed(pods, trouble.pod, trouble.container);
}

/** `Job migrate failed: container migrate ended with exit code 1`, in place of what the Job says of its retries. */
function endWords(object: KubeObject, end: string, reason: string): string {
  return object.kind === 'Job' || object.kind === 'Pod'
    ? `${describeRef(refOf(object))} failed: ${end}`
    : `${reason}; ${end}`;
}

async function readSurroundings(
  kube: Kube,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Surroundings> {
  const { namespace } = object.metadata;
  if (namespace === undefined) return { pods: [], replicaSets: [], events: [] };
  const read = (apiVersion: string, kind: string) =>
    listObjects(kube, { apiVersion, kind }, { namespace }, signal).catch(() => []);
  const [pods, replicaSets, events] = await Promise.all([
    read('v1', 'Pod'),
    object.kind === 'Deployment' ? read('apps/v1', 'ReplicaSet') : [],
    read('v1', 'Event'),
  ]);
  const ordered = events.map(readEvent).toSorted((one, other) => one.at - other.at);
  return { pods, replicaSets, events: ordered };
}

function warnings(
  events: readonly KubeEvent[],
  objects: readonly (KubeObject | undefined)[],
): string[] {
  const isRelated = (event: KubeEvent) => objects.some((one) => one && isAbout(event, one));
  return events
    .filter((event) => event.type === 'Warning' && isRelated(event))
    .slice(-eventLines)
    .map((event) => brief(eventLine(event)));
}

async function readLog(
  kube: Kube,
  namespace: string,
  { pod, container, previous }: Culprit,
  signal: AbortSignal,
): Promise<string[]> {
  const tries = previous ? [true, false] : [false];
  for (const isPrevious of tries) {
    const log = { namespace, pod, container, tail: logLines, previous: isPrevious };
    const lines = await collect(podLog(kube, log, signal)).catch(() => []);
    if (lines.length > 0) return lines.slice(-logLines);
  }
  return [];
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
