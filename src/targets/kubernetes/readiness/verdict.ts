import { after, duration, type Instant, instant } from '../../../core/time.ts';
import { describeRef, type KubeObject } from '../kube-object.ts';
import { creationTrouble, podTroubles } from './pod-trouble.ts';
import { isSeen, isSettled, statusOf } from './status.ts';
import type { ReadinessStatus } from './status-rules.ts';
import { creatorOf, isProbeless, isWork, podsOf, type Surroundings } from './surroundings.ts';
import { noPatience, somePatience, type Trouble } from './trouble.ts';

/** Everything that is known at one moment. */
export interface Sight extends Surroundings {
  readonly awaited: readonly KubeObject[];
  /** Of objects that were there and are no more. */
  readonly gone: ReadonlySet<string>;
}

/** What earlier looks have found. */
export interface Memory {
  /** When a trouble was first seen, by its key. */
  readonly since: ReadonlyMap<string, Instant>;
  /** When an object first had a trouble that others may mend, by uid. */
  readonly mendableSince: ReadonlyMap<string, Instant>;
  /** When other work was last seen on its way, by uid of the object in trouble. */
  readonly othersUntil: ReadonlyMap<string, Instant>;
  /** Objects that were not ready at an earlier look, by uid, with those since when they are. */
  readonly readySince: ReadonlyMap<string, Instant | undefined>;
}

/** Nothing was seen yet. */
export const noMemory: Memory = {
  since: new Map(),
  mendableSince: new Map(),
  othersUntil: new Map(),
  readySince: new Map(),
};

/** What to make of it. */
export type Verdict =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'failed';
      readonly object: KubeObject;
      /** One sentence that names the object. */
      readonly reason: string;
      readonly trouble?: Trouble;
    }
  | {
      readonly kind: 'waiting';
      /** `2 of 3 ready, Deployment web: 1 of 2 replicas`. */
      readonly detail: string;
      /** The object that is waited for, one in trouble before others. */
      readonly worst: KubeObject;
      readonly trouble?: Trouble;
      /** When it is another verdict although nothing has changed. */
      readonly lookAgainAt?: Instant;
    };

interface Look {
  readonly object: KubeObject;
  readonly status: ReadinessStatus;
  readonly isOpen: boolean;
  readonly troubles: readonly Trouble[];
  /** Until when what seems ready is doubted. */
  readonly doubtedUntil?: Instant;
}

/** Without a readiness probe a container is ready as soon as it runs, also where it ends at once. */
const doubtTime = duration(2000);
/** As long where it ended before. */
const crashedDoubtTime = duration(10_000);
/** Others that are on their way may mend a trouble for so long. */
const mendingTime = duration(120_000);
/** Once they are done, what they mend is seen to be mended in so long. */
const mendedTime = duration(30_000);

/**
 * Whether all is ready, or something failed, or what is waited for. A trouble is a failure once its patience is over;
 * one that other work on its way may mend (an application that ends until its database is there) is one when that
 * work is done and it happens again.
 */
export function judge(
  sight: Sight,
  memory: Memory,
  now: Instant,
): { readonly verdict: Verdict; readonly memory: Memory } {
  const looks = sight.awaited.map((object) => doubt(lookAt(object, sight), memory, now));
  const remembered = remember(looks, memory, now);
  const failed = looks.find(
    ({ status }) => status.state === 'failed' || status.state === 'terminating',
  );
  const verdict = failed
    ? { kind: 'failed' as const, object: failed.object, reason: failureWords(failed) }
    : judgeOpen(looks, remembered, now);
  return { verdict, memory: remembered };
}

function lookAt(object: KubeObject, sight: Sight): Look {
  const isGone = sight.gone.has(object.metadata.uid ?? '');
  const status: ReadinessStatus = isGone
    ? { state: 'terminating', detail: 'gone' }
    : statusOf(object);
  const isOpen = !isSettled(status);
  return { object, status, isOpen, troubles: isOpen ? troublesOf(object, status, sight) : [] };
}

/** What became ready while it was waited for is only so once it has stayed so, where no probe of its own says it. */
function doubt(look: Look, memory: Memory, now: Instant): Look {
  const uid = look.object.metadata.uid ?? '';
  if (look.isOpen || !memory.readySince.has(uid) || !isProbeless(look.object)) return look;
  const time = memory.mendableSince.has(uid) ? crashedDoubtTime : doubtTime;
  const doubtedUntil = after(memory.readySince.get(uid) ?? now, time);
  return doubtedUntil > now ? { ...look, isOpen: true, doubtedUntil } : look;
}

function troublesOf(object: KubeObject, status: ReadinessStatus, sight: Sight): readonly Trouble[] {
  // Until then revision and pods are those of the version before.
  if (!isSeen(object)) return [];
  const creator = creatorOf(object, sight);
  const found = [
    stuckTrouble(object, status),
    creator && creationTrouble(creator, sight.events),
  ].filter((trouble) => trouble !== undefined);
  const pods = { pods: podsOf(object, sight), events: sight.events, ofJob: object.kind === 'Job' };
  return [...podTroubles(pods), ...found];
}

