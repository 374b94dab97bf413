import { evaluate, holds, type Scope } from './evaluate.ts';
import type { Cloud, Definition, Place, Stack, StackResource } from './model.ts';
import { type Input, maps, Refusal, text, texts } from './query.ts';
import { invalid, readTemplate, type Template } from './template.ts';

/** Longest template that a request may carry, in bytes, and longest of all. */
const longest = { inline: 51_200, stored: 1_048_576 };

/** What a request wants a stack to be. Throws what CloudFormation answers at once. */
export function readDefinition(cloud: Cloud, input: Input, stack?: Stack): Definition {
  const before = stack?.definition;
  const body = readBody(cloud, input, before);
  const template = readTemplate(body);
  const capabilities = texts(input, 'Capabilities');
  checkCapabilities(template, capabilities);
  const tags = input.Tags === undefined ? (before?.tags ?? {}) : readTags(input);
  const notifications = texts(input, 'NotificationARNs');
  return {
    body,
    template,
    parameters: readParameters(template, input, before),
    tags,
    capabilities,
    roleArn: text(input, 'RoleARN') ?? before?.roleArn,
    notificationArns: notifications.length > 0 ? notifications : (before?.notificationArns ?? []),
  };
}

function readBody(cloud: Cloud, input: Input, before: Definition | undefined): string {
  const body = text(input, 'TemplateBody');
  const url = text(input, 'TemplateURL');
  if (input.UsePreviousTemplate === 'true') {
    if (before) return before.body;
    throw invalid('No previous template exists.');
  }
  if (url !== undefined) return storedTemplate(cloud, url);
  if (body === undefined) throw invalid('Either Template URL or Template Body must be specified.');
  if (Buffer.byteLength(body) <= longest.inline) return body;
  throw invalid(
    `1 validation error detected: Value '...' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${longest.inline}`,
  );
}

/** A template at an address: one that was uploaded here, or one that was given. */
export function storedTemplate(cloud: Cloud, url: string): string {
  const known = cloud.behaviour.templates[url];
  if (known !== undefined) return known;
  const { hostname, pathname } = new URL(url);
  const hosted = /^(.+)\.s3[.-][^/]*$/.exec(hostname)?.[1];
  const path = decodeURIComponent(pathname.slice(1));
  const found = cloud.objects.get(hosted === undefined ? path : `${hosted}/${path}`);
  if (!found) throw invalid('S3 error: The specified key does not exist.');
  if (found.length > longest.stored)
    throw invalid(`Template may not exceed ${longest.stored} bytes in size.`);
  return found.toString();
}

export function readTags(input: Input): Readonly<Record<string, string>> {
  const tags = maps(input, 'Tags').map(
    (tag) => [text(tag, 'Key') ?? '', text(tag, 'Value') ?? ''] as const,
  );
  if (tags.length > 50)
    throw invalid(
      "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
  if (tags.some(([key]) => key.startsWith('aws:')))
    throw invalid('aws: prefixed tag key names are not allowed for external use.');
  return Object.fromEntries(tags);
}

function readParameters(template: Template, input: Input, before: Definition | undefined) {
  const given = maps(input, 'Parameters');
  const declared = Object.keys(template.Parameters);
  const names = given.map((one) => text(one, 'ParameterKey') ?? '');
  const unknown = names.filter((name) => !declared.includes(name));
  if (unknown.length > 0)
    throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const name of declared) {
    const one = given[names.indexOf(name)];
    const previous = one?.UsePreviousValue === 'true';
    if (previous && before?.parameters[name] === undefined)
      throw invalid(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
      );
    const value = previous
      ? before?.parameters[name]
      : parameterValue(one, template.Parameters[name]?.Default);
    if (value === undefined) missing.push(name);
    else values[name] = value;
  }
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  checkValues(template, values);
  return values;
}

function parameterValue(one: Input | undefined, fallback: unknown): string | undefined {
  if (typeof one?.ParameterValue === 'string') return one.ParameterValue;
  return fallback === undefined ? undefined : String(fallback);
}

