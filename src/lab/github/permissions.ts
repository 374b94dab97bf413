import type { Access, Permissions, Token } from './state.ts';

const ranks: Readonly<Record<Access, number>> = { read: 1, write: 2, admin: 3 };

/** Whether one of the sets is granted. No set = nothing needed. */
export function isGranted(token: Token, needed: Permissions | readonly Permissions[]): boolean {
  if (token.kind === 'full') return true;
  const sets = setsOf(needed);
  return sets.length === 0 || sets.some((set) => contains(token.permissions, set));
}

/** Whether every set asks for reading only: what anyone may do with a public repository on GitHub. */
export function isReading(needed: Permissions | readonly Permissions[]): boolean {
  return setsOf(needed).every((set) => Object.values(set).every((access) => access === 'read'));
}

/** The `X-Accepted-GitHub-Permissions` header: sets apart by `; `, permissions of a set by `,`. */
export function acceptedPermissions(needed: Permissions | readonly Permissions[]): string {
  const text = (set: Permissions) =>
    Object.entries(set)
      .map(([name, access]) => `${name}=${access}`)
      .join(',');
  return setsOf(needed).map(text).join('; ');
}

/** All that a workflow's `GITHUB_TOKEN` can be given. */
const workflowScopes = [
  'actions',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'issues',
  'models',
  'packages',
  'pages',
  'pull_requests',
  'security_events',
  'statuses',
] as const;

/** Every scope of a workflow's token at one level. */
export function everyScope(access: Access): Permissions {
  return Object.fromEntries(workflowScopes.map((scope) => [scope, access]));
}

function contains(granted: Permissions, needed: Permissions): boolean {
  return Object.entries(needed).every(([name, access]) => {
    if (name === 'metadata') return true;
    const have = granted[name];
    return have !== undefined && ranks[have] >= ranks[access];
  });
}

function setsOf(needed: Permissions | readonly Permissions[]): readonly Permissions[] {
  return Array.isArray(needed) ? needed : [needed as Permissions];
}
