import { ApiError, notAccessible, notFound } from './api-error.ts';
import { isGranted, isReading } from './permissions.ts';
import type { Route } from './route.ts';
import type { RepositoryState, Token } from './state.ts';
import { keyOf } from './store.ts';
import type { World } from './world.ts';

/** The token of a call: `token X`, `Bearer X`, or `Basic` with it as the password, as git sends it. */
function tokenText(authorization: string | undefined): string | undefined {
  const [scheme = '', value = ''] = (authorization ?? '').trim().split(/\s+/, 2);
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Who calls. `undefined` = nobody said; throws 401 for a token that is not known. */
export function authenticate(world: World, authorization: string | undefined): Token | undefined {
  if (!authorization) return undefined;
  const token = world.store.state().tokens[tokenText(authorization) ?? ''];
  if (!token) throw new ApiError(401, 'Bad credentials');
  return token;
}

/** Whoever calls without a token. */
export const anonymous: Token = { kind: 'installation', login: 'ghost', permissions: {} };

/**
 * Throws GitHub's answer when the caller may not use the route here. Stricter than GitHub in one thing:
 * a token without a read permission is refused on public repositories too, so that a workflow's
 * `permissions:` are proved whole.
 */
export function authorize(
  route: Route,
  token: Token | undefined,
  repository: RepositoryState | undefined,
): void {
  const needed = route.permission ?? [];
  if (!token) {
    authorizeAnonymous(route, repository);
    return;
  }
  if (route.people && token.kind === 'installation') throw notAccessible();
  if (repository && !reaches(token, repository)) {
    if (repository.private) throw notFound();
    if (!isReading(needed) || route.method !== 'GET') throw notAccessible();
    return;
  }
  if (!isGranted(token, needed)) throw notAccessible();
}

/** Whether a token was made for this repository, or for all. */
export function reaches(token: Token, repository: RepositoryState): boolean {
  return token.repository === undefined || token.repository.toLowerCase() === keyOf(repository);
}

function authorizeAnonymous(route: Route, repository: RepositoryState | undefined): void {
  if (repository?.private) throw notFound();
  if (route.method !== 'GET' || route.people) throw new ApiError(401, 'Requires authentication');
}
