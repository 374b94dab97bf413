import { RequestError } from '@octokit/request-error';
import { instant, parseInstant } from '../core/time.ts';
import type {
  Comparison,
  HistoryReader,
  Listed,
  ListedCommit,
  ListedRelease,
  ListedTag,
} from '../promotion/observe/ports.ts';
import type { Relation } from '../promotion/versions.ts';
import { explained, isNotFound, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { allPages, hasNext, pageSize } from './pages.ts';

const permission = 'contents: read';
/** Tags come in the order of their names, so that all are needed; releases newest first. */
const tagPages = 10;
const releasePages = 3;
/** Comparisons list as many commits. */
const comparedPages = 3;

/** The history of the repository by GitHub's REST API. */
export function githubHistory(client: GitHubClient): HistoryReader {
  return {
    commits: (from, page) => commits(client, from, page),
    tags: () => allPages((page) => tags(client, page), tagPages),
    releases: () => allPages((page) => releases(client, page), releasePages),
    compare: (base, head) => compareCommits(client, base, head),
    authorsBetween: (base, head) => authorsBetween(client, base, head),
  };
}

/** The commit that `heads/production` or `tags/live` stands for; `undefined` = there is none. */
export async function tipOf(
  { octokit, owner, repo }: GitHubClient,
  ref: string,
): Promise<string | undefined> {
  return explained({ act: `show the commit of ${ref}`, permission }, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/commits/{ref}', {
        owner,
        repo,
        ref,
        mediaType: { format: 'sha' },
        headers: { 'cache-control': 'no-cache' },
      })
      .catch((cause) => {
        if (isNotFound(cause) || isStatus(cause, 422)) return undefined;
        throw cause;
      });
    return answer && String(answer.data).trim();
  });
}

async function commits(
  { octokit, owner, repo }: GitHubClient,
  from: string | undefined,
  page: number,
): Promise<Listed<ListedCommit>> {
  const act = `list the commits of ${from ?? 'the default branch'}`;
  return explained({ act, permission }, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/commits', {
        owner,
        repo,
        ...(from !== undefined && { sha: from }),
        per_page: pageSize,
        ...(page > 1 && { page }),
        headers: { 'cache-control': 'no-cache' },
      })
      .catch((cause) => {
        if (isStatus(cause, 409) && /empty/i.test(cause.message)) return undefined;
        throw cause;
      });
    if (!answer) return { items: [], more: false };
    return { items: answer.data.map(toCommit), more: hasNext(answer) };
  });
}

async function tags(
  { octokit, owner, repo }: GitHubClient,
  page: number,
): Promise<Listed<ListedTag>> {
  return explained({ act: 'list the tags', permission }, async () => {
    const path = 'GET /repos/{owner}/{repo}/tags';
    const answer = await octokit.request(path, { owner, repo, per_page: pageSize, page });
    const items = answer.data.map(({ name, commit }) => ({ tag: name, sha: commit.sha }));
    return { items, more: hasNext(answer) };
  });
}

async function releases(
  { octokit, owner, repo }: GitHubClient,
  page: number,
): Promise<Listed<ListedRelease>> {
  return explained({ act: 'list the releases', permission }, async () => {
    const path = 'GET /repos/{owner}/{repo}/releases';
    const answer = await octokit.request(path, { owner, repo, per_page: pageSize, page });
    const items = answer.data.map(({ tag_name, published_at, created_at, draft, prerelease }) => ({
      tag: tag_name,
      at: parseInstant(published_at ?? created_at) ?? instant(0),
      draft,
      prerelease,
    }));
    return { items, more: hasNext(answer) };
  });
}

/**
 * How the head stands to the base; `undefined` = one of them is not there, or they have no commit in common. Asks for the
 * second page of one commit each, as the first carries all the files that differ, with their patches.
 */
export async function compareCommits(
  { octokit, owner, repo }: GitHubClient,
  base: string,
  head: string,
): Promise<Comparison | undefined> {
  return explained({ act: `compare ${base} with ${head}`, permission }, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/compare/{basehead}', {
        owner,
        repo,
        basehead: `${base}...${head}`,
        per_page: 1,
        page: 2,
      })
      .catch(undefinedIfAbsent);
    if (!answer) return undefined;
    const { status, ahead_by, base_commit } = answer.data;
    const relation = relations[status];
    if (!relation) throw new Error(`GitHub says that ${head} is ${status} of ${base}`);
    return { relation, ahead: ahead_by, base: toCommit(base_commit) };
  });
}