function stuckTrouble({ metadata }: KubeObject, status: ReadinessStatus): Trouble | undefined {
  if (!status.stuck) return undefined;
  const isFinal = /violates PodSecurity/.test(status.detail);
  return {
    key: `${metadata.uid ?? metadata.name}/stuck`,
    cause: 'Stuck',
    detail: status.detail,
    patience: isFinal ? noPatience : somePatience,
    mendable: false,
  };
}

function remember(looks: readonly Look[], before: Memory, now: Instant): Memory {
  const since = new Map<string, Instant>();
  const mendableSince = new Map<string, Instant>();
  const othersUntil = new Map<string, Instant>();
  const readySince = new Map<string, Instant | undefined>();
  for (const look of looks.filter(({ isOpen }) => isOpen)) {
    const uid = look.object.metadata.uid ?? '';
    const isDoubted = look.doubtedUntil !== undefined;
    readySince.set(uid, isDoubted ? (before.readySince.get(uid) ?? now) : undefined);
    for (const { key } of look.troubles) since.set(key, before.since.get(key) ?? now);
    const isMendable = look.troubles.some(({ mendable }) => mendable);
    const mendable = before.mendableSince.get(uid) ?? (isMendable ? now : undefined);
    if (mendable !== undefined) mendableSince.set(uid, mendable);
    const others = areOthersOnTheirWay(look, looks) ? now : before.othersUntil.get(uid);
    if (others !== undefined) othersUntil.set(uid, others);
  }
  return { since, mendableSince, othersUntil, readySince };
}

/** Work that is neither done nor in trouble. */
function areOthersOnTheirWay({ object }: Look, looks: readonly Look[]): boolean {
  return looks.some(
    (other) =>
      other.object !== object &&
      other.isOpen &&
      other.doubtedUntil === undefined &&
      other.troubles.length === 0 &&
      isWork(other.object),
  );
}

function judgeOpen(looks: readonly Look[], memory: Memory, now: Instant): Verdict {
  const open = looks.filter(({ isOpen }) => isOpen);
  const dues = open.flatMap((look) =>
    look.troubles.map((trouble) => ({ look, trouble, due: dueAt(look, trouble, memory, now) })),
  );
  const over = dues.find(({ due }) => due <= now);
  if (over) {
    const { look, trouble } = over;
    const reason = `${describeRef(refTo(look))}: ${trouble.detail} (${trouble.cause})`;
    return { kind: 'failed', object: look.object, reason, trouble };
  }
  const [worst = open[0]] = open.filter(({ troubles }) => troubles.length > 0);
  if (!worst) return { kind: 'ready' };
  const [trouble] = worst.troubles;
  const detail = progressWords(open, looks.length);
  const doubts = open.map(({ doubtedUntil = Infinity }) => doubtedUntil);
  const next = Math.min(...dues.map(({ due }) => due), ...doubts);
  return {
    kind: 'waiting',
    detail,
    worst: worst.object,
    ...(trouble && { trouble }),
    ...(Number.isFinite(next) && { lookAgainAt: instant(next) }),
  };
}

/** When a trouble is a failure. While others are on their way, what they may mend waits for them. */
function dueAt({ object }: Look, trouble: Trouble, memory: Memory, now: Instant): Instant {
  const uid = object.metadata.uid ?? '';
  const since = memory.since.get(trouble.key) ?? now;
  const usual = after(since, trouble.patience);
  const othersUntil = memory.othersUntil.get(uid);
  if (!trouble.mendable || othersUntil === undefined) return usual;
  // It happened once more after others were done with theirs: they did not mend it.
  if (since > othersUntil) return usual;
  const last = after(memory.mendableSince.get(uid) ?? since, mendingTime);
  const mended = othersUntil === now ? last : Math.min(after(othersUntil, mendedTime), last);
  return instant(Math.max(usual, mended));
}

const refTo = ({ object: { kind, metadata } }: Look) => ({ kind, name: metadata.name });

function failureWords(look: Look): string {
  const name = describeRef(refTo(look));
  const { state, detail } = look.status;
  if (state !== 'terminating') return `${name} failed: ${detail}`;
  return detail === 'gone'
    ? `${name} was deleted while it was waited for`
    : `${name} is ${detail}, while it was waited for`;
}

/** At most three objects are named. */
function progressWords(open: readonly Look[], count: number): string {
  const named = open.slice(0, 3).map((look) => {
    const { detail = look.status.detail } = look.troubles[0] ?? {};
    return `${describeRef(refTo(look))}: ${detail}`;
  });
  const more = open.length > 3 ? [`and ${open.length - 3} more`] : [];
  return [`${count - open.length} of ${count} ready`, ...named, ...more].join(', ');
}
