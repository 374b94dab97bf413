import type { KubeObject } from '../kube-object.ts';
import type { Picture } from './keep-current.ts';
import { type KubeEvent, readEvent } from './kube-event.ts';
import type { Sight } from './verdict.ts';

/** What is known of everything that is waited for and of what surrounds it, and a bell for each change. */
export interface Board {
  sight(): Sight;
  /** Of the objects that are waited for; only those of this list are replaced by it. */
  awaitedPicture(objects: readonly KubeObject[]): Picture;
  /** Of what surrounds them in one namespace. */
  readonly pods: () => Picture;
  readonly replicaSets: () => Picture;
  readonly events: () => Picture;
  /** Something the watches cannot go on after: it is thrown to who waits. */
  fail(cause: unknown): void;
  /** Resolves at the next change, and rejects with what was given to `fail`. */
  changed(): Promise<void>;
}

/** A board that knows the objects as they were applied. */
export function openBoard(objects: readonly KubeObject[]): Board {
  const awaited = new Map(objects.map((object) => [uidOf(object), object]));
  const gone = new Set<string>();
  const around = { pods: new Shelf(), replicaSets: new Shelf(), events: new Shelf() };
  const bell = openBell();
  const put = (object: KubeObject) => {
    const before = awaited.get(uidOf(object));
    if (before && isNewer(object, before)) awaited.set(uidOf(object), object);
  };
  const leave = (object: KubeObject) => {
    if (awaited.has(uidOf(object))) gone.add(uidOf(object));
  };
  return {
    sight: () => ({
      awaited: [...awaited.values()],
      gone,
      pods: around.pods.all(),
      replicaSets: around.replicaSets.all(),
      events: eventsIn(around.events.all()),
    }),
    awaitedPicture: (group) =>
      ringing(bell, {
        replace: (there) => {
          there.forEach(put);
          const uids = new Set(there.map(uidOf));
          for (const object of group) if (!uids.has(uidOf(object))) leave(object);
        },
        put,
        remove: leave,
      }),
    pods: () => ringing(bell, around.pods.picture()),
    replicaSets: () => ringing(bell, around.replicaSets.picture()),
    events: () => ringing(bell, around.events.picture()),
    fail: bell.fail,
    changed: bell.changed,
  };
}

function uidOf({ metadata: { uid = '' } }: KubeObject): string {
  return uid;
}

/** What is told may be older than what the apply answered: versions are numbers that grow (KEP-5504). */
function isNewer(one: KubeObject, other: KubeObject): boolean {
  const [first = '', second = ''] = [one.metadata.resourceVersion, other.metadata.resourceVersion];
  const areNumbers = /^\d+$/.test(first) && /^\d+$/.test(second);
  return !areNumbers || BigInt(first) >= BigInt(second);
}

function eventsIn(objects: readonly KubeObject[]): KubeEvent[] {
  return objects.map(readEvent).toSorted((one, other) => one.at - other.at);
}

/** Objects of one kind in one or more namespaces, each kept by a picture of its own. */
class Shelf {
  private readonly parts: Map<string, KubeObject>[] = [];

  all(): KubeObject[] {
    return this.parts.flatMap((part) => [...part.values()]);
  }

  picture(): Picture {
    const part = new Map<string, KubeObject>();
    this.parts.push(part);
    const put = (object: KubeObject) => part.set(uidOf(object), object);
    return {
      replace: (there) => {
        part.clear();
        there.forEach(put);
      },
      put,
      remove: (object) => part.delete(uidOf(object)),
    };
  }
}

interface Bell {
  ring(): void;
  fail(cause: unknown): void;
  changed(): Promise<void>;
}

function ringing(bell: Bell, picture: Picture): Picture {
  const and =
    <Given>(act: (given: Given) => unknown) =>
    (given: Given) => {
      act(given);
      bell.ring();
    };
  return { replace: and(picture.replace), put: and(picture.put), remove: and(picture.remove) };
}

/** A change between two waits is not missed. */
function openBell(): Bell {
  let hasRung = false;
  let failure: { readonly cause: unknown } | undefined;
  let waiting: (() => void) | undefined;
  const ring = () => {
    hasRung = true;
    waiting?.();
  };
  return {
    ring,
    fail: (cause) => {
      failure ??= { cause };
      ring();
    },
    changed: async () => {
      if (!hasRung)
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      hasRung = false;
      if (failure) throw failure.cause;
    },
  };
}
