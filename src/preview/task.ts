/** What tells the deployments of one pull request's preview apart from all others of the environment. */
export function deploymentTask(pullRequest: number): string {
  return `understudy:preview:${pullRequest}`;
}
