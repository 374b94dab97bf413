import { anonymous } from '../access.ts';
import { ApiError, notFound, validationFailed } from '../api-error.ts';
import { optionalText } from '../body.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import type { Account, TeamRole, TeamState } from '../state.ts';
import { putTeam, teamOf, withMembers } from '../teams.ts';
import { membershipView, memberView } from '../views/team.ts';

const team = '/orgs/{org}/teams/{slug}';
const membership = `${team}/memberships/{login}`;

/** Who is in a team. */
export const teamMemberRoutes: readonly Route[] = [
  { method: 'GET', path: `${team}/members`, permission: { members: 'read' }, handle: list },
  { method: 'GET', path: membership, permission: { members: 'read' }, handle: show },
  { method: 'PUT', path: membership, permission: { members: 'write' }, handle: put },
  { method: 'DELETE', path: membership, permission: { members: 'write' }, handle: remove },
];

/** The organisation in the path. Throws 401 without a token, 404 for one that is none or not the token's. */
export function demandOrganization({ world, params, token }: Context): Account {
  if (token === anonymous) throw new ApiError(401, 'Requires authentication');
  const org = (params.org ?? '').toLowerCase();
  const known = world.store.state().accounts[org];
  if (known?.type !== 'Organization') throw notFound();
  const [owner = org] = token.repository?.toLowerCase().split('/') ?? [];
  if (owner !== org) throw notFound();
  return known;
}

/** The team in the path. Throws as `demandOrganization`, and 404 for a team that is not there. */
export function namedTeam(context: Context): TeamState {
  return teamOf(context.world, demandOrganization(context).login, context.params.slug ?? '');
}

function list(context: Context): Answer {
  const wanted = context.query.get('role') ?? 'all';
  const all = Object.entries(namedTeam(context).members).filter(
    ([, role]) => wanted === 'all' || role === wanted,
  );
  return pageOf(context, all, (member) => memberView(context.world, member));
}

function show(context: Context): Answer {
  const { team, login, role } = namedMember(context);
  return { status: 200, body: membershipView(context.world, team, login, role) };
}

/** Nobody is invited: who is added is a member at once, as a member of the organisation is on GitHub. */
function put(context: Context): Answer {
  const { world, params } = context;
  const team = namedTeam(context);
  const role = roleOf(context);
  const login = params.login ?? '';
  if (world.store.state().accounts[login.toLowerCase()]?.type === 'Organization') {
    const errors = [{ code: 'org', field: 'user', resource: 'TeamMember' }];
    throw new ApiError(422, 'Cannot add an organization as a member.', { errors });
  }
  putTeam(world, { ...team, members: withMembers(world, team.members, [login], role) });
  return { status: 200, body: membershipView(world, team, login, role) };
}

function remove(context: Context): Answer {
  const { team, login } = namedMember(context);
  const { [login]: _, ...members } = team.members;
  putTeam(context.world, { ...team, members });
  return { status: 204 };
}

function namedMember(context: Context): { team: TeamState; login: string; role: TeamRole } {
  const team = namedTeam(context);
  const login = (context.params.login ?? '').toLowerCase();
  const role = team.members[login];
  if (!role) throw notFound();
  return { team, login, role };
}

function roleOf(context: Context): TeamRole {
  const role = optionalText(context, 'role') ?? 'member';
  if (role === 'member' || role === 'maintainer') return role;
  throw validationFailed({ resource: 'TeamMember', code: 'invalid', field: 'role' });
}
