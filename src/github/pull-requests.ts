import type { PullRequests } from '../preview/ports.ts';
import { explained, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { hasWriteAccess } from './collaborators.ts';
import { readPullRequest } from './pull-request-shape.ts';

const read = (act: string) => ({ act, permission: 'pull-requests: read' });

/**
 * GitHub promises no read-after-write: what was made a moment ago may be missing, and a push may not show yet.
 * "There is none" and "the head is another one" are believed only when they are said again this many
 * milliseconds later: previews are removed, and pushes passed over, on the strength of it.
 */
const lag = 1_000;

/** Pull requests by GitHub's REST API. */
export function githubPullRequests(client: GitHubClient): PullRequests {
  const { octokit, owner, repo } = client;
  const at = { owner, repo, per_page: 100 };
  return {
    async get(number, expected) {
      return explained(read(`show pull request #${number}`), async () => {
        const ask = () => getOrNothing(client, number);
        const first = await ask();
        const fresh = first && (expected ?? first.data.head.sha) === first.data.head.sha;
        const answer = fresh ? first : await pause(lag).then(ask);
        return answer && readPullRequest(answer.data, `pull request #${number}`);
      });
    },
    async open() {
      const found = await explained(read('list open pull requests'), () =>
        octokit.paginate('GET /repos/{owner}/{repo}/pulls', { ...at, state: 'open' }),
      );
      return found.map((raw) => readPullRequest(raw, `pull request #${raw.number}`));
    },
    async changedPaths(number) {
      const files = await explained(read(`list the files of pull request #${number}`), () =>
        octokit.paginate('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
          ...at,
          pull_number: number,
        }),
      );
      return files.flatMap(({ filename, previous_filename: old }) =>
        old ? [filename, old] : [filename],
      );
    },
    async isApproved(number, commit) {
      const reviews = await explained(read(`list the reviews of pull request #${number}`), () =>
        octokit.paginate('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
          ...at,
          pull_number: number,
        }),
      );
      for (const login of approversOf(reviews, commit)) {
        if (await hasWriteAccess(client, login)) return true;
      }
      return false;
    },
  };
}

interface Review {
  readonly state: string;
  readonly commit_id: string | null;
  readonly user: { readonly login: string } | null;
}

/** Whose last word, in reviews oldest first, is the approval of the commit; a mere comment takes nothing back. */
function approversOf(reviews: readonly Review[], commit: string): string[] {
  const approves = new Map<string, boolean>();
  for (const { user, state, commit_id } of reviews) {
    if (user === null || state === 'COMMENTED' || state === 'PENDING') continue;
    approves.set(user.login, state === 'APPROVED' && commit_id === commit);
  }
  return [...approves].filter(([, approved]) => approved).map(([login]) => login);
}

function getOrNothing({ octokit, owner, repo }: GitHubClient, number: number) {
  const path = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
  return octokit.request(path, { owner, repo, pull_number: number }).catch(undefinedIfAbsent);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
