import type { Relation } from '../promotion/versions.ts';
import type { Refs, Tip } from '../promotion/ways/ref-ports.ts';
import type { Written } from '../promotion/ways/written.ts';
import { explained, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { compareCommits } from './history.ts';
import { sentOnce, written } from './written.ts';

/** Branches and tags by GitHub's git database. A move without force is a compare-and-swap; see `githubLedgerRefs`. */
export function githubRefs(client: GitHubClient): Refs {
  return {
    tip: (ref) => tip(client, ref),
    relate: (commit, to) => relate(client, commit, to),
    create: (ref, commit) => create(client, ref, commit),
    move: (ref, commit, force) => move(client, ref, commit, force),
  };
}

/** Answers may be cached for a minute, which is too old to move anything by. */
async function tip({ octokit, owner, repo }: GitHubClient, ref: string): Promise<Tip | undefined> {
  const purpose = { act: `show ${ref}`, permission: 'contents: read' };
  return explained(purpose, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
        owner,
        repo,
        ref,
        headers: { 'cache-control': 'no-cache' },
      })
      .catch(undefinedIfAbsent);
    if (!answer) return undefined;
    const { type, sha } = answer.data.object;
    if (type !== 'tag') return { commit: sha, annotated: false };
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', {
      owner,
      repo,
      tag_sha: sha,
    });
    return { commit: data.object.sha, annotated: true };
  });
}

async function relate(client: GitHubClient, commit: string, to: string): Promise<Relation> {
  return (await compareCommits(client, to, commit))?.relation ?? 'diverged';
}

async function create(
  { octokit, owner, repo }: GitHubClient,
  ref: string,
  commit: string,
): Promise<Written> {
  return outrun(
    await written(async () => {
      await octokit.request('POST /repos/{owner}/{repo}/git/refs', {
        owner,
        repo,
        ref: `refs/${ref}`,
        sha: commit,
        request: sentOnce(),
      });
      return undefined;
    }),
  );
}

async function move(
  { octokit, owner, repo }: GitHubClient,
  ref: string,
  commit: string,
  force: boolean,
): Promise<Written> {
  return outrun(
    await written(async () => {
      await octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
        owner,
        repo,
        ref,
        sha: commit,
        force,
        request: sentOnce(),
      });
      return undefined;
    }),
  );
}

/** By the beginning of GitHub's words, whose ends have changed over the years. */
function outrun(answer: Written): Written {
  if (answer.kind !== 'refused' || answer.as !== 'invalid') return answer;
  const faster = /not a fast.forward|already exists|does not exist/i.test(answer.detail);
  return faster && !/object does not exist/i.test(answer.detail)
    ? { ...answer, as: 'outrun' }
    : answer;
}
