import { ApiError } from './api-error.ts';
import { optionalTexts } from './body.ts';
import { git, tryGit } from './git.ts';
import { identity, mergedTree } from './pull-facts.ts';
import { mergeCommit } from './pulls.ts';
import { moveRefs } from './pushes.ts';
import type { Context } from './route.ts';
import type { RepositoryState } from './state.ts';
import { fullName } from './state.ts';
import { gitDirectory } from './world.ts';

/** A status context or check that keeps a deployment from being created. */
export interface UnmetContext {
  readonly context: string;
  readonly state: string;
}

/** The contexts a deployment waits for: those asked, or all that the commit has; `[]` asks for none. */
export function unmetContexts(context: Context, sha: string): UnmetContext[] {
  const states = contextStates(context.repository, sha);
  const wanted = optionalTexts(context, 'required_contexts') ?? [...states.keys()];
  return wanted
    .map((name) => ({ context: name, state: states.get(name) ?? 'pending' }))
    .filter(({ state }) => state !== 'success');
}

/** The newest state of each status context and check run of a commit. */
function contextStates(repository: RepositoryState, sha: string): Map<string, string> {
  const statuses = repository.statuses
    .filter((status) => status.sha === sha)
    .map(({ context, state }) => [context, state] as const);
  const checks = repository.checkRuns
    .filter(({ headSha }) => headSha === sha)
    .map(({ name, conclusion }) => [name, stateOfCheck(conclusion)] as const);
  return new Map([...statuses, ...checks]);
}

function stateOfCheck(conclusion: string | null): string {
  if (conclusion === null) return 'pending';
  return ['success', 'neutral', 'skipped'].includes(conclusion) ? 'success' : 'failure';
}

/**
 * Merges the default branch into a branch that lacks some of it, as `auto_merge` does; the answer is
 * GitHub's text, `undefined` when there is nothing to merge. Throws 409 on a conflict.
 */
export async function autoMerge(context: Context, ref: string): Promise<string | undefined> {
  const { world, repository, token } = context;
  const { defaultBranch } = repository;
  const head = repository.refs[`refs/heads/${ref}`];
  const base = repository.refs[`refs/heads/${defaultBranch}`];
  if (!head || !base || ref === defaultBranch) return undefined;
  const directory = gitDirectory(world, repository);
  if ((await tryGit(directory, ['merge-base', '--is-ancestor', base, head])) !== undefined) {
    return undefined;
  }
  const tree = await mergedTree(directory, head, base);
  if (!tree) throw new ApiError(409, `Conflict merging ${defaultBranch} into ${ref}.`);
  const message = `Merge branch '${defaultBranch}' into ${ref}`;
  const env = identity(token.login, `${token.login}@users.noreply.github.com`, world.clock.now());
  const merge = { method: 'merge', message, tree, env } as const;
  const commit = await mergeCommit(directory, head, base, merge);
  await moveRefs(world, fullName(repository), token, () =>
    git(directory, ['update-ref', `refs/heads/${ref}`, commit, head]),
  );
  return `Auto-merged ${defaultBranch} into ${ref} on deployment.`;
}
