import { type Instant, instant, parseInstant } from '../core/time.ts';
import type { Comments } from '../preview/ports.ts';
import type {
  Merges,
  PromotionPulls,
  Pull,
  PullRequestWorld,
  ShownPull,
  Trimmings,
} from '../promotion/ways/pull-request/ports.ts';
import { explained, undefinedIfAbsent } from './api-error.ts';
import { githubBranches } from './branches.ts';
import type { GitHubClient } from './client.ts';
import { githubComparisons, githubGitObjects } from './git-objects.ts';
import { allPages, hasNext, pageSize } from './pages.ts';
import { sentOnce, written } from './written.ts';

/** Also of what only reads: whoever asks opens one next, and would be told of one permission after the other. */
const needs = (act: string) => ({ act, permission: 'pull-requests: write' });

/** GitHub works out in the background whether a pull request merges, and says so a moment after it was asked. */
const patience = { times: 2, pause: 1_000 };

/** All that promotions by pull request need of GitHub. */
export function githubPullRequestWorld(client: GitHubClient, comments: Comments): PullRequestWorld {
  return {
    pulls: githubPromotionPulls(client, comments),
    trimmings: githubTrimmings(client),
    branches: githubBranches(client),
    objects: githubGitObjects(client),
    comparisons: githubComparisons(client),
  };
}

function githubPromotionPulls(client: GitHubClient, comments: Comments): PromotionPulls {
  const { octokit, owner, repo } = client;
  const at = { owner, repo };
  return {
    ofBranch: (branch, base) =>
      explained(needs(`list the pull requests from ${branch}`), () => list(client, branch, base)),
    show: (number) => explained(needs(`show pull request #${number}`), () => show(client, number)),
    open: ({ branch, ...rest }) =>
      written(async () => {
        const { data } = await octokit.request('POST /repos/{owner}/{repo}/pulls', {
          ...at,
          ...rest,
          head: branch,
          request: sentOnce(),
        });
        return pullFrom(data);
      }),
    merge: (number, head, method) =>
      written(async () => {
        const path = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge';
        const merging = { ...at, pull_number: number, sha: head, merge_method: method };
        const { data } = await octokit.request(path, { ...merging, request: sentOnce() });
        return data.sha;
      }),
    async close(number, marker, comment) {
      await comments.upsert(number, marker, comment);
      await explained(needs(`close pull request #${number}`), () =>
        octokit.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
          ...at,
          pull_number: number,
          state: 'closed',
        }),
      );
    },
  };
}

/** Each may be sent twice: what is there already stays as it is. */
function githubTrimmings({ octokit, owner, repo }: GitHubClient): Trimmings {
  const teamForm = /^team:(?:.*\/)?/;
  return {
    label: (number, labels) =>
      written(async () => {
        await octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/labels', {
          owner,
          repo,
          issue_number: number,
          labels: [...labels],
        });
        return undefined;
      }),
    askFor: (number, reviewers) =>
      written(async () => {
        const path = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers';
        const teams = reviewers.filter((each) => teamForm.test(each));
        await octokit.request(path, {
          owner,
          repo,
          pull_number: number,
          reviewers: reviewers.filter((each) => !teamForm.test(each)),
          team_reviewers: teams.map((each) => each.replace(teamForm, '')),
        });
        return undefined;
      }),
  };
}

/** `head` of the request names an owner and a branch, which a fork of the same owner may have too. */
async function list({ octokit, owner, repo }: GitHubClient, branch: string, base: string) {
  const { items } = await allPages(async (page) => {
    const answer = await octokit.request('GET /repos/{owner}/{repo}/pulls', {
      owner,
      repo,
      state: 'all',
      head: `${owner}:${branch}`,
      base,
      per_page: pageSize,
      page,
      headers: { 'cache-control': 'no-cache' },
    });
    const own = answer.data.filter(
      ({ head }) => head.ref === branch && isOf(head.repo?.full_name, owner, repo),
    );
    return { items: own.map(pullFrom), more: hasNext(answer) };
  });
  return items;
}

