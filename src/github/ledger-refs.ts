import { RequestError } from '@octokit/request-error';
import { toIso } from '../core/time.ts';
import { UserError } from '../core/user-error.ts';
import {
  ledgerMail,
  type NewCommit,
  type RefStore,
  recordFile,
  type Swap,
} from '../ledger/ref-store.ts';
import { explained, isUnknownOutcome } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { allPages, hasNext, pageSize } from './pages.ts';
import { readRepositoryFile } from './repository-files.ts';

const permission = 'contents: write';

/**
 * The ledger on GitHub's git database. `PATCH` of a ref with `force: false` is a compare-and-swap, because each
 * commit is a child of the tip that was read: a rival's is no ancestor of it, so that GitHub answers 422 "Update
 * is not a fast forward" to one of the two.
 */
export function githubLedgerRefs(client: GitHubClient): RefStore {
  return {
    tips: (prefix) => tips(client, prefix),
    record: (commit) => readRepositoryFile(client, recordFile, commit),
    write: (commit) => write(client, commit),
    swap: (ref, before, after) => swap(client, ref, before, after),
    history: (commit, limit) => history(client, commit, limit),
  };
}

/**
 * `matching-refs` lists what starts like the name, in any namespace. Answers may be cached for a minute.
 */
async function tips(
  { octokit, owner, repo }: GitHubClient,
  prefix: string,
): Promise<Map<string, string>> {
  const purpose = { act: 'list the refs of the ledger', permission: 'contents: read' };
  const { items } = await allPages(async (page) => {
    const answer = await explained(purpose, () =>
      octokit
        .request('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', {
          owner,
          repo,
          ref: prefix.replace(/^refs\//, ''),
          per_page: pageSize,
          ...(page > 1 && { page }),
          headers: { 'cache-control': 'no-cache' },
        })
        .catch(refuseEmptyRepository),
    );
    return { items: answer.data, more: hasNext(answer) };
  });
  return new Map(items.map(({ ref, object }) => [ref, object.sha]));
}

/** Two requests: a tree takes the text of its files. Times are given, so that a repeat makes the same commit. */
async function write(client: GitHubClient, commit: NewCommit): Promise<string> {
  const { octokit, owner, repo } = client;
  const person = { name: commit.by, email: ledgerMail, date: toIso(commit.at) };
  const file = { path: recordFile, mode: '100644', type: 'blob', content: commit.record } as const;
  return explained({ act: 'write to the ledger', permission }, async () => {
    const tree = await octokit
      .request('POST /repos/{owner}/{repo}/git/trees', { owner, repo, tree: [file] })
      .catch(refuseEmptyRepository);
    const { data } = await octokit.request('POST /repos/{owner}/{repo}/git/commits', {
      owner,
      repo,
      message: commit.message,
      tree: tree.data.sha,
      parents: commit.parent ? [commit.parent] : [],
      author: person,
      committer: person,
    });
    return data.sha;
  });
}

/** Not retried by the client: what a lost answer means is found out by whoever reads the chain. */
async function swap(
  client: GitHubClient,
  ref: string,
  before: string | undefined,
  after: string,
): Promise<Swap> {
  try {
    const moved = await explained({ act: `move ${ref}`, permission }, () =>
      before === undefined ? create(client, ref, after) : update(client, ref, after),
    );
    return moved === after
      ? { kind: 'moved' }
      : { kind: 'unknown', detail: `GitHub says that ${ref} is at ${moved}` };
  } catch (cause) {
    return answerFor(cause);
  }
}

async function create({ octokit, owner, repo }: GitHubClient, ref: string, sha: string) {
  const { data } = await octokit.request('POST /repos/{owner}/{repo}/git/refs', {
    owner,
    repo,
    ref,
    sha,
    request: { retries: 0 },
  });
  return data.object.sha;
}

async function update({ octokit, owner, repo }: GitHubClient, ref: string, sha: string) {
  const { data } = await octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
    owner,
    repo,
    ref: ref.replace(/^refs\//, ''),
    sha,
    force: false,
    request: { retries: 0 },
  });
  return data.object.sha;
}

/**
 * By status, not by text, which has changed over the years. A 403 that is neither the permission (`write` would
 * have met it) nor a rate limit passes: it counts as a refusal, and the swap is tried again.
 */
function answerFor(cause: unknown): Swap {
  const original = cause instanceof UserError ? cause.cause : cause;
  if (!(original instanceof RequestError)) throw cause;
  const detail = `${original.message.split(' - http')[0]} (${original.status})`;
  if (isUnknownOutcome(original)) return { kind: 'unknown', detail };
  const limited = /rate limit/i.test(original.message);
  const known = [403, 409, 422].includes(original.status) && !limited;
  if (known) return { kind: 'refused', detail };
  throw cause;
}

async function history({ octokit, owner, repo }: GitHubClient, commit: string, limit: number) {
  const purpose = { act: 'list the history of the ledger', permission: 'contents: read' };
  return explained(purpose, async () => {
    const pages = octokit.paginate.iterator('GET /repos/{owner}/{repo}/commits', {
      owner,
      repo,
      sha: commit,
      per_page: Math.min(pageSize, limit),
    });
    const all: { commit: string; message: string; author: string }[] = [];
    for await (const { data } of pages) {
      for (const one of data) {
        const { message, author } = one.commit;
        all.push({ commit: one.sha, message, author: author?.name ?? '' });
      }
      if (all.length >= limit) break;
    }
    return all.slice(0, limit);
  });
}

/** GitHub has no git database before the first commit. */
function refuseEmptyRepository(cause: unknown): never {
  if (!(cause instanceof RequestError) || cause.status !== 409) throw cause;
  throw new UserError(
    'GitHub keeps no ledger in an empty repository (409)',
    'Push a first commit, then run again.',
    { cause },
  );
}
