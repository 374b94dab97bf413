import type { Relation } from '../versions.ts';
import type { Written } from './written.ts';

/** Branches and tags of the repository. Names are `heads/production` and `tags/live`, commits full ids. */
export interface Refs {
  /** `undefined` = there is no such ref. */
  tip(ref: string): Promise<Tip | undefined>;
  /** How one commit stands to another by history; `diverged` also where they have none in common. Never `unknown`. */
  relate(commit: string, to: string): Promise<Relation>;
  /** Refused as `outrun` when it is there already. */
  create(ref: string, commit: string): Promise<Written>;
  /**
   * Moves what is there. Without `force` only to a commit whose history has the tip, which makes it a compare-and-swap:
   * any other move is refused as `outrun`.
   */
  move(ref: string, commit: string, force: boolean): Promise<Written>;
}

/** Where a ref points to. */
export interface Tip {
  /** Through an annotated tag, if it points to one. */
  readonly commit: string;
  readonly annotated: boolean;
}
