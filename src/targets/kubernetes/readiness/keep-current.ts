import type { Pause } from '../../pause.ts';
import type { Kind, Kube, WatchEvent } from '../connect/kube.ts';
import { isForbidden } from '../connect/kube-errors.ts';
import { listWithVersion, type Selection } from '../connect/objects.ts';
import { watchObjects } from '../connect/watch-objects.ts';
import type { KubeObject } from '../kube-object.ts';

/** What is known of the objects of one kind. */
export interface Picture {
  /** All that there are. */
  replace(objects: readonly KubeObject[]): void;
  put(object: KubeObject): void;
  remove(object: KubeObject): void;
}

/** Which objects, and how they are read where they may not be watched. */
export interface Source extends Selection {
  readonly kind: Kind;
  /** What is known already; absent = everything that is there comes first. */
  readonly resourceVersion?: string;
  read(signal: AbortSignal): Promise<readonly KubeObject[]>;
}

/** Between two reads, or two watches that ended at once; it grows to the second number. Milliseconds. */
const gaps = { first: 500, most: 4000 } as const;

/**
 * Keeps a picture current by watching until the signal is aborted, and then throws its reason. A watch that ended
 * goes on after a list, so that nothing is missed; where watching is not allowed, it reads again and again.
 */
export async function keepCurrent(
  kube: Kube,
  source: Source,
  picture: Picture,
  { signal, pause }: { readonly signal: AbortSignal; readonly pause: Pause },
): Promise<never> {
  let from: string | undefined = source.resourceVersion;
  for (let gap: number = gaps.first; ; gap = Math.min(gap * 2, gaps.most)) {
    try {
      if (await watchOnce(kube, source, { from, picture, signal })) gap = gaps.first;
    } catch (cause) {
      signal.throwIfAborted();
      if (isForbidden(cause)) return await readAgain(source, picture, { signal, pause });
      // A connection that broke is nothing yet: the list below is tried again until it is clear what is wrong.
    }
    await pause(gap, signal);
    from = await listOnce(kube, source, picture, signal);
  }
}

/** Whether anything was heard. */
async function watchOnce(
  kube: Kube,
  { kind, ...selection }: Source,
  on: {
    readonly from: string | undefined;
    readonly picture: Picture;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { resourceVersion: _, read: __, ...rest } = selection;
  const watched = { ...rest, ...(on.from !== undefined && { resourceVersion: on.from }) };
  let isHeard = false;
  for await (const event of watchObjects(kube, kind, watched, on.signal)) {
    isHeard = true;
    note(on.picture, event, kind);
  }
  on.signal.throwIfAborted();
  return isHeard;
}

function note(picture: Picture, { type, object }: WatchEvent, kind: Kind): void {
  // Built-in kinds say in a watch what they are, and a partial object would not.
  const whole = { ...object, ...kind };
  if (type === 'DELETED') picture.remove(whole);
  else if (type === 'ADDED' || type === 'MODIFIED') picture.put(whole);
}

async function listOnce(
  kube: Kube,
  { kind, namespace, labels }: Source,
  picture: Picture,
  signal: AbortSignal,
): Promise<string> {
  const selection = { ...(namespace !== undefined && { namespace }), ...(labels && { labels }) };
  const { objects, resourceVersion } = await listWithVersion(kube, kind, selection, signal);
  picture.replace(objects);
  return resourceVersion;
}

async function readAgain(
  { read }: Source,
  picture: Picture,
  { signal, pause }: { readonly signal: AbortSignal; readonly pause: Pause },
): Promise<never> {
  for (let gap: number = gaps.first; ; gap = Math.min(gap * 2, gaps.most)) {
    picture.replace(await read(signal));
    await pause(gap, signal);
  }
}
