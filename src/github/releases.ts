import type { Release, Releases } from '../promotion/ways/release-ports.ts';
import type { Written } from '../promotion/ways/written.ts';
import { explained, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { allPages, hasNext, pageSize } from './pages.ts';
import { sentOnce, written } from './written.ts';

const reading = { act: 'list the releases', permission: 'contents: read' };

/** Releases by GitHub's REST API. Drafts are shown to tokens with `contents: write` only. */
export function githubReleases(client: GitHubClient): Releases {
  return {
    ofTag: (tag) => ofTag(client, tag),
    latest: () => latest(client),
    release: (id, isLatest) => release(client, id, isLatest),
  };
}

/** Drafts have no tag to be asked by, so that they are looked for in the list when nothing is published. */
async function ofTag(client: GitHubClient, tag: string): Promise<Release | undefined> {
  const { octokit, owner, repo } = client;
  return explained(reading, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/releases/tags/{tag}', {
        owner,
        repo,
        tag,
        headers: { 'cache-control': 'no-cache' },
      })
      .catch(undefinedIfAbsent);
    return answer ? releaseOf(answer.data) : (await all(client)).find((each) => each.tag === tag);
  });
}

async function all({ octokit, owner, repo }: GitHubClient): Promise<readonly Release[]> {
  const { items } = await allPages(async (page) => {
    const answer = await octokit.request('GET /repos/{owner}/{repo}/releases', {
      owner,
      repo,
      per_page: pageSize,
      ...(page > 1 && { page }),
    });
    return { items: answer.data.map(releaseOf), more: hasNext(answer) };
  });
  return items;
}

async function latest({ octokit, owner, repo }: GitHubClient): Promise<string | undefined> {
  return explained(reading, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/releases/latest', {
        owner,
        repo,
        headers: { 'cache-control': 'no-cache' },
      })
      .catch(undefinedIfAbsent);
    return answer?.data.tag_name;
  });
}

async function release(
  { octokit, owner, repo }: GitHubClient,
  id: number,
  isLatest: boolean,
): Promise<Written> {
  return written(async () => {
    await octokit.request('PATCH /repos/{owner}/{repo}/releases/{release_id}', {
      owner,
      repo,
      release_id: id,
      prerelease: false,
      make_latest: isLatest ? 'true' : 'false',
      request: sentOnce(),
    });
    return undefined;
  });
}

interface ListedRelease {
  readonly id: number | bigint;
  readonly tag_name: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly html_url: string;
}

function releaseOf({ id, tag_name, draft, prerelease, html_url }: ListedRelease): Release {
  return { id: Number(id), tag: tag_name, draft, prerelease, url: html_url };
}
