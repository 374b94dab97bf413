import { UserError } from '../../../core/user-error.ts';
import type { ActOrder } from '../../ports.ts';
import type { PullRequestSettings } from '../../settings.ts';
import type { WayContext } from '../way.ts';
import type { PullRequestPorts } from './ports.ts';

/** All that one promotion by pull request is made from. */
export interface Work {
  readonly order: ActOrder;
  readonly settings: PullRequestSettings;
  readonly context: WayContext;
  readonly ports: PullRequestPorts;
  /** The head: one per stage, generation and version. */
  readonly branch: string;
}

/** The branch of a promotion. */
export function branchOf({ promotion }: ActOrder): string {
  return `understudy/${promotion.id}`;
}

/** Hidden in the body, so that it is known whose it is wherever the text goes. Nothing is decided by it. */
export function markerOf({ promotion }: ActOrder): string {
  return `<!-- understudy:promotion:${promotion.id} -->`;
}

/** Throws a `UserError` for every file that no token of a workflow may change, or that is no path in a repository. */
export function checkFiles({ edits }: PullRequestSettings): void {
  const problems = [...new Set(edits.map(({ file }) => file))].flatMap((file) => {
    const problem = problemOf(file);
    return problem ? [problem] : [];
  });
  if (problems.length > 0) throw UserError.all(problems);
}

function problemOf(file: string) {
  const parts = file.split('/');
  if (file === '' || parts.some((part) => part === '' || part === '.' || part === '..'))
    return {
      message: `\`edits\`: ${JSON.stringify(file)} is no path in the repository`,
      hint: 'Write it from the root of the repository, as `envs/production.yaml`.',
    };
  if (!/^\.github\/workflows\//i.test(file)) return undefined;
  return {
    message: `\`edits\`: ${file} is a workflow, which no \`GITHUB_TOKEN\` may change`,
    hint: 'Keep the version in a file outside `.github/workflows`, and have the workflow read it.',
  };
}
