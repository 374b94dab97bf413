import type { ListedPreview } from '../protocol.ts';
import type { Notice } from './pages.ts';

/** Which preview and service a notice is about. */
export interface Subject {
  readonly previewId: string;
  readonly pullRequest: number;
  readonly service: string;
}

/** No preview has this host. */
export function unknownHost(host: string): Notice {
  return {
    status: 404,
    title: 'No preview here',
    text: [
      `Nothing runs at ${host || 'this address'}.`,
      'Its pull request may be closed, the preview may have expired, or it was never deployed.',
    ],
  };
}

/** The first release of a preview is on its way. */
export function deploying(subject: Subject, step: string): Notice {
  return {
    status: 503,
    title: `Preview ${subject.previewId} is being deployed`,
    text: [`Pull request #${subject.pullRequest}, service ${subject.service}. Now: ${step}.`],
    retryAfter: 2,
  };
}

/** Asleep until a moment ago, or started again after a crash. */
export function wakingUp(subject: Subject): Notice {
  return {
    status: 503,
    title: `Preview ${subject.previewId} is waking up`,
    text: [`Pull request #${subject.pullRequest}, service ${subject.service}, is starting.`],
    retryAfter: 3,
  };
}

/** It does not run, and why. */
export function failed(subject: Subject, reason: string, log: readonly string[]): Notice {
  return {
    status: 502,
    title: `Preview ${subject.previewId} does not run`,
    text: [`Pull request #${subject.pullRequest}, service ${subject.service}: ${reason}.`],
    log,
  };
}

/** All previews, for a gateway that has nothing else to show. */
export function overview(previews: readonly ListedPreview[]): Notice {
  return {
    status: 200,
    title: 'Previews on this machine',
    text: previews.length === 0 ? ['None yet.'] : [],
    links: previews.flatMap(({ repository, pullRequest, services }) =>
      services.map(({ url, state }) => {
        return { url, text: url, note: `${repository} #${pullRequest}: ${state}` };
      }),
    ),
  };
}
