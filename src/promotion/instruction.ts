import { after, type Duration, type Instant } from '../core/time.ts';

/** What a run of promote-environment, or a comment, asks for. */
export type Instruction =
  | { readonly mode: 'advance'; readonly stage?: string; readonly version?: string }
  | {
      readonly mode: 'report';
      readonly promotion: string;
      /** Where it was to; a report of another one is refused. */
      readonly stage?: string;
      /** Of what; the start of a commit will do. */
      readonly version?: string;
      /** Absent = the attempt of the run that reports, else the latest. */
      readonly attempt?: number;
      readonly result: ReportedResult;
      /** Text or address. */
      readonly evidence: string;
    }
  | Command;

/** What only people with permission may ask for. */
export type Command =
  | { readonly mode: 'approve'; readonly stage: string; readonly version: string }
  /** Without a stage it is about the whole pipeline. */
  | { readonly mode: 'hold'; readonly stage?: string; readonly until?: Until }
  /** With a version, that version may enter the stage once more. */
  | { readonly mode: 'release'; readonly stage?: string; readonly version?: string }
  | { readonly mode: 'rollback'; readonly stage: string; readonly version?: string }
  | { readonly mode: 'abort'; readonly stage: string; readonly promotion?: string }
  | {
      readonly mode: 'override';
      readonly stage: string;
      readonly version: string;
      readonly gates: readonly string[];
      readonly until?: Until;
    };

/** How a deployment went, in the words of `job.status` and `needs.<job>.result`. */
export type ReportedResult = (typeof reportedResults)[number];

/** All of them. */
export const reportedResults = ['success', 'failure', 'cancelled', 'skipped'] as const;

/** What can be asked for, in the order in which people are told of it. */
export const modes = [
  'advance',
  'report',
  'approve',
  'hold',
  'release',
  'rollback',
  'abort',
  'override',
] as const;

/** Of what an observer is told that it was asked for; see `PromotionFacts`. */
export type AskedFor = { readonly stage?: string; readonly version?: string } | undefined;

/** The end of a hold or an emergency: a moment, or so long from now. */
export type Until = { readonly at: Instant } | { readonly in: Duration };

/** The moment that is meant. */
export function momentOf(until: Until, now: Instant): Instant {
  return 'at' in until ? until.at : after(now, until.in);
}
