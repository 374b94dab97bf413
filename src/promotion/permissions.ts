/** Of GitHub's roles in a repository, each includes those before it. */
const ranks = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;

/** What GitHub lets somebody do in a repository. */
export type Permission = (typeof ranks)[number];

/** Those that an approval may be asked of. */
export const approvingPermissions = ['write', 'maintain', 'admin'] as const;

/** Whether one permission includes another. */
export function isAtLeast(permission: Permission, least: Permission): boolean {
  return ranks.indexOf(permission) >= ranks.indexOf(least);
}
