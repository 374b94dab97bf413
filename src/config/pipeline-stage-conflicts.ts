import { parseDuration } from '../core/time.ts';
import { conflictCheck } from './conflicts.ts';
import { oneOf } from './pipeline-choice.ts';

const sources = ['branch', 'tags', 'releases', 'deployments'];

/** Versions from nowhere, or from two places; a branch may stand beside deployments, to order them. */
export function versionConflicts(checked: Parameters<ReturnType<typeof oneOf>>[0]): void {
  const { value } = checked.dataset;
  const isOrdered = typeof value === 'object' && value !== null && 'deployments' in value;
  const keys = isOrdered ? sources.filter((key) => key !== 'branch') : sources;
  oneOf(keys, 'where versions come from', 'versions: { branch: main }')(checked);
}

/** A first wait that is longer than the longest. */
export const retryConflicts = conflictCheck<{ delay: string; longest: string }>(
  ['delay', 'longest'],
  ({ delay, longest }) =>
    (parseDuration(delay) ?? 0) > (parseDuration(longest) ?? 0)
      ? [
          {
            path: ['longest'],
            wrong: `${longest} is shorter than the first wait, ${delay}`,
            next: `Write longest: ${delay} or more.`,
          },
        ]
      : [],
);
