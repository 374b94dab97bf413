import type { Stack } from '@aws-sdk/client-cloudformation';
import { sha256Hex } from '../../../core/sha256.ts';
import { renderTemplate } from '../../../core/template.ts';
import { UserError } from '../../../core/user-error.ts';
import type { DesiredPreview, DesiredService } from '../../target.ts';
import type { ChangeSetRequest } from '../change-sets/change-set.ts';
import { type StackMarks, tagsOf } from '../marks.ts';
import type { ParameterValue } from '../settings.ts';
import { decideParameters } from './parameters.ts';
import type { StackGroup } from './stack-group.ts';
import type { StackSource } from './stack-source.ts';

/** Texts of the parameters, files read. */
export type ParameterTexts = Readonly<Record<string, string>>;

/** The parameters as texts: placeholders replaced, files read. Throws a `UserError` for every file that is not there. */
export async function readParameters(
  { settings, services }: StackGroup,
  read: (path: string) => Promise<string | undefined>,
): Promise<ParameterTexts> {
  const { values } = services[0];
  const texts: Record<string, string> = {};
  const problems = [];
  for (const [name, value] of Object.entries(settings.parameters)) {
    const text = await textOf(value, read, (template) => renderTemplate(template, values));
    if (text === undefined) problems.push(noFile(name, value));
    else texts[name] = text;
  }
  if (problems.length > 0) throw UserError.all(problems);
  return texts;
}

async function textOf(
  value: ParameterValue,
  read: (path: string) => Promise<string | undefined>,
  render: (template: string) => string,
) {
  return typeof value === 'string' ? render(value) : read(render(value.file));
}

function noFile(name: string, value: ParameterValue) {
  const path = typeof value === 'string' ? value : value.file;
  return {
    message: `the file ${path} of the parameter ${name} is not in the repository`,
    hint: `Correct \`preview.cloudformation.parameters.${name}.file\`.`,
  };
}

/** What the marks of a stack say once it is as desired. */
export function marksFor(
  preview: DesiredPreview,
  group: StackGroup,
  content: { readonly templateHash: string; readonly usualSeconds: number | undefined },
): StackMarks {
  const { services: _, ...marks } = preview;
  const { templateHash, usualSeconds } = content;
  return {
    ...marks,
    stackName: group.stackName,
    templateHash,
    services: Object.fromEntries(group.services.map((service) => [service.name, place(service)])),
    ...(usualSeconds !== undefined && { usualSeconds }),
  };
}

/** Where the address of a service is found: an output of the stack, or its host. */
function place({ host, settings }: DesiredService): string {
  const { url } = settings as { url?: string };
  return url ?? (host === '' ? '' : `https://${host}`);
}

/** One hash for all that the stack is made from besides the marks. */
export function contentHash(source: Pick<StackSource, 'hash'>, parameters: ParameterTexts): string {
  return sha256Hex(JSON.stringify([source.hash, parameters])).slice(0, 16);
}

/** The change set that makes the stack what it should be. Throws a `UserError` for parameters and tags. */
export function requestFor(facts: {
  readonly group: StackGroup;
  readonly source: StackSource;
  readonly parameters: ParameterTexts;
  readonly marks: StackMarks;
  readonly stack: Stack | undefined;
  readonly kind: ChangeSetRequest['kind'];
  readonly operation: string;
}): ChangeSetRequest {
  const { group, source, parameters, marks, stack, kind, operation } = facts;
  const { settings, stackName, services } = group;
  const tags = Object.entries(settings.tags).map(
    ([key, value]) => [key, renderTemplate(value, services[0].values)] as const,
  );
  return {
    stackName,
    template: source.template,
    parameters: decideParameters({
      declared: source.declared,
      configured: parameters,
      overrides: settings.overrides,
      previous: (stack?.Parameters ?? []).map(({ ParameterKey }) => ParameterKey ?? ''),
    }),
    tags: tagsOf(marks, Object.fromEntries(tags)),
    capabilities: settings.capabilities,
    notificationArns: settings.notificationArns,
    kind,
    imports: kind === 'IMPORT' ? importsOf(group) : [],
    onFailure: settings.onFailure,
    rollbackTriggers: settings.rollbackTriggers,
    monitorMinutes: settings.monitorMinutes,
    operation,
    nested: source.nested,
    locate: source.locate,
    ...(settings.roleArn !== undefined && { roleArn: settings.roleArn }),
  };
}

function importsOf({ settings, services }: StackGroup) {
  const { values } = services[0];
  return settings.import.map((given) => ({
    ...given,
    identifier: Object.fromEntries(
      Object.entries(given.identifier).map(([key, value]) => [key, renderTemplate(value, values)]),
    ),
  }));
}