/** GitHub's words, which name the head's side, in ours. */
const relations: Readonly<Record<string, Relation>> = {
  identical: 'same',
  ahead: 'newer',
  behind: 'older',
  diverged: 'diverged',
};

async function authorsBetween(
  { octokit, owner, repo }: GitHubClient,
  base: string,
  head: string,
): Promise<readonly string[] | undefined> {
  let total = 0;
  const { items } = await explained({ act: `compare ${base} with ${head}`, permission }, () =>
    allPages(async (page) => {
      const answer = await octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
        owner,
        repo,
        basehead: `${base}...${head}`,
        per_page: pageSize,
        page,
      });
      total = answer.data.total_commits;
      return { items: answer.data.commits.map(toCommit), more: hasNext(answer) };
    }, comparedPages),
  );
  const isWhole = items.length === total && items.every(({ authors }) => authors !== undefined);
  return isWhole ? [...new Set(items.flatMap(({ authors = [] }) => authors))] : undefined;
}

/** What of GitHub's commit is read here. */
interface RawCommit {
  readonly sha: string;
  readonly parents: readonly { readonly sha: string }[];
  readonly author: object | null;
  readonly committer?: object | null;
  readonly commit: {
    readonly message: string;
    readonly committer: { readonly date?: string } | null;
    readonly author: { readonly date?: string } | null;
    readonly verification?: { readonly verified: boolean };
  };
}

function toCommit(raw: RawCommit): ListedCommit {
  const { committer, author, message } = raw.commit;
  return {
    sha: raw.sha,
    parents: raw.parents.map(({ sha }) => sha),
    at: parseInstant(committer?.date ?? author?.date ?? '') ?? instant(0),
    authors: authorsOf(raw),
    ...(ofPromotion.test(message) && { promotes: true }),
  };
}

/**
 * Of a commit that GitHub itself made, and signed, the author is GitHub's word. The merge of a pull request holds nobody's
 * work but that of its branch: whoever pressed the button wrote none of it. A merge in the browser that resolves conflicts
 * may hold anything. Of a commit with anybody else's signature the signer is GitHub's word, and the author that of the
 * signer, so that both count; of one without, author and co-authors are as git has them, which nobody vouches for.
 */
function authorsOf({ parents, author, committer, commit }: RawCommit): ListedCommit['authors'] {
  const isSigned = commit.verification?.verified === true;
  const signer = isSigned ? loginOf(committer) : undefined;
  const byGitHub = signer === 'web-flow';
  if (byGitHub && parents.length > 1 && ofPull.test(commit.message)) return [];
  const hands = [loginOf(author), ...(isSigned && !byGitHub ? [signer] : [])];
  const others = coAuthors(commit.message);
  if (!others || hands.includes(undefined)) return undefined;
  return [...new Set([...hands.filter((login) => login !== undefined), ...others])];
}

/** The first line that GitHub gives the merge of a pull request, by either of its settings for it. */
const ofPull = /^(?:Merge pull request #\d+ |[^\n]* \(#\d+\)\s*(?:\n|$))/;

function loginOf(account: object | null | undefined): string | undefined {
  return account && 'login' in account ? String(account.login) : undefined;
}

/** The trailer of our commit, which a squash keeps, or the mark of its pull request where a squash takes its text. */
const ofPromotion = /^\s*Understudy-Promotion: \S|<!-- understudy:promotion:\S+ -->/m;

/**
 * Logins of the `Co-authored-by` of a squashed commit, told by GitHub's own addresses; `undefined` where there is one
 * with another address, which may be anyone's.
 */
function coAuthors(message: string): readonly string[] | undefined {
  const addresses = [...message.matchAll(/^co-authored-by:.*<([^<>]*)>\s*$/gim)].map(
    ([, address = '']) => address,
  );
  const logins = addresses.map(
    (address) => /^(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com$/i.exec(address)?.[1],
  );
  return logins.includes(undefined) ? undefined : logins.filter((login) => login !== undefined);
}

function isStatus(cause: unknown, status: number): cause is RequestError {
  return cause instanceof RequestError && cause.status === status;
}
