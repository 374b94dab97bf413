import { once } from '../core/once.ts';
import type { Branches, Tip } from '../promotion/ways/pull-request/ports.ts';
import { oneLine, type Written } from '../promotion/ways/written.ts';
import { explained } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { sentOnce, written } from './written.ts';

const read = (act: string) => ({ act, permission: 'contents: read' });
const absent = '0'.repeat(40);

/** Branches by GitHub's REST API, and where a value must be compared by its GraphQL. */
export function githubBranches(client: GitHubClient): Branches {
  const repositoryId = once(() => askRepositoryId(client));
  return {
    tip: (branch) => tipOf(client, branch),
    create: (branch, commit) => create(client, branch, commit),
    move: async (branch, before, after) => {
      const answer = await swap(client, await repositoryId(), branch, before, after);
      return answer.kind === 'done' ? answer : afterDoubt(client, answer, branch, before, after);
    },
  };
}

/** Answers may be cached for a minute unless it is said otherwise. */
async function tipOf(
  { octokit, owner, repo }: GitHubClient,
  branch: string,
): Promise<Tip | undefined> {
  return explained(read(`show branch ${branch}`), async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/branches/{branch}', {
        owner,
        repo,
        branch,
        headers: { 'cache-control': 'no-cache' },
      })
      .catch((cause) => {
        // A repository that may not be seen is "Not Found".
        if (cause?.status === 404 && /^branch not found/i.test(cause.message)) return undefined;
        throw cause;
      });
    if (!answer) return undefined;
    const { sha, commit } = answer.data.commit;
    return { commit: sha, tree: commit.tree.sha };
  });
}

/** Sent once. Whether it came about, or a rival was faster, is seen by where the branch is, not by texts that change. */
async function create(client: GitHubClient, branch: string, commit: string): Promise<Written> {
  const { octokit, owner, repo } = client;
  const ref = `refs/heads/${branch}`;
  const answer = await written(async () => {
    await octokit.request('POST /repos/{owner}/{repo}/git/refs', {
      owner,
      repo,
      ref,
      sha: commit,
      request: sentOnce(),
    });
    return undefined;
  });
  if (answer.kind === 'done' || (answer.kind === 'refused' && answer.as === 'forbidden'))
    return answer;
  const tip = await tipOf(client, branch);
  if (tip?.commit === commit) return { kind: 'done', value: undefined };
  return tip && answer.kind === 'refused' ? { ...answer, as: 'outrun' } : answer;
}

const mutation =
  'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';

/**
 * `updateRefs` compares the old value, which no REST endpoint does for a forced move or a deletion
 * (docs.github.com/en/graphql/reference/mutations#updaterefs; Enterprise Server from 3.16).
 */
async function swap(
  { octokit }: GitHubClient,
  repositoryId: string,
  branch: string,
  before: string,
  after: string | undefined,
): Promise<Written> {
  const update = {
    name: `refs/heads/${branch}`,
    beforeOid: before,
    afterOid: after ?? absent,
    force: after !== undefined,
  };
  const input = { repositoryId, refUpdates: [update] };
  return written(async () => {
    await octokit.graphql(mutation, { input, request: sentOnce() });
    return undefined;
  }).catch(answerOfGraphql);
}

/** GraphQL refuses, and fails, with status 200; octokit makes an error of it by this name. */
function answerOfGraphql(cause: unknown): Exclude<Written, { kind: 'done' }> {
  if (!(cause instanceof Error) || cause.name !== 'GraphqlResponseError') throw cause;
  const { errors = [] } = cause as { readonly errors?: readonly GraphqlError[] };
  const forbidden = errors.some(({ type }) => /FORBIDDEN|INSUFFICIENT_SCOPES/.test(type ?? ''));
  const detail = oneLine(errors[0]?.message ?? cause.message);
  if (/^Something went wrong while executing your query/.test(detail)) {
    return { kind: 'unknown', detail };
  }
  if (errors.some(({ type }) => type === 'RATE_LIMITED')) {
    return { kind: 'refused', as: 'limited', detail };
  }
  return { kind: 'refused', as: forbidden ? 'forbidden' : 'invalid', detail };
}

interface GraphqlError {
  readonly type?: string;
  readonly message?: string;
}

/** What an answer that is no success means is seen by where the branch is. */
async function afterDoubt(
  client: GitHubClient,
  answer: Exclude<Written, { kind: 'done' }>,
  branch: string,
  before: string,
  after: string | undefined,
): Promise<Written> {
  const tip = await tipOf(client, branch);
  if (tip?.commit === after) return { kind: 'done', value: undefined };
  if (tip?.commit === before) return answer;
  return { kind: 'refused', as: 'outrun', detail: `${branch} was moved by somebody else` };
}

async function askRepositoryId({ octokit, owner, repo }: GitHubClient): Promise<string> {
  const purpose = { act: 'show the repository', permission: 'metadata: read' };
  const { data } = await explained(purpose, () =>
    octokit.request('GET /repos/{owner}/{repo}', { owner, repo }),
  );
  return data.node_id;
}
