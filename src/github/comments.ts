import type { Comments } from '../preview/ports.ts';
import { explained, isUnknownOutcome } from './api-error.ts';
import type { GitHubClient } from './client.ts';

const write = { act: 'write the comment', permission: 'pull-requests: write' };
const trusted = ['OWNER', 'MEMBER', 'COLLABORATOR'];

interface Found {
  readonly id: number;
  readonly body: string;
}

/**
 * Sticky comments by GitHub's REST API. Of runs that all find none and make one, those that were not first take theirs
 * back: each looks again after it made its own.
 */
export function githubComments(client: GitHubClient): Comments {
  const known = new Map<string, Found>();
  const find = async (pullRequest: number, marker: string) => {
    const key = `${pullRequest} ${marker}`;
    const found = known.get(key) ?? (await findComment(client, pullRequest, marker));
    if (found) known.set(key, found);
    return found;
  };
  const renew = async (found: Found, body: string, key: string) => {
    if (sameText(found.body, body)) return;
    await updateComment(client, found.id, body);
    known.set(key, { ...found, body });
  };
  return {
    async upsert(pullRequest, marker, body) {
      const key = `${pullRequest} ${marker}`;
      await explained(write, async () => {
        const found = await find(pullRequest, marker);
        if (found) return renew(found, body, key);
        const made = await createComment(client, pullRequest, body).catch(async (cause) => {
          const mine = isUnknownOutcome(cause) && (await findComment(client, pullRequest, marker));
          if (mine) return mine;
          throw cause;
        });
        const first = await findComment(client, pullRequest, marker);
        known.set(key, first ?? made);
        if (!first || first.id === made.id) return;
        await deleteComment(client, made.id);
        await renew(first, body, key);
      });
    },
    async update(pullRequest, marker, body) {
      await explained(write, async () => {
        const found = await find(pullRequest, marker);
        if (found) await renew(found, body, `${pullRequest} ${marker}`);
      });
    },
  };
}

/**
 * Looks through all pages for the comment that begins with the marker and was written by a bot or by someone
 * trusted: anybody can type a marker, and ours must not be taken for theirs.
 */
async function findComment(
  { octokit, owner, repo }: GitHubClient,
  pullRequest: number,
  marker: string,
): Promise<Found | undefined> {
  const pages = octokit.paginate.iterator(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { owner, repo, issue_number: pullRequest, per_page: 100 },
  );
  for await (const { data } of pages) {
    const mine = data.find(
      ({ body, user, author_association }) =>
        body?.startsWith(marker) &&
        (user?.type === 'Bot' || trusted.includes(author_association ?? '')),
    );
    if (mine) return { id: Number(mine.id), body: mine.body ?? '' };
  }
  return undefined;
}

/** Not retried by the client: a lost answer would make a second comment. */
async function createComment(
  { octokit, owner, repo }: GitHubClient,
  pullRequest: number,
  body: string,
): Promise<Found> {
  const { data } = await octokit.request(
    'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { owner, repo, issue_number: pullRequest, body, request: { retries: 0 } },
  );
  return { id: Number(data.id), body };
}

async function deleteComment({ octokit, owner, repo }: GitHubClient, id: number) {
  await octokit.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    owner,
    repo,
    comment_id: id,
  });
}

async function updateComment({ octokit, owner, repo }: GitHubClient, id: number, body: string) {
  await octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    owner,
    repo,
    comment_id: id,
    body,
  });
}

function sameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n').trim() === other.replaceAll('\r\n', '\n').trim();
}