async function show(client: GitHubClient, number: number): Promise<ShownPull | undefined> {
  let found = await shownOnce(client, number);
  for (let asked = 0; asked < patience.times && isUnsettled(found); asked += 1) {
    await new Promise((resolve) => setTimeout(resolve, patience.pause));
    found = await shownOnce(client, number);
  }
  if (found?.state !== 'closed') return found;
  const endedBy = await closedBy(client, number);
  return { ...found, ...(endedBy !== undefined && { endedBy }) };
}

function isUnsettled(pull: ShownPull | undefined): boolean {
  return pull?.state === 'open' && pull.merges === 'unknown';
}

async function shownOnce({ octokit, owner, repo }: GitHubClient, number: number) {
  const answer = await octokit
    .request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { owner, repo, pull_number: number })
    .catch(undefinedIfAbsent);
  return answer && shownFrom(answer.data, owner, repo);
}

/** Only the issue says who closed it; that it is closed does not hang on it. */
async function closedBy({ octokit, owner, repo }: GitHubClient, number: number) {
  const issue = { owner, repo, issue_number: number };
  const answer = await octokit
    .request('GET /repos/{owner}/{repo}/issues/{issue_number}', issue)
    .catch(() => undefined);
  return answer?.data.closed_by?.login;
}

interface RawPull {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly created_at: string;
  readonly merged_at: string | null;
  readonly labels: readonly { readonly name: string }[];
  readonly requested_reviewers?: readonly { readonly login: string }[] | null;
  readonly requested_teams?: readonly { readonly slug: string }[] | null;
}

interface RawShown extends RawPull {
  readonly user: { readonly login: string } | null;
  readonly draft?: boolean;
  readonly head: {
    readonly ref: string;
    readonly sha: string;
    readonly repo: { readonly full_name: string } | null;
  };
  readonly base: { readonly ref: string };
  readonly mergeable: boolean | null;
  readonly mergeable_state: string;
  readonly closed_at: string | null;
  readonly merged_by: { readonly login: string } | null;
  readonly merge_commit_sha: string | null;
}

function pullFrom(raw: RawPull): Pull {
  const teams = raw.requested_teams ?? [];
  const people = raw.requested_reviewers ?? [];
  return {
    number: raw.number,
    url: raw.html_url,
    state: raw.merged_at !== null ? 'merged' : raw.state === 'open' ? 'open' : 'closed',
    createdAt: momentOf(raw.created_at),
    ...(raw.merged_at !== null && { mergedAt: momentOf(raw.merged_at) }),
    labels: raw.labels.map(({ name }) => name),
    asked: [...people.map(({ login }) => login), ...teams.map(({ slug }) => `team:${slug}`)],
  };
}

function shownFrom(raw: RawShown, owner: string, repo: string): ShownPull {
  const { head, merged_by: by, closed_at: closed, merge_commit_sha: merge } = raw;
  const pull = pullFrom(raw);
  return {
    ...pull,
    author: raw.user?.login ?? 'ghost',
    draft: raw.draft ?? false,
    head: head.sha,
    branch: isOf(head.repo?.full_name, owner, repo) ? head.ref : undefined,
    base: raw.base.ref,
    merges: raw.mergeable === false ? 'dirty' : mergesBy(raw.mergeable_state),
    ...(closed !== null && { closedAt: momentOf(closed) }),
    ...(by !== null && { endedBy: by.login }),
    // Of an open one it is that of a trial.
    ...(pull.state === 'merged' && merge !== null && { mergeCommit: merge }),
  };
}

function mergesBy(state: string): Merges {
  switch (state) {
    case 'unstable':
    case 'blocked':
    case 'behind':
    case 'dirty':
    case 'draft':
      return state;
    case 'clean':
    case 'has_hooks':
      return 'clean';
    default:
      return 'unknown';
  }
}

function isOf(name: string | undefined, owner: string, repo: string): boolean {
  return name?.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}

function momentOf(text: string): Instant {
  return parseInstant(text) ?? instant(0);
}
