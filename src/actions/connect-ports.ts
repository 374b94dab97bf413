import { setMaxListeners } from 'node:events';
import type { Duration } from '../core/time.ts';
import type { PreviewPorts } from '../preview/preview-ports.ts';
import { discreetTarget } from './discreet-target.ts';
import { progressLog } from './log-progress.ts';
import { openTarget } from './open-target.ts';
import type { Configured } from './session.ts';

/** What of the ports the inputs decide. */
export interface PortChoices {
  readonly timeout: Duration;
  readonly comment: boolean;
  readonly deployment: boolean;
}

/** The ports of the use cases, connected to GitHub, the target and the runner. Sends nothing. */
export function connectPorts(
  { session, configuration }: Configured,
  { timeout, comment, deployment }: PortChoices,
): PreviewPorts {
  const { github, links, run, now } = session;
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(timeout)]);
  // Every request that is under way listens for it; Node takes more than ten for a leak.
  setMaxListeners(0, signal);
  return {
    pullRequests: github.pullRequests,
    target: discreetTarget(
      openTarget(configuration.preview, session),
      session,
      configuration.preview,
    ),
    audience: {
      comments: comment ? github.comments : undefined,
      deployments: deployment ? github.deployments : undefined,
      links,
    },
    now,
    signal,
    progress: progressLog(run),
  };
}
