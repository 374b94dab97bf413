import type { Route } from './route.ts';
import { actionRoutes } from './routes/actions.ts';
import { archiveRoutes } from './routes/archives.ts';
import { branchCommitRoutes } from './routes/branch-commits.ts';
import { branchRoutes } from './routes/branches.ts';
import { checkRoutes } from './routes/checks.ts';
import { commentRoutes } from './routes/comments.ts';
import { commitRoutes } from './routes/commits.ts';
import { contentRoutes } from './routes/contents.ts';
import { deploymentStatusRoutes } from './routes/deployment-statuses.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { environmentRoutes } from './routes/environments.ts';
import { gitObjectRoutes } from './routes/git-objects.ts';
import { issueRoutes } from './routes/issues.ts';
import { labelRoutes } from './routes/labels.ts';
import { mergeRoutes } from './routes/merge.ts';
import { pullFileRoutes } from './routes/pull-files.ts';
import { pullRoutes } from './routes/pulls.ts';
import { refRoutes } from './routes/refs.ts';
import { releaseRoutes } from './routes/releases.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { reviewRequestRoutes } from './routes/review-requests.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { statusRoutes } from './routes/statuses.ts';
import { tagRoutes } from './routes/tags.ts';
import { teamMemberRoutes } from './routes/team-members.ts';
import { teamRoutes } from './routes/teams.ts';
import { userRoutes } from './routes/users.ts';

/** Every endpoint of the API. Earlier ones win, so a fixed path stands before one with a name in it. */
export const apiRoutes: readonly Route[] = [
  ...commentRoutes,
  ...labelRoutes,
  ...issueRoutes,
  ...pullRoutes,
  ...pullFileRoutes,
  ...reviewRoutes,
  ...reviewRequestRoutes,
  ...mergeRoutes,
  ...deploymentStatusRoutes,
  ...deploymentRoutes,
  ...refRoutes,
  ...gitObjectRoutes,
  ...contentRoutes,
  ...branchCommitRoutes,
  ...archiveRoutes,
  ...statusRoutes,
  ...checkRoutes,
  ...commitRoutes,
  ...tagRoutes,
  ...branchRoutes,
  ...actionRoutes,
  ...releaseRoutes,
  ...environmentRoutes,
  ...userRoutes,
  ...teamMemberRoutes,
  ...teamRoutes,
  ...repositoryRoutes,
];