function checkValues(template: Template, values: Readonly<Record<string, string>>): void {
  for (const [name, { AllowedValues: allowed, Type: type }] of Object.entries(
    template.Parameters,
  )) {
    const value = values[name] ?? '';
    if (allowed && !allowed.map(String).includes(value))
      throw invalid(`Parameter '${name}' must be one of AllowedValues`);
    if (type === 'Number' && Number.isNaN(Number(value || 'x')))
      throw invalid(`Parameter '${name}' must be a number.`);
  }
}

function checkCapabilities(template: Template, capabilities: readonly string[]): void {
  const needed = neededCapabilities(template);
  const enough = needed.every(
    (one) =>
      capabilities.includes(one) ||
      (one === 'CAPABILITY_IAM' && capabilities.includes('CAPABILITY_NAMED_IAM')),
  );
  if (!enough)
    throw new Refusal(
      'InsufficientCapabilitiesException',
      `Requires capabilities : [${needed.join(', ')}]`,
    );
}

/** Capabilities without which CloudFormation does not take a template. */
export function neededCapabilities(template: Template): readonly string[] {
  const roles = Object.values(template.Resources).filter(({ Type }) =>
    /^AWS::IAM::(?:Role|User|Group|Policy|ManagedPolicy|InstanceProfile)$/.test(Type),
  );
  const named = roles.some(({ Properties: properties = {} }) =>
    ['RoleName', 'UserName', 'GroupName', 'ManagedPolicyName'].some((name) => name in properties),
  );
  const iam = roles.length === 0 ? [] : [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
  return template.Transform === undefined ? iam : [...iam, 'CAPABILITY_AUTO_EXPAND'];
}

/** What names stand for in a stack as it is now. */
export function scopeOf(cloud: Cloud, stack: Stack, definition: Definition): Scope {
  const { account, region } = stack.place;
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::StackName': stack.name,
    'AWS::StackId': stack.id,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NotificationARNs': definition.notificationArns.join(','),
  };
  return {
    template: definition.template,
    parameters: definition.parameters,
    ref: (name) => pseudo[name] ?? (stack.resources.get(name)?.physicalId || undefined),
    attribute: (id, name) => attributeOf(stack.resources.get(id), name),
    exported: (name) => exportsOf(cloud, stack.place).get(name)?.value,
  };
}

function attributeOf(resource: StackResource | undefined, name: string): string | undefined {
  if (!resource?.physicalId) return undefined;
  if (resource.child) return resource.child.outputs[name.replace(/^Outputs\./, '')]?.value;
  return `${resource.physicalId}.${name}`;
}

export function exportsOf(cloud: Cloud, place: Place) {
  const found = new Map<string, { readonly value: string; readonly stack: Stack }>();
  for (const stack of cloud.stacks) {
    if (stack.deletedAt !== undefined) continue;
    if (stack.place.account !== place.account || stack.place.region !== place.region) continue;
    for (const { value, export: name } of Object.values(stack.outputs))
      if (name !== undefined) found.set(name, { value, stack });
  }
  return found;
}

/** Logical ids and properties of what a definition makes. */
export function wanted(cloud: Cloud, stack: Stack, definition: Definition) {
  const scope = scopeOf(cloud, stack, definition);
  const all = Object.entries(definition.template.Resources);
  return new Map(
    all
      .filter(([, { Condition: condition }]) => holds(condition, scope))
      .map(([id, declared]) => [
        id,
        { declared, properties: evaluate(declared.Properties ?? {}, scope) },
      ]),
  );
}

/** Outputs as they come to be. */
export function outputsOf(cloud: Cloud, stack: Stack, definition: Definition): Stack['outputs'] {
  const scope = scopeOf(cloud, stack, definition);
  const all = Object.entries(definition.template.Outputs).filter(([, { Condition: condition }]) =>
    holds(condition, scope),
  );
  return Object.fromEntries(
    all.map(([name, { Value, Description: description, Export }]) => [
      name,
      {
        value: String(evaluate(Value, scope)),
        ...(description !== undefined && { description }),
        ...(Export && { export: String(evaluate(Export.Name, scope)) }),
      },
    ]),
  );
}
