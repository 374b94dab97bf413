import { reaches } from '../access.ts';
import { ApiError } from '../api-error.ts';
import { isObject, optionalObject, requiredText } from '../body.ts';
import { readCommits } from '../commits.ts';
import { tryGit } from '../git.ts';
import { isGranted } from '../permissions.ts';
import { moveRefs } from '../pushes.ts';
import type { Answer, Context, Route } from '../route.ts';
import type { RepositoryState } from '../state.ts';
import { fullName } from '../state.ts';
import { nodeId } from '../views/account.ts';
import { introducesWorkflows } from '../workflow-rule.ts';
import { gitDirectory } from '../world.ts';

/**
 * GraphQL, of which the stand-in knows one mutation: `updateRefs(input: $input) { clientMutationId }`, the compare-and-swap
 * of several refs at once. By GitHub's published schema; with which words a stale `beforeOid` is refused is not in it.
 */
export const graphqlRoutes: readonly Route[] = [
  { method: 'POST', path: '/graphql', handle: graphql },
  { method: 'POST', path: '/api/graphql', handle: graphql },
];

const mutation =
  /^\s*mutation\b[^{]*\{\s*updateRefs\s*\(\s*input:\s*\$(\w+)\s*\)\s*\{\s*clientMutationId\s*\}\s*\}\s*$/;
const zeros = '0'.repeat(40);
const objectForm = /^[0-9a-f]{40}$/;

interface RefUpdate {
  readonly name: string;
  readonly after: string;
  readonly before: string | undefined;
  readonly force: boolean;
}

async function graphql(context: Context): Promise<Answer> {
  const [, variable = ''] = mutation.exec(requiredText(context, 'query')) ?? [];
  const input = optionalObject(context, 'variables')?.[variable];
  if (!isObject(input)) return failure(undefined, 'The stand-in knows updateRefs alone');
  const { repositories } = context.world.store.state();
  const repository = Object.values(repositories).find(
    ({ id }) => nodeId('Repository', id) === input.repositoryId,
  );
  if (!repository)
    return failure(
      'NOT_FOUND',
      `Could not resolve to a node with the global id of '${input.repositoryId}'.`,
    );
  const { token } = context;
  if (!reaches(token, repository) || !isGranted(token, { contents: 'write' }))
    return failure('FORBIDDEN', 'Resource not accessible by integration');
  const updates = updatesIn(input.refUpdates);
  return moveRefs(context.world, fullName(repository), token, () =>
    updateRefs(context, repository, updates),
  );
}

function updatesIn(list: unknown): RefUpdate[] {
  if (!Array.isArray(list)) throw new ApiError(400, 'refUpdates is no list');
  return list.filter(isObject).map(({ name, afterOid, beforeOid, force }) => {
    const ids = [afterOid, beforeOid ?? zeros];
    if (typeof name !== 'string' || !ids.every((id) => objectForm.test(String(id))))
      throw new ApiError(400, 'a RefUpdate has name and afterOid');
    const before = typeof beforeOid === 'string' ? beforeOid : undefined;
    return { name, after: String(afterOid), before, force: force === true };
  });
}

/** All of them or none. */
async function updateRefs(
  context: Context,
  repository: RepositoryState,
  updates: readonly RefUpdate[],
): Promise<Answer> {
  const directory = gitDirectory(context.world, repository);
  for (const update of updates) {
    const refusal = await refusalOf(context, repository, update);
    if (refusal) return failure('UNPROCESSABLE', `${refusal}: ${update.name}`);
  }
  const input = updates.map((update) => `${lineFor(update)}\n`).join('');
  const done = await tryGit(directory, ['update-ref', '--no-deref', '--stdin'], { input });
  if (done === undefined) return failure('UNPROCESSABLE', 'Reference update failed');
  return { status: 200, body: { data: { updateRefs: { clientMutationId: null } } } };
}

/** A command of `git update-ref --stdin`; zeros stand for a ref that is not there. */
function lineFor({ name, after, before }: RefUpdate): string {
  const old = before === undefined ? '' : ` ${before}`;
  if (after === zeros) return `delete ${name}${old}`;
  return `update ${name} ${after}${old}`;
}

async function refusalOf(
  { world, token }: Context,
  repository: RepositoryState,
  { name, after, before, force }: RefUpdate,
): Promise<string | undefined> {
  const directory = gitDirectory(world, repository);
  if (!/^refs\/[^/\s]+\/\S+$/.test(name) || /^refs\/(pull|__gh__)\//.test(name))
    return 'Reference cannot be updated';
  if (after === zeros)
    return name === `refs/heads/${repository.defaultBranch}`
      ? 'Reference cannot be deleted'
      : undefined;
  if ((await readCommits(directory, [after])).length === 0) return 'Object does not exist';
  const installed = token.kind === 'installation' && !isGranted(token, { workflows: 'write' });
  if (installed && (await introducesWorkflows(directory, after)))
    return 'refusing to allow a GitHub App to create or update workflow';
  if (force || before === undefined || before === zeros) return undefined;
  const forward = await tryGit(directory, ['merge-base', '--is-ancestor', before, after]);
  return forward === undefined ? 'Update is not a fast forward' : undefined;
}

/** GraphQL's failures have status 200. */
function failure(type: string | undefined, message: string): Answer {
  const error = { ...(type && { type }), path: ['updateRefs'], message };
  return { status: 200, body: { data: { updateRefs: null }, errors: [error] } };
}
