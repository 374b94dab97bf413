import type { Instant } from '../../core/time.ts';
import type { ActOrder } from '../ports.ts';
import type { Effect } from '../records/record.ts';
import type { Relation } from '../versions.ts';
import type { Refs, Tip } from './ref-ports.ts';
import { shortened } from './texts.ts';
import type { StageWay, WayContext } from './way.ts';
import {
  type Acted,
  type Failed,
  failed,
  passing,
  type Refused,
  unknownOutcome,
} from './written.ts';

/** Where a ref is, as seen from the commit it is to point to. */
interface Position {
  readonly ref: string;
  readonly commit: string;
  readonly kind: 'forward' | 'rollback';
  /** `undefined` = there is no such ref. */
  readonly tip: Tip | undefined;
  /** How the commit stands to the tip. */
  readonly relation: Relation;
}

type Step = 'create' | 'forward' | 'force';

/** One order with what carries it out. */
interface Move {
  readonly refs: Refs;
  clock(): Instant;
  locate(): Promise<Position>;
  effectAt(position: Position): Effect;
}

/**
 * A branch or tag is moved to the version's commit.
 *
 * A branch goes forward only, by GitHub's own fast-forward rule, so that of two that move it at once one is refused. One
 * that has the commit already, or is past it, counts as moved; one that has diverged is for a person. A tag goes forward
 * in the same way, and by force where history has branched off (releases of two lines).
 *
 * A rollback moves a branch back by force, and only to a commit of its own history. GitHub's REST API compares nothing
 * then: the tip is read right before, and a commit that somebody pushes to the branch in the moment between is taken off
 * it with the rest (its author finds it in the reflog, and the next promotion does not bring it back). So a branch that
 * this way moves should be moved by nothing else. The same moment is there for a tag that is forced. Protected branches
 * refuse force unless the rules let it through.
 *
 * Each of these moves done twice is done once, so a move whose answer was lost is looked for, and repeated.
 */
export function refWay(
  ref: string,
  refs: Refs,
  context: WayContext,
  clock: () => Instant,
): StageWay {
  const locate = locator(ref, refs, context);
  const effectAt = (position: Position) => effectOf(position, context, clock());
  return {
    find: async (order) => {
      const position = await locate(order);
      return isThere(position) ? effectAt(position) : undefined;
    },
    act: (order) => act({ refs, clock, effectAt, locate: () => locate(order) }),
    look: async (_order, effect) => ({
      state: 'done',
      at: effect.doneAt ?? effect.at,
      evidence: `${effect.reference} was moved`,
    }),
  };
}

/** Commits never change, so that how two of them stand to each other is asked once. */
function locator(ref: string, refs: Refs, { commitOf }: WayContext) {
  const known = new Map<string, Relation>();
  return async ({ promotion: { version, kind } }: ActOrder): Promise<Position> => {
    const commit = commitOf(version);
    const tip = await refs.tip(ref);
    if (!tip) return { ref, commit, kind, tip, relation: 'unknown' };
    if (tip.commit === commit) return { ref, commit, kind, tip, relation: 'same' };
    const pair = `${commit} ${tip.commit}`;
    const relation = known.get(pair) ?? (await refs.relate(commit, tip.commit));
    known.set(pair, relation);
    return { ref, commit, kind, tip, relation };
  };
}

/** Twice at most: a move of which no answer came is looked for, and done again where it is not to be seen. */
async function act(move: Move): Promise<Acted> {
  const { refs, clock, locate, effectAt } = move;
  let lost = '';
  for (let round = 1; round <= 2; round += 1) {
    const before = await locate();
    if (isThere(before)) return { kind: 'acted', effect: effectAt(before) };
    const step = stepFrom(before, clock());
    if (typeof step !== 'string') return step;
    const written = await take(refs, before, step);
    if (written.kind === 'done') return { kind: 'acted', effect: effectAt(before) };
    if (written.kind === 'refused') return afterRefusal(move, written, before);
    lost = written.detail;
  }
  const now = await locate();
  if (isThere(now)) return { kind: 'acted', effect: effectAt(now) };
  throw unknownOutcome(`${now.ref} was moved to ${shortened(now.commit)}`, lost);
}

function isThere({ ref, kind, relation }: Position): boolean {
  return relation === 'same' || (relation === 'older' && kind === 'forward' && isBranch(ref));
}

function isBranch(ref: string): boolean {
  return ref.startsWith('heads/');
}

/** What takes the ref there, or why nothing does. */
function stepFrom({ ref, commit, kind, tip, relation }: Position, now: Instant): Step | Failed {
  if (!tip) return 'create';
  // An annotated tag is no commit, so that GitHub has nothing to go forward from.
  if (relation === 'newer') return tip.annotated ? 'force' : 'forward';
  const [from, to] = [shortened(tip.commit), shortened(commit)];
  if (relation === 'older' && kind === 'rollback') return 'force';
  if (relation === 'older')
    return failed(
      now,
      `\`${ref}\` is at ${from}, which comes after ${to}`,
      `A promotion never takes a tag back: use a rollback, or move \`${ref}\` by hand.`,
    );
  if (!isBranch(ref)) return 'force';
  return failed(
    now,
    `\`${ref}\` is at ${from}, which has diverged from ${to}: it has commits that ${to} has not`,
    kind === 'rollback'
      ? `Going back would take them off for good: move \`${ref}\` by hand.`
      : `Merge \`${ref}\` into the branch that versions come from, or move \`${ref}\` by hand.`,
  );
}

function take(refs: Refs, { ref, commit }: Position, step: Step) {
  return step === 'create' ? refs.create(ref, commit) : refs.move(ref, commit, step === 'force');
}

/** A rival may have been faster: then it is there, or elsewhere than it was, and is worth another look later. */
async function afterRefusal(
  { clock, locate, effectAt }: Move,
  refused: Refused,
  before: Position,
): Promise<Acted> {
  const wait = passing(refused, clock());
  if (wait) return wait;
  if (refused.as !== 'invalid' && refused.as !== 'outrun')
    return forbidden(refused, before, clock());
  const now = await locate();
  if (isThere(now)) return { kind: 'acted', effect: effectAt(now) };
  return refused.as === 'invalid' && now.tip?.commit === before.tip?.commit
    ? guarded(refused, before, clock())
    : failed(clock(), `\`${before.ref}\` was moved by somebody else at the same moment`);
}

function forbidden({ detail }: Refused, { ref, commit }: Position, now: Instant): Failed {
  return failed(
    now,
    `GitHub refused to move \`${ref}\` to ${shortened(commit)}: ${detail}`,
    `Add \`contents: write\` under \`permissions:\` of the job. If files in \`.github/workflows\` differ, \`GITHUB_TOKEN\` may not move it at all: pass a GitHub App token with \`workflows: write\` as \`github-token\`.`,
  );
}

function guarded({ detail }: Refused, { ref, commit, kind }: Position, now: Instant): Failed {
  const forced = kind === 'rollback' ? ' and to force-push to it' : '';
  return failed(
    now,
    `GitHub refused to move \`${ref}\` to ${shortened(commit)}: ${detail}`,
    `Where a rule protects \`${ref}\`, let the app whose token is used bypass it${forced}, or choose \`via: pull-request\`.`,
  );
}

function effectOf({ ref, commit }: Position, context: WayContext, now: Instant): Effect {
  const { serverUrl, repository } = context;
  return {
    kind: 'ref',
    reference: ref,
    url: `${serverUrl}/${repository}/commit/${commit}`,
    at: now,
    doneAt: now,
  };
}
