import { RequestError } from '@octokit/request-error';
import type { PeopleReader } from '../promotion/observe/ports.ts';
import type { Permission } from '../promotion/permissions.ts';
import { explained, isNotFound, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';

/** Each includes those before it. */
const permissions: readonly (readonly [string, Permission])[] = [
  ['admin', 'admin'],
  ['maintain', 'maintain'],
  ['push', 'write'],
  ['triage', 'triage'],
  ['pull', 'read'],
];

/** What people may do, and their teams, by GitHub's REST API. */
export function githubPeople(client: GitHubClient): PeopleReader {
  return {
    permission: (login) => permissionOf(client, login),
    isMember: (team, login) => isMember(client, team, login),
  };
}

/** By what the role allows, as it may have a name of its own. */
async function permissionOf(
  { octokit, owner, repo }: GitHubClient,
  login: string,
): Promise<Permission> {
  const purpose = { act: `tell the permission of ${login}`, permission: 'metadata: read' };
  return explained(purpose, async () => {
    const path = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
    const answer = await octokit
      .request(path, { owner, repo, username: login })
      .catch(undefinedIfAbsent);
    if (!answer || answer.data.permission === 'none') return 'none';
    const allowed: Readonly<Record<string, unknown>> = answer.data.user?.permissions ?? {};
    const known = permissions.find(([name]) => allowed[name] === true)?.[1];
    if (known) return known;
    const { permission } = answer.data;
    return permission === 'admin' || permission === 'write' ? permission : 'read';
  });
}

/** The token of a run may not list the members of an organisation: 403 is no answer. */
async function isMember(
  { octokit, owner }: GitHubClient,
  team: string,
  login: string,
): Promise<boolean | undefined> {
  const purpose = { act: `tell whether ${login} is in ${team}`, permission: 'members: read' };
  return explained(purpose, async () => {
    const path = 'GET /orgs/{org}/teams/{team_slug}/memberships/{username}';
    try {
      const asked = { org: owner, team_slug: team, username: login };
      return (await octokit.request(path, asked)).data.state === 'active';
    } catch (cause) {
      if (isNotFound(cause)) return false;
      if (cause instanceof RequestError && cause.status === 403) return undefined;
      throw cause;
    }
  });
}
