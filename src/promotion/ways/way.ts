import type { EffectState } from '../facts.ts';
import type { ActOrder, Way } from '../ports.ts';
import type { Effect } from '../records/record.ts';

/** A way to act with all that follows the act. */
export interface StageWay extends Way {
  /** What became of the effect of an attempt; `unknown` where that cannot be seen. Changes nothing. */
  look(order: ActOrder, effect: Effect): Promise<EffectState>;
  /**
   * Moves on what is under way, while all gates are open: merges what may be merged. Answers in one sentence what it did,
   * or what keeps it; `undefined` = there was nothing to be done. Absent = there never is.
   */
  proceed?(order: ActOrder, effect: Effect): Promise<string | undefined>;
  /**
   * Clears away what a promotion that has ended left behind (an open pull request with its branch, a run), and says
   * `why` there. Doing it twice changes nothing. Absent = it leaves nothing.
   */
  tidy?(order: ActOrder, effect: Effect, why: string): Promise<void>;
}

/** What texts of a way and links are made from. */
export interface WayContext {
  /** `owner/name`. */
  readonly repository: string;
  /** `https://github.com`, without a slash at the end. */
  readonly serverUrl: string;
  /** GitHub's environment of the stage. */
  readonly environment: string;
  /** Commit of a version, for versions that are tags. Throws when it is not known. */
  commitOf(version: string): string;
}
