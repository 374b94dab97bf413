import type { Instant } from '../../core/time.ts';
import type { ActOrder } from '../ports.ts';
import type { Effect } from '../records/record.ts';
import type { Release, Releases } from './release-ports.ts';
import type { StageWay } from './way.ts';
import {
  type Acted,
  type Failed,
  failed,
  passing,
  type Refused,
  unknownOutcome,
  type Written,
} from './written.ts';

/** `latest` = it becomes the one that GitHub shows as the latest. */
interface Releasing {
  readonly latest: boolean;
  readonly releases: Releases;
  clock(): Instant;
}

/**
 * The pre-release of the version's tag becomes a release, and the latest one if `latest` says so. What is a release already
 * counts as done, unless the version that it takes the place of is still the latest. A rollback makes the older release
 * the latest again and leaves the newer one published, as people may have it. Doing it twice changes nothing.
 */
export function releaseWay(
  { latest }: { readonly latest: boolean },
  releases: Releases,
  clock: () => Instant,
): StageWay {
  const releasing: Releasing = { latest, releases, clock };
  return {
    find: async (order) => {
      const release = await releases.ofTag(order.promotion.version);
      const done = release && (await isDone(releasing, order, release));
      return done ? effectOf(release, clock()) : undefined;
    },
    act: (order) => act(releasing, order),
    look: async (_order, effect) => ({
      state: 'done',
      at: effect.doneAt ?? effect.at,
      evidence: `${effect.reference} was released`,
    }),
  };
}

async function isDone(
  { latest, releases }: Releasing,
  { promotion: { kind, version, from } }: ActOrder,
  { draft, prerelease }: Release,
): Promise<boolean> {
  if (draft || prerelease) return false;
  if (kind === 'rollback') return (await releases.latest()) === version;
  return !latest || from === undefined || (await releases.latest()) !== from;
}

/** Twice at most: what was not answered is looked for, and asked again where it is not to be seen. */
async function act(releasing: Releasing, order: ActOrder): Promise<Acted> {
  const { clock } = releasing;
  const { version } = order.promotion;
  const first = await step(releasing, order);
  if (first.kind !== 'unknown') return first;
  const second = await step(releasing, order);
  if (second.kind !== 'unknown') return second;
  const release = await releasing.releases.ofTag(version);
  if (release && (await isDone(releasing, order, release)))
    return { kind: 'acted', effect: effectOf(release, clock()) };
  throw unknownOutcome(`${version} was released`, second.detail);
}

async function step(
  releasing: Releasing,
  order: ActOrder,
): Promise<Acted | Extract<Written, { kind: 'unknown' }>> {
  const { latest, releases, clock } = releasing;
  const { version, kind } = order.promotion;
  const release = await releases.ofTag(version);
  if (!release) return missing(version, clock());
  const done = await isDone(releasing, order, release);
  const answer = done ? undefined : unfit(release, latest, kind, clock());
  if (answer) return answer;
  const written = done
    ? ({ kind: 'done' } as const)
    : await releases.release(release.id, latest || kind === 'rollback');
  if (written.kind === 'done') return { kind: 'acted', effect: effectOf(release, clock()) };
  if (written.kind === 'unknown') return written;
  return passing(written, clock()) ?? refused(written, version, clock());
}

function missing(version: string, now: Instant): Failed {
  return failed(
    now,
    `there is no release of the tag ${version}`,
    'Publish a pre-release of that tag, or leave it to the workflow that builds versions.',
  );
}

/** Why a release cannot be what it is to be. */
function unfit(
  { draft, tag }: Release,
  latest: boolean,
  kind: 'forward' | 'rollback',
  now: Instant,
): Failed | undefined {
  if (draft)
    return failed(
      now,
      `the release of ${tag} is a draft`,
      'Publish it as a pre-release first: “Set as a pre-release”, then “Publish release”.',
    );
  if (kind === 'forward' || latest) return undefined;
  return failed(
    now,
    `going back to ${tag} would make it the latest release, and this stage leaves that alone`,
    'Set `latest: true` under `via.release`, or take the stage back by hand.',
  );
}

function refused({ as, detail }: Refused, version: string, now: Instant): Failed {
  const hint =
    as === 'invalid'
      ? 'Look at the release on GitHub: edit it there once by hand, and see what it asks for.'
      : 'Add `contents: write` under `permissions:` of the job.';
  return failed(now, `GitHub refused to release ${version}: ${detail}`, hint);
}

function effectOf({ tag, url }: Release, now: Instant): Effect {
  return { kind: 'release', reference: tag, url, at: now, doneAt: now };
}
