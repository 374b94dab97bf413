import type { Instant } from '../core/time.ts';
import type { ProgressEvent } from '../targets/target.ts';
import type { Announcer } from './announcer.ts';
import { addStep, type PreviewReport } from './report.ts';

/** The comment is renewed no more often than this while a deploy goes on: each time costs a request. */
const renewEvery = 15_000;

/** Turns the events of one deploy into a growing report. */
export interface ProgressReporter {
  readonly progress: (event: ProgressEvent) => void;
  /** The report with all steps, once the comments under way are written. */
  end(): Promise<PreviewReport>;
}

/** A reporter that passes every event on and renews the comment from time to time. */
export function progressReporter(
  start: PreviewReport,
  announce: Announcer,
  ports: { now: () => Instant; progress: (event: ProgressEvent) => void },
): ProgressReporter {
  let report = start;
  let renewed = ports.now();
  let writing: Promise<unknown> = Promise.resolve();
  let ended = false;
  return {
    progress(event) {
      ports.progress(event);
      if (event.kind !== 'step' || ended) return;
      report = { ...report, steps: addStep(report.steps, event) };
      if (ports.now() - renewed < renewEvery) return;
      renewed = ports.now();
      writing = announce.comment(report);
    },
    async end() {
      ended = true;
      await writing;
      return report;
    },
  };
}
