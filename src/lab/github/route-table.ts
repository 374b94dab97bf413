import type { Route } from './route.ts';
import { commentRoutes } from './routes/comments.ts';
import { deploymentStatusRoutes } from './routes/deployment-statuses.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { issueRoutes } from './routes/issues.ts';
import { labelRoutes } from './routes/labels.ts';
import { pullRoutes } from './routes/pulls.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { userRoutes } from './routes/users.ts';

/** Every endpoint of the API. Earlier ones win, so a fixed path stands before one with a name in it. */
export const apiRoutes: readonly Route[] = [
  ...commentRoutes,
  ...labelRoutes,
  ...issueRoutes,
  ...pullRoutes,
  ...deploymentStatusRoutes,
  ...deploymentRoutes,
  ...userRoutes,
  ...repositoryRoutes,
];
