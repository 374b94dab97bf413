/** What is known about a running operation when it was asked about. All times in milliseconds. */
export interface Pace {
  /** Since the phase began (the operation, or its rollback) until the question was sent. */
  readonly elapsed: number;
  /** How long this stack usually takes; absent = not known. */
  readonly usual?: number;
  /** Not every resource that will be touched has begun: the end cannot be near. */
  readonly pending: boolean;
  /** Since all touched resources were first seen done; absent = they are not, or it is not known which they are. */
  readonly doneFor?: number;
  /** From -1 to 1: keeps many runs from asking at the same moments. */
  readonly jitter: number;
}

const jitterShare = 0.02;
/** From here on the unhurried steps are a share of the elapsed time. */
const settled = 34_000;
const longestGap = 15_000;

/**
 * How long after one question the next is to be sent.
 *
 * Without knowledge the gap grows to 2.2 s within 4 s (a 25 s operation takes 12 or 13 questions), then to a share of
 * 7.5 % of the time it took so far, 15 s at most. A known usual duration lets most questions wait until it is near.
 * When all resources are done only the stack itself is left, which takes a second or two.
 */
export function gapAfter(pace: Pace): number {
  const gap = withUsual(pace);
  const hurried = pace.doneFor === undefined ? gap : Math.min(gap, 500 + pace.doneFor / 2);
  return Math.round(hurried * (1 + jitterShare * (pace.elapsed > 5000 ? pace.jitter : 0)));
}

function withUsual(pace: Pace): number {
  const { elapsed, usual } = pace;
  if (usual === undefined || elapsed > usual * 1.15) return unhurried(pace);
  const fine = Math.min(8000, Math.max(900, usual * 0.037));
  const near = usual * 0.88;
  if (elapsed >= near - fine / 2) return fine;
  // Failures come early and are worth showing, so even the waiting part is not silent.
  const coarse = Math.min(30_000, Math.max(firstGaps(elapsed), elapsed * 0.7));
  return Math.min(coarse, near - elapsed);
}

function unhurried({ elapsed, pending }: Pace): number {
  if (elapsed < settled) return firstGaps(elapsed);
  const gap = Math.min(longestGap, elapsed * 0.075);
  return pending ? gap * 2 : gap;
}

function firstGaps(elapsed: number): number {
  return elapsed <= 0 ? 480 : Math.min(2180, 1200 + elapsed * 0.3);
}

/** A number from -1 to 1 that differs from operation to operation and from question to question. */
export function jitterOf(seed: string, question: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}#${question}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return ((hash >>> 0) / 0xffffffff) * 2 - 1;
}
