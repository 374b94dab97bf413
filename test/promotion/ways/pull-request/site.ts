import { instant } from '../../../../src/core/time.ts';
import type { ActOrder } from '../../../../src/promotion/ports.ts';
import { promotionId } from '../../../../src/promotion/records/promotion-id.ts';
import type { Effect, Promotion } from '../../../../src/promotion/records/record.ts';
import type { PullRequestSettings } from '../../../../src/promotion/settings.ts';
import { openPullRequestWay } from '../../../../src/promotion/ways/pull-request/open.ts';
import type { StageWay, WayContext } from '../../../../src/promotion/ways/way.ts';
import { connected } from '../../../github/connected.ts';
import { type Lab, repository } from '../../../lab/github/lab.ts';

export const repo = `/repos/${repository}`;

export const now = instant(Date.parse('2026-11-23T09:00:00Z'));

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
      file: 'envs/production.yaml',
      edit: { kind: 'path', path: 'image.tag', value: '{version}' },
    },
  ],
};

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
  const context = {
    repository,
    serverUrl: lab.github.url,
    environment: 'production',
    commitOf,
  };
  const ports = {
    ...github.pullRequestWay,
    clock: () => now,
    warn: (line: string) => void warnings.push(line),
  };
  return { way: openPullRequestWay({ ...settings, ...change }, context, ports), warnings };
}

/** An order for a version that no test had before. */
export function nextOrder(change: Partial<Promotion> = {}): ActOrder {
  counter += 1;
  return orderFor(`v${counter}`, change);
}

let counter = 100;

/** The order for the first attempt at a version. */
export function orderFor(version: string, change: Partial<Promotion> = {}): ActOrder {
  const generation = change.generation ?? 0;
  const key = { pipeline: 'app', stage: 'production', generation, version };
  const id = promotionId(key);
  const lease = {
    holder: 'me',
    since: '2026-11-23T08:59:00.000Z',
    until: '2026-11-23T09:59:00.000Z',
    effect: `${id}-a1`,
  };
  const promotion: Promotion = {
    id,
    version,
    generation,
    kind: 'forward',
    phase: 'pending',
    createdAt: now,
    reason: 'claimed',
    attempts: [{ number: 1, lease }],
    ...change,
  };
  return { pipeline: 'app', stage: 'production', promotion, attempt: 1, key: lease.effect };
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
