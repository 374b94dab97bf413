import { notFound } from './api-error.ts';
import { timestamp } from './clock.ts';
import type { TeamRole, TeamState } from './state.ts';
import type { World } from './world.ts';
import { account } from './world.ts';

/** The slug of a name: `My TEam Näme` is `my-team-name` (docs.github.com/rest/teams, get a team by name). */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** A team, or `undefined`; neither name differs by case. */
export function findTeam(world: World, org: string, slug: string): TeamState | undefined {
  return world.store.state().teams[keyOf(org, slug)];
}

/** As `findTeam`, but throws GitHub's 404. */
export function teamOf(world: World, org: string, slug: string): TeamState {
  const team = findTeam(world, org, slug);
  if (!team) throw notFound();
  return team;
}

/** The teams of an organisation, by slug. */
export function teamsOf(world: World, org: string): readonly TeamState[] {
  return Object.entries(world.store.state().teams)
    .filter(([key]) => key.startsWith(keyOf(org, '')))
    .map(([, team]) => team)
    .sort((a, b) => (a.slug < b.slug ? -1 : 1));
}

/** A team with nobody in it, as `POST /orgs/{org}/teams` makes it of a name alone. Not in the state yet. */
export function newTeam(world: World, org: string, name: string): TeamState {
  const now = timestamp(world.clock);
  return {
    id: world.store.nextId(),
    org,
    name,
    slug: slugOf(name),
    description: null,
    privacy: 'secret',
    notifications: 'notifications_enabled',
    permission: 'pull',
    members: {},
    createdAt: now,
    updatedAt: now,
  };
}

/** Puts a team into the state, in the place of `before` where it had another name. */
export function putTeam(world: World, team: TeamState, before: TeamState = team): void {
  removeTeam(world, before);
  world.store.change((s) => ({ ...s, teams: { ...s.teams, [keyOf(team.org, team.slug)]: team } }));
}

/** Takes a team out of the state. */
export function removeTeam(world: World, { org, slug }: TeamState): void {
  world.store.change((s) => {
    const { [keyOf(org, slug)]: _, ...teams } = s.teams;
    return { ...s, teams };
  });
}

/** The members of a team with these in it as well, in this role; accounts that are new are made. */
export function withMembers(
  world: World,
  members: TeamState['members'],
  logins: readonly string[],
  role: TeamRole,
): TeamState['members'] {
  const added = logins.map((login) => [account(world, login).login.toLowerCase(), role] as const);
  return { ...members, ...Object.fromEntries(added) };
}

function keyOf(org: string, slug: string): string {
  return `${org}/${slug}`.toLowerCase();
}
