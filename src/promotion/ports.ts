import type { Instant } from '../core/time.ts';
import type { PromotionFacts } from './facts.ts';
import type { Effect, PipelineRecord, Promotion } from './records/record.ts';
import type { Act } from './transitions/record-act.ts';

/** The record of one pipeline, moved by compare-and-swap. */
export interface PipelineRecords {
  /** What this run can know without a write; another may have moved it since. */
  read(): Promise<PipelineRecord>;
  /** Moves it to what `next` makes of it; asked again whenever a rival was faster. `undefined` = leave it. */
  change(next: (before: PipelineRecord, now: Instant) => NextRecord | undefined): Promise<Changed>;
}

/** What a record is to become, and one sentence for the audit log. */
export interface NextRecord {
  readonly record: PipelineRecord;
  readonly why: string;
}

/** How a change ended. After `contended` nothing was recorded; after `unknown` it may be so, or be so later. */
export type Changed =
  | { readonly kind: 'recorded' | 'unchanged' | 'contended'; readonly record: PipelineRecord }
  | { readonly kind: 'unknown'; readonly detail: string };

/** What facts are gathered from; the record and the clock are added by the use case. */
export type Observed = Omit<PromotionFacts, 'pipeline' | 'record' | 'now' | 'asked'>;

/** The world as far as decisions go by it. */
export interface Observer {
  /** Throws nothing for a stage that cannot be seen: that is unknown. `record` says which effects are to be looked at. */
  observe(record: PipelineRecord): Promise<Observed>;
}

/** One attempt that is to be carried out. */
export interface ActOrder {
  readonly pipeline: string;
  readonly stage: string;
  /** `id` is the key of branches and markers. */
  readonly promotion: Promotion;
  readonly attempt: number;
  /** The key of this attempt: that of runs, which a further attempt starts anew. */
  readonly key: string;
}

/** A way to act, of one stage. */
export interface Way {
  /**
   * The effect of this attempt, if there is one: whoever made it. Looks through all pages, and throws when it cannot
   * see them all: nothing is done on the strength of an unknown.
   */
  find(order: ActOrder): Promise<Effect | undefined>;
  /**
   * Makes the effect. Throws when it is not known whether it did: the next run looks for it. Must not be under way for
   * longer than `clockMargin`, so that nothing of it lands after another run was let in and looked; a way whose effect
   * cannot be made twice (a branch, a ref, a release) is safe even then.
   */
  act(order: ActOrder): Promise<Exclude<Act, { kind: 'nothing' }>>;
}
