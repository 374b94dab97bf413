import { randomBytes } from 'node:crypto';
import type { WebhookEvent } from './event-log.ts';
import { everyScope } from './permissions.ts';
import type { Permissions, Token } from './state.ts';
import type { World } from './world.ts';
import { account, actionsBot, operator } from './world.ts';

/** Makes a secret known. Without a login it is an installation's, as `GITHUB_TOKEN` is. */
export function issueToken(
  world: World,
  secret: string,
  permissions: Permissions,
  repository?: string,
  login?: string,
): string {
  account(world, login ?? actionsBot);
  const token: Token = {
    kind: login ? 'user' : 'installation',
    login: login ?? actionsBot,
    permissions: normalized(permissions),
    ...(repository && { repository }),
  };
  world.store.change((s) => ({ ...s, tokens: { ...s.tokens, [secret]: token } }));
  return secret;
}

/** The operator's token: the one in the state, or a new one. */
export function fullPermissionToken(world: World): string {
  const known = Object.entries(world.store.state().tokens).find(([, { kind }]) => kind === 'full');
  if (known) return known[0];
  account(world, operator);
  const secret = `ghp_${randomBytes(18).toString('hex')}`;
  const token: Token = { kind: 'full', login: operator, permissions: everyScope('admin') };
  world.store.change((s) => ({ ...s, tokens: { ...s.tokens, [secret]: token } }));
  return secret;
}

/**
 * The token of a run for an event. Pull requests from forks and events of Dependabot get reading only,
 * whatever the workflow asks for (docs: automatic token authentication).
 */
export function tokenForEvent(
  world: World,
  secret: string,
  event: WebhookEvent,
  permissions: Permissions,
): string {
  const granted = isLowTrust(event) ? readOnly(permissions) : permissions;
  return issueToken(world, secret, granted, event.repository);
}

function isLowTrust({ event, payload, actor }: WebhookEvent): boolean {
  if (actor === 'dependabot[bot]') return true;
  if (!event.startsWith('pull_request') || event === 'pull_request_target') return false;
  const pull = payload.pull_request as
    | { head?: { repo?: { id?: number } | null }; base?: { repo?: { id?: number } } }
    | undefined;
  return pull?.head?.repo?.id !== pull?.base?.repo?.id;
}

function readOnly(permissions: Permissions): Permissions {
  return Object.fromEntries(Object.keys(permissions).map((name) => [name, 'read'] as const));
}

/** Accepts the workflow's spelling `pull-requests` for the API's `pull_requests`. */
function normalized(permissions: Permissions): Permissions {
  return Object.fromEntries(
    Object.entries(permissions)
      .filter(([, access]) => ['read', 'write', 'admin'].includes(access))
      .map(([name, access]) => [name.replaceAll('-', '_'), access]),
  );
}
