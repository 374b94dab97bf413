import type { Parameter, Stack, Tag } from '@aws-sdk/client-cloudformation';
import {
  missingPlaceholders,
  renderTemplate,
  type TemplateValues,
} from '../../../../core/template.ts';
import { type Problem, UserError } from '../../../../core/user-error.ts';
import type { RepositoryFiles } from '../../../repository-files.ts';
import { keptSettings } from '../../kept-settings.ts';
import type { CloudFormationSettings } from '../../settings.ts';
import { type DeclaredParameter, decideParameters } from '../../stack/parameters.ts';
import type { SharedPlace } from './shared-place.ts';

/** What the configuration says about the shared stack as a whole. */
export interface StackWishes {
  readonly parameters: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Parameters and tags of all services that live in the stack. A shared stack belongs to no pull request, so only
 * placeholders of the repository can stand in them. Throws a `UserError` for others and for files that are not there.
 */
export async function readWishes(
  { files, settings: first }: SharedPlace,
  repository: string,
  { trusted }: Pick<RepositoryFiles, 'trusted'>,
): Promise<StackWishes> {
  const [owner = '', name = ''] = repository.split('/');
  const values: TemplateValues = { repository: name, owner };
  const all = files.flatMap(({ parts }) => parts.map(({ settings }) => settings)).reverse();
  const problems: Problem[] = [];
  const parameters: Record<string, string> = {};
  for (const [key, value] of entriesOf(all, 'parameters')) {
    const text = typeof value === 'string' ? value : await trusted(value.file);
    if (text === undefined) problems.push(noFile(key));
    else if (typeof value !== 'string') parameters[key] = text;
    else parameters[key] = rendered(`parameters.${key}`, text, values, problems);
  }
  const tags: Record<string, string> = {};
  for (const [key, text] of entriesOf(all, 'tags')) {
    tags[key] = rendered(`tags.${key}`, text, values, problems);
  }
  if (problems.length > 0) throw UserError.all(problems);
  return { parameters, overrides: first.overrides, tags };
}

function entriesOf<Key extends 'parameters' | 'tags'>(
  all: readonly CloudFormationSettings[],
  key: Key,
): [string, CloudFormationSettings[Key][string]][] {
  return Object.entries(Object.assign({}, ...all.map((one) => one[key])));
}

function rendered(key: string, text: string, values: TemplateValues, problems: Problem[]): string {
  const missing = missingPlaceholders(text, values);
  if (missing.length > 0) {
    problems.push({
      message: `\`preview.cloudformation.${key}\` names {${missing.join('}, {')}}, but the shared stack belongs to no pull request`,
      hint: 'Use only {repository} and {owner} there; what differs between previews comes from `expand`.',
    });
  }
  return renderTemplate(text, values);
}

function noFile(key: string): Problem {
  return {
    message: `the file of the parameter ${key} is not on the base branch`,
    hint: `Correct \`preview.cloudformation.parameters.${key}.file\`.`,
  };
}

/** Parameters to send, and the names of those that change. Throws a `UserError`; see `decideParameters`. */
export function parametersFor(
  stack: Stack,
  declared: readonly DeclaredParameter[],
  { parameters, overrides }: StackWishes,
  versions: ReadonlyMap<string, string>,
): { readonly parameters: readonly Parameter[]; readonly changed: readonly string[] } {
  const current = stack.Parameters ?? [];
  const names = new Set(declared.map(({ name }) => name));
  const released = [...versions].filter(([name]) => names.has(name));
  const decided = decideParameters({
    declared,
    configured: { ...Object.fromEntries(released), ...parameters },
    overrides,
    previous: current.map(({ ParameterKey = '' }) => ParameterKey),
  });
  const values = new Map(current.map((one) => [one.ParameterKey, one.ParameterValue]));
  const changed = decided.filter(({ ParameterKey, ParameterValue }) => {
    const value = values.get(ParameterKey);
    return ParameterValue !== undefined && value !== '****' && value !== ParameterValue;
  });
  return { parameters: decided, changed: changed.map(({ ParameterKey = '' }) => ParameterKey) };
}

/** The tags of the stack with those of the configuration, and whether that is a change. */
export function tagsFor(
  { Tags = [] }: Stack,
  wished: Readonly<Record<string, string>>,
): { readonly tags: readonly Tag[]; readonly changed: readonly string[] } {
  const own = Tags.filter(({ Key = '' }) => !Key.startsWith('aws:'));
  const current = Object.fromEntries(own.map(({ Key = '', Value = '' }) => [Key, Value]));
  const tags = Object.entries({ ...current, ...wished });
  return {
    tags: tags.map(([Key, Value]) => ({ Key, Value })),
    changed: Object.keys(wished).filter((key) => current[key] !== wished[key]),
  };
}

/**
 * How the shared stack is updated: as its owners have set it, and what the configuration adds. A stack that is left
 * half-way is busy for everybody, so a shared one is always rolled back.
 */
export function updateSettings(stack: Stack, settings: CloudFormationSettings) {
  const kept = keptSettings(stack);
  return {
    ...kept,
    capabilities: union(kept.capabilities, settings.capabilities),
    notificationArns: union(kept.notificationArns, settings.notificationArns),
    rollbackTriggers: union(kept.rollbackTriggers, settings.rollbackTriggers),
    monitorMinutes: settings.monitorMinutes || kept.monitorMinutes,
    ...(settings.roleArn !== undefined && { roleArn: settings.roleArn }),
  };
}

function union(there: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...there, ...more])];
}
