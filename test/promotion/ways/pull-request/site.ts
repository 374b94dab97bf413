import { instant } from '../../../../src/core/time.ts';
import type { ActOrder } from '../../../../src/promotion/ports.ts';
import type { Effect } from '../../../../src/promotion/records/record.ts';
import type { PullRequestSettings } from '../../../../src/promotion/settings.ts';
import { openPullRequestWay } from '../../../../src/promotion/ways/pull-request/open.ts';
import type { StageWay, WayContext } from '../../../../src/promotion/ways/way.ts';
import { connected, tokenWith } from '../../../github/connected.ts';
import { type Lab, repository, startLab } from '../../../lab/github/lab.ts';
import { attemptAt, contextOf, type Wanted } from '../attempt.ts';

export const repo = `/repos/${repository}`;

export const now = instant(Date.parse('2026-11-23T09:00:00Z'));

export const productionFile = 'envs/production.yaml';

/** What an environment's file looks like, with all that an edit must not touch. */
export const production =
  '\uFEFF# Production\r\nimage:\r\n  tag: "v1"   # the version\r\nother: &a [1, 2]\r\n';

export const settings: PullRequestSettings = {
  via: 'pull-request',
  base: 'main',
  labels: [],
  reviewers: [],
  draft: false,
  edits: [
    {
      file: productionFile,
      edit: { kind: 'path', path: 'image.tag', value: '{version}' },
    },
  ],
};

/** A repository whose main has the file of production. */
export interface Repository {
  readonly lab: Lab;
  /** A token with the permissions that the documentation asks for. */
  readonly token: string;
  /** An order for a version that no test had before. */
  nextOrder(): ActOrder;
}

/** Starts a stand-in with the repository. */
export async function startRepository(): Promise<Repository> {
  const lab = await startLab();
  push(lab, { [productionFile]: production });
  const token = await tokenWith(lab, { contents: 'write', pull_requests: 'write' });
  let versions = 100;
  const nextOrder = () => {
    versions += 1;
    return orderFor(`v${versions}`);
  };
  return { lab, token, nextOrder };
}

/** A way over the stand-in with what it said on the way. */
export interface Site {
  readonly way: StageWay;
  readonly warnings: string[];
}

/** A way that starts anew, as every run does. */
export function open(
  lab: Lab,
  change: Partial<PullRequestSettings> = {},
  token?: string,
  commitOf: WayContext['commitOf'] = () => lab.git('rev-parse', 'main'),
): Site {
  const { github } = connected(lab, token);
  const warnings: string[] = [];
  const context = { ...contextOf(), serverUrl: lab.github.url, commitOf };
  const ports = {
    ...github.pullRequestWay,
    clock: () => now,
    warn: (line: string) => void warnings.push(line),
  };
  return { way: openPullRequestWay({ ...settings, ...change }, context, ports), warnings };
}

/** The order for the first attempt at a version. */
export function orderFor(version: string, more: Partial<Wanted> = {}): ActOrder {
  return attemptAt({ version, createdAt: now, ...more });
}

/** The branch of an order. */
export function branchOf({ promotion }: ActOrder): string {
  return `understudy/${promotion.id}`;
}

/** Acts, and answers the effect; fails where it did nothing. */
export async function acted({ way }: Site, order: ActOrder): Promise<Effect> {
  const act = await way.act(order);
  if (act.kind !== 'acted') throw new Error(`it did not act: ${act.evidence}`);
  return act.effect;
}

/** Puts the file of production, and others, on main; answers the commit. */
export function push(lab: Lab, files: Readonly<Record<string, string>>, message?: string): string {
  lab.git('fetch', '--quiet', 'origin');
  lab.git('checkout', '--quiet', '-B', 'main', 'origin/main');
  const commit = lab.commit(files, message);
  lab.git('push', '--quiet', 'origin', 'main');
  return commit;
}

/** A person's push to the branch of an order; answers the commit. */
export function pushTo(lab: Lab, order: ActOrder, files: Readonly<Record<string, string>>): string {
  lab.git('fetch', '--quiet', 'origin');
  lab.git('checkout', '--quiet', '-B', 'mine', `origin/${branchOf(order)}`);
  const commit = lab.commit(files, 'Mine');
  lab.git('push', '--quiet', 'origin', `mine:${branchOf(order)}`);
  return commit;
}

/** A pull request as a list has it. */
export interface Listed {
  readonly number: number;
  readonly state: string;
  readonly title: string;
  readonly body: string;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly labels: readonly { readonly name: string }[];
  readonly requested_reviewers: readonly { readonly login: string }[];
  readonly merged_at: string | null;
}

/** All pull requests from the branch of an order. Not checked: GitHub's labels have no description, its schema says they do. */
export async function pullsOf(lab: Lab, order: ActOrder): Promise<Listed[]> {
  const query = `state=all&head=acme:${branchOf(order)}`;
  const headers = { authorization: `Bearer ${lab.github.token}` };
  const answer = await fetch(`${lab.github.url}${repo}/pulls?${query}`, { headers });
  return (await answer.json()) as Listed[];
}

/** The bytes of a file on a branch of the stand-in. */
export function fileOn(lab: Lab, branch: string, path: string): string {
  lab.git('fetch', '--quiet', 'origin');
  return lab.git('show', `origin/${branch}:${path}`);
}
