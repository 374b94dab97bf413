import type { RepositoryState } from '../state.ts';
import type { World } from '../world.ts';
import { account } from '../world.ts';

/** What a view answers: a JSON object in GitHub's words. */
export type Json = Record<string, unknown>;

/** GitHub's opaque id of an object. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

/** `simple-user` of the published schema. */
export function userView(world: World, login: string): Json {
  const { id, login: name, type } = account(world, login);
  const api = `${world.origin()}/users/${encodeURIComponent(name)}`;
  return {
    login: name,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${world.origin()}/avatars/${id}`,
    gravatar_id: '',
    url: api,
    html_url: `${world.origin()}/${encodeURIComponent(name)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** `public-user`: what `GET /users/{login}` answers. */
export function profileView(world: World, login: string): Json {
  const nothing = ['company', 'blog', 'location', 'email', 'hireable', 'bio', 'twitter_username'];
  return {
    ...userView(world, login),
    name: null,
    ...Object.fromEntries(nothing.map((key) => [key, null])),
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2011-01-25T18:44:36Z',
    updated_at: '2011-01-25T18:44:36Z',
  };
}

/** The `organization` of an event, for repositories that belong to one. */
export function organizationView(world: World, login: string): Json {
  const { id } = account(world, login);
  const api = `${world.origin()}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${world.origin()}/avatars/${id}`,
    description: '',
  };
}

/** How GitHub describes a person's bond to a repository; coarse, as there. */
export function association(world: World, repository: RepositoryState, login: string): string {
  if (login.toLowerCase() === repository.owner.toLowerCase()) return 'OWNER';
  if (!repository.collaborators[login.toLowerCase()]) return 'NONE';
  return account(world, repository.owner).type === 'Organization' ? 'MEMBER' : 'COLLABORATOR';
}
