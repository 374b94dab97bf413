import { type Instant, instant } from '../../src/core/time.ts';
import type { PreviewPorts } from '../../src/preview/preview-ports.ts';
import type { ProgressEvent } from '../../src/targets/target.ts';
import { pullRequest, repository } from '../builders/pull-request.ts';
import { type InMemoryComments, inMemoryComments } from './in-memory-comments.ts';
import { type InMemoryDeployments, inMemoryDeployments } from './in-memory-deployments.ts';
import { type InMemoryPullRequests, inMemoryPullRequests } from './in-memory-pull-requests.ts';
import { type InMemoryTarget, inMemoryTarget } from './in-memory-target.ts';
import { type Killer, killer } from './killer.ts';

/** All that a use case can reach, kept in memory. */
export interface World {
  readonly pullRequests: InMemoryPullRequests;
  readonly target: InMemoryTarget;
  readonly comments: InMemoryComments;
  readonly deployments: InMemoryDeployments;
  readonly progress: ProgressEvent[];
}

/** The tests' clock. */
export const noon: Instant = instant(Date.parse('2026-11-21T12:00:00Z'));

/** A world with pull request 7 and nothing else, unless told otherwise. */
export function world(parts: Partial<World> = {}): World {
  return {
    pullRequests: inMemoryPullRequests(pullRequest()),
    target: inMemoryTarget(),
    comments: inMemoryComments(),
    deployments: inMemoryDeployments(),
    progress: [],
    ...parts,
  };
}

/** Ports of one run in that world. */
export function portsOf(
  { pullRequests, target, comments, deployments, progress }: World,
  overrides: Partial<PreviewPorts> = {},
  watcher: Killer = killer(),
): PreviewPorts {
  return {
    pullRequests: watcher.wrap('pullRequests', pullRequests.port),
    target: watcher.wrap('target', target.port, target.halves),
    audience: {
      comments: watcher.wrap('comments', comments.port),
      deployments: watcher.wrap('deployments', deployments.port, deployments.halves),
      links: {
        serverUrl: 'https://github.com',
        repository,
        runUrl: 'https://github.com/acme/shop/actions/runs/1',
      },
    },
    now: () => noon,
    signal: new AbortController().signal,
    progress: (event) => progress.push(event),
    ...overrides,
  };
}

/** What a person finds when all is quiet; equal for two runs that converge. */
export function quiet({ target, comments, deployments }: World) {
  return {
    previews: [...target.previews.values()].sort((a, b) => (a.previewId < b.previewId ? -1 : 1)),
    comments: comments.kept,
    deployments: deployments.kept.map(({ statuses, ...rest }) => ({
      ...rest,
      latest: statuses.at(-1),
    })),
  };
}
