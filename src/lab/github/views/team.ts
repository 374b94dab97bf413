import type { TeamRole, TeamState } from '../state.ts';
import type { World } from '../world.ts';
import { account } from '../world.ts';
import type { Json } from './account.ts';
import { nodeId, organizationView, userView } from './account.ts';

/** `team` of the published schema, which is `team-simple` as well. */
export function teamView(world: World, team: TeamState): Json {
  const api = addressOf(world, team);
  return {
    id: team.id,
    node_id: nodeId('Team', team.id),
    url: api,
    html_url: `${world.origin()}/orgs/${team.org}/teams/${team.slug}`,
    name: team.name,
    slug: team.slug,
    description: team.description,
    privacy: team.privacy,
    notification_setting: team.notifications,
    permission: team.permission,
    type: 'organization',
    organization_id: account(world, team.org).id,
    members_url: `${api}/members{/member}`,
    repositories_url: `${api}/repos`,
    parent: null,
  };
}

/** `team-full` of the published schema. */
export function fullTeamView(world: World, team: TeamState): Json {
  return {
    ...teamView(world, team),
    members_count: Object.keys(team.members).length,
    repos_count: 0,
    created_at: team.createdAt,
    updated_at: team.updatedAt,
    organization: fullOrganizationView(world, team.org),
  };
}

/** `team-member` of the published schema. */
export function memberView(world: World, [login, role]: readonly [string, TeamRole]): Json {
  return { ...userView(world, login), role, inherited: false };
}

/** `team-membership` of the published schema. */
export function membershipView(world: World, team: TeamState, login: string, role: TeamRole): Json {
  const { login: name } = account(world, login);
  const url = `${addressOf(world, team)}/memberships/${encodeURIComponent(name)}`;
  return { url, role, state: 'active' };
}

function addressOf(world: World, { org, id }: TeamState): string {
  return `${world.origin()}/organizations/${account(world, org).id}/team/${id}`;
}

function fullOrganizationView(world: World, org: string): Json {
  const { login } = account(world, org);
  const owned = Object.values(world.store.state().repositories).filter(
    ({ owner, private: hidden }) => owner.toLowerCase() === login.toLowerCase() && !hidden,
  );
  return {
    ...organizationView(world, login),
    html_url: `${world.origin()}/${login}`,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: owned.length,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: '2011-01-25T18:44:36Z',
    updated_at: '2011-01-25T18:44:36Z',
    archived_at: null,
  };
}
