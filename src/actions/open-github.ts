import { UserError } from '../core/user-error.ts';
import type { GitHub } from '../github/connect.ts';
import type { RunContext } from '../runner/environment.ts';
import type { ActionRun } from '../runner/run-action.ts';

/** Loads octokit only now, and connects. Throws a `UserError` without a token. */
export async function openGitHub(
  { environment, debug, warn }: ActionRun,
  { apiUrl, repository }: RunContext,
  token: string,
): Promise<GitHub> {
  if (token === '') {
    throw new UserError(
      'input github-token is empty',
      'Leave it out to use the run’s own token, or pass a token with the permissions of the README.',
    );
  }
  const { connectGitHub } = await import(/* webpackIgnore: true */ '../github/connect.ts');
  return connectGitHub({ apiUrl, repository, token, environment, debug, warn });
}
