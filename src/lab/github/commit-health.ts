import type { RepositoryState } from './state.ts';

/** Whether a status or check of a commit is anything but passed: what makes a pull request `unstable`. */
export function hasUnpassed({ statuses, checkRuns }: RepositoryState, sha: string): boolean {
  const newestStatuses = new Map(
    statuses.filter((status) => status.sha === sha).map(({ context, state }) => [context, state]),
  );
  const newestRuns = new Map(
    checkRuns
      .filter(({ headSha }) => headSha === sha)
      .map(({ name, conclusion }) => [name, conclusion ?? 'pending']),
  );
  const fine = ['success', 'neutral', 'skipped'];
  return [...newestStatuses.values(), ...newestRuns.values()].some((one) => !fine.includes(one));
}
