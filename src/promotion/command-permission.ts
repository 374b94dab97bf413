import type { Person } from './facts.ts';
import { isAmong } from './gates/approval.ts';
import type { Command } from './instruction.ts';
import { isAtLeast, type Permission } from './permissions.ts';
import { type Pipeline, stageNamed } from './pipeline.ts';

/** Who gives a command. */
export interface Commander {
  readonly login: string;
  readonly person: Person;
  /** Teams of which it cannot be told whether somebody is in them. */
  readonly doubtful: readonly string[];
}

/**
 * Why somebody may not give a command, in a sentence that begins with `permission`; `undefined` = they may. An
 * approval is for those that the gate names; an emergency, which passes approvals too, for those who maintain the
 * repository; all else for those who may push.
 */
export function refusalOfCommand(
  command: Command,
  pipeline: Pipeline,
  who: Commander,
): string | undefined {
  if (command.mode === 'approve')
    return refusalOfApproval(stageNamed(pipeline, command.stage), who);
  const least = command.mode === 'override' ? 'maintain' : 'write';
  return refusalBelow(least, command.mode, who);
}

function refusalOfApproval(
  { name, gates }: ReturnType<typeof stageNamed>,
  who: Commander,
): string | undefined {
  const { approval } = gates;
  if (!approval) return refusalBelow('write', 'approve', who);
  if (isAmong(approval.by, who.login, who.person)) return undefined;
  const named = approval.by.join(', ');
  return who.doubtful.length > 0
    ? `permission: whether ${who.login} is in ${who.doubtful.join(', ')} is not known, as this token may not see it`
    : `permission: ${name} is approved by ${named}, and ${who.login} is none of them`;
}

function refusalBelow(
  least: Permission,
  mode: string,
  { login, person }: Commander,
): string | undefined {
  if (isAtLeast(person.permission, least)) return undefined;
  return `permission: ${mode} needs ${least} access, and ${login} has ${person.permission}`;
}
