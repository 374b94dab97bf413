import { UserError } from '../core/user-error.ts';
import { commentMarker, renderComment } from './comment.ts';
import type { Comments, DeploymentKey, DeploymentStatus, Deployments } from './ports.ts';
import type { PreviewReport, ReportLinks } from './report.ts';

/** Where a use case tells people. Absent = the user switched it off. */
export interface Audience {
  readonly comments: Comments | undefined;
  readonly deployments: Deployments | undefined;
  readonly links: ReportLinks;
}

/**
 * Tells people what happens: the sticky comment and GitHub's deployments. Nothing here fails a deploy: what
 * cannot be told is collected in `warnings`. Calls are kept in order.
 */
export interface Announcer {
  /** Shows the report in the comment; `ifThere` leaves pull requests without our comment alone. */
  comment(report: PreviewReport, options?: { ifThere: boolean }): Promise<void>;
  /** Opens (or adopts) the deployment of the commit; answers its id, `undefined` where that failed. */
  begin(key: DeploymentKey, commit: string, description: string): Promise<number | undefined>;
  report(id: number | undefined, status: Omit<DeploymentStatus, 'logUrl'>): Promise<void>;
  retire(task: string, description: string, except?: number): Promise<void>;
  readonly warnings: readonly string[];
}

/** An announcer for one run. */
export function announcer({ comments, deployments, links }: Audience): Announcer {
  const warnings: string[] = [];
  let tail: Promise<unknown> = Promise.resolve();
  const tell = <Answer>(what: string, act: () => Promise<Answer>): Promise<Answer | undefined> => {
    const told = tail.then(act).catch((cause: unknown) => {
      const warning = `${what} could not be written: ${messageOf(cause)}`;
      if (!warnings.includes(warning)) warnings.push(warning);
      return undefined;
    });
    tail = told;
    return told;
  };
  const withLog = (status: Omit<DeploymentStatus, 'logUrl'>): DeploymentStatus => ({
    ...status,
    logUrl: links.runUrl,
  });
  return {
    warnings,
    async comment(report, options) {
      if (!comments) return;
      const marker = commentMarker(report.pullRequest);
      const body = renderComment(report, links);
      const write = options?.ifThere ? 'update' : 'upsert';
      await tell('the comment', () => comments[write](report.pullRequest, marker, body));
    },
    async begin(key, commit, description) {
      if (!deployments) return undefined;
      const status = withLog({ state: 'in_progress', description });
      return tell('the deployment', () => deployments.begin(key, commit, status));
    },
    async report(id, status) {
      if (!deployments || id === undefined) return;
      await tell('the deployment status', () => deployments.report(id, withLog(status)));
    },
    async retire(task, description, except) {
      if (!deployments) return;
      const status = withLog({ state: 'inactive', description });
      await tell('the old deployments', () => deployments.retire(task, status, except));
    },
  };
}

/** What went wrong, and how to mend it where the user can. */
function messageOf(cause: unknown): string {
  if (cause instanceof UserError) {
    return cause.problems.map(({ message, hint }) => `${message}. ${hint}`).join(' ');
  }
  return cause instanceof Error ? cause.message : String(cause);
}
