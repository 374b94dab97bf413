import type { Instant } from '../core/time.ts';
import type { Change, ObservedService, ProgressEvent } from '../targets/target.ts';

/** Where the links of a report lead. */
export interface ReportLinks {
  /** `https://github.com`, or the server of an Enterprise installation. */
  readonly serverUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly runUrl: string;
}

/** What is known of a preview at one moment, for people. Comment and summary render it, each in its way. */
export interface PreviewReport {
  readonly state:
    | 'queued'
    | 'planned'
    | 'deploying'
    | 'ready'
    | 'failed'
    | 'waiting'
    | 'superseded'
    | 'removing'
    | 'removed'
    | 'refused';
  readonly pullRequest: number;
  readonly previewId: string;
  readonly commit: string;
  /** One sentence that names the rule which decided. */
  readonly reason: string;
  readonly services: readonly ObservedService[];
  readonly changes: readonly Change[];
  /** The latest event of each step, oldest first. */
  readonly steps: readonly Step[];
  /** Last lines of the log at fault, oldest first. */
  readonly log: readonly string[];
  /** Where people look further at the target, after a failure. */
  readonly link?: string | undefined;
  readonly expiresAt: Instant | undefined;
}

/** One step of a deploy: what it is, and how far it is. */
export type Step = Extract<ProgressEvent, { kind: 'step' }>;

/** A report in which nothing is known but which preview it is about. */
export function blankReport(about: {
  pullRequest: number;
  previewId: string;
  commit: string;
}): PreviewReport {
  return {
    ...about,
    state: 'queued',
    reason: '',
    services: [],
    changes: [],
    steps: [],
    log: [],
    expiresAt: undefined,
  };
}

/** Adds an event to the steps: a step that goes on replaces its earlier self. */
export function addStep(steps: readonly Step[], event: Step): Step[] {
  const same = (step: Step) => step.service === event.service && step.step === event.step;
  return steps.some(same)
    ? steps.map((step) => (same(step) ? { ...event, at: step.at } : step))
    : [...steps, event];
}
