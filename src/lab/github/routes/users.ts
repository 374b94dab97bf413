import { notFound, validationFailed } from '../api-error.ts';
import { optionalText } from '../body.ts';
import type { Answer, Context, Route } from '../route.ts';
import { fullName } from '../state.ts';
import { profileView, userView } from '../views/account.ts';
import { account } from '../world.ts';

/** People: who they are and what they may do. */
export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/user',
    people: true,
    handle: ({ world, token }) => ({ status: 200, body: profileView(world, token.login) }),
  },
  {
    method: 'GET',
    path: '/users/{login}',
    handle: (context) => {
      demandAccount(context, context.params.login ?? '');
      return { status: 200, body: profileView(context.world, context.params.login ?? '') };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/collaborators/{login}/permission',
    permission: { metadata: 'read' },
    handle: permissionOf,
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/collaborators/{login}',
    permission: { administration: 'write' },
    handle: addCollaborator,
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/collaborators/{login}',
    permission: { administration: 'write' },
    handle: (context) => putRole(context, undefined),
  },
];

function demandAccount({ world }: Context, login: string): void {
  if (!world.store.state().accounts[login.toLowerCase()]) throw notFound();
}

/** `triage` reads and `maintain` writes for the older field, as on GitHub. */
const legacy: Readonly<Record<string, string>> = { triage: 'read', maintain: 'write' };

function permissionOf(context: Context) {
  const { world, repository, params } = context;
  const login = params.login ?? '';
  if (!world.store.state().accounts[login.toLowerCase()]) {
    const message = `${login} is not a user`;
    return { status: 404, body: { message, status: '404' } };
  }
  const role = roleOf(context, login);
  const permission = legacy[role] ?? role;
  const has = (...names: string[]) => names.includes(role);
  const user = {
    ...userView(world, login),
    permissions: {
      admin: has('admin'),
      maintain: has('admin', 'maintain'),
      push: has('admin', 'maintain', 'write'),
      triage: has('admin', 'maintain', 'write', 'triage'),
      pull: role !== 'none' || !repository.private,
    },
    role_name: role,
  };
  return { status: 200, body: { permission, user, role_name: role } };
}

/** The words of this endpoint for the two that have another name as a role. */
const roles: Readonly<Record<string, string>> = { pull: 'read', push: 'write' };

/** Nobody is invited: who is added is a collaborator at once, as a member of the organisation is on GitHub. */
function addCollaborator(context: Context): Answer {
  const permission = optionalText(context, 'permission') ?? 'push';
  const role = roles[permission] ?? permission;
  if (!['read', 'triage', 'write', 'maintain', 'admin'].includes(role))
    throw validationFailed({ resource: 'Repository', code: 'invalid', field: 'permission' });
  account(context.world, context.params.login ?? '');
  return putRole(context, role);
}

function putRole({ world, repository, params }: Context, role: string | undefined): Answer {
  const login = (params.login ?? '').toLowerCase();
  world.store.changeRepository(fullName(repository), (before) => {
    const { [login]: _, ...others } = before.collaborators;
    return { ...before, collaborators: role === undefined ? others : { ...others, [login]: role } };
  });
  return { status: 204 };
}

function roleOf({ repository }: Context, login: string): string {
  const known = repository.collaborators[login.toLowerCase()];
  if (known) return known;
  if (login.toLowerCase() === repository.owner.toLowerCase()) return 'admin';
  return repository.private ? 'none' : 'read';
}
