import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { Refusal } from './query.ts';

export interface DeclaredParameter {
  readonly Type: string;
  readonly Default?: unknown;
  readonly NoEcho?: unknown;
  readonly Description?: string;
  readonly AllowedValues?: readonly unknown[];
}

export interface DeclaredResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly Condition?: string;
  readonly Metadata?: unknown;
}

interface DeclaredOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Export?: { readonly Name: unknown };
  readonly Condition?: string;
}

/** A template, read. */
export interface Template {
  readonly Description?: string;
  readonly Transform?: unknown;
  readonly Metadata?: unknown;
  readonly Parameters: Readonly<Record<string, DeclaredParameter>>;
  readonly Mappings: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, DeclaredResource>>;
  readonly Outputs: Readonly<Record<string, DeclaredOutput>>;
}

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
];

/** Reads YAML or JSON with CloudFormation's tags. Throws what CloudFormation says of what it cannot read. */
export function readTemplate(text: string): Template {
  const document = parseDocument(text, { logLevel: 'silent', merge: true });
  const [problem] = document.errors;
  if (problem) throw invalid(`Template format error: YAML not well-formed. (${problem.message})`);
  const root = plain(document.contents) as Record<string, unknown> | null;
  if (root === null || typeof root !== 'object' || Array.isArray(root))
    throw invalid('Template format error: unsupported structure.');
  const unknown = Object.keys(root).filter((name) => !sections.includes(name));
  if (unknown.length > 0)
    throw invalid(`Invalid template property or properties [${unknown.join(', ')}]`);
  const resources = root.Resources as Template['Resources'] | undefined;
  if (!resources || Object.keys(resources).length === 0)
    throw invalid('Template format error: At least one Resources member must be defined.');
  const read = { Parameters: {}, Mappings: {}, Conditions: {}, Outputs: {}, ...root };
  const template = { ...read, Resources: resources } as Template;
  check(template);
  return template;
}

function check(template: Template): void {
  const known = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources)]);
  for (const [name, resource] of Object.entries(template.Resources)) {
    if (!resource?.Type)
      throw invalid(
        `Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`,
      );
    if (!/^(?:AWS|Custom|Alexa|[A-Za-z0-9]+)::/.test(resource.Type))
      throw invalid(`Template format error: Unrecognized resource types: [${resource.Type}]`);
  }
  const lost = [...references([template.Resources, template.Outputs])].filter(
    (name) => !known.has(name) && !name.startsWith('AWS::'),
  );
  if (lost.length > 0)
    throw invalid(
      `Template format error: Unresolved resource dependencies [${lost.join(', ')}] in the Resources block of the template`,
    );
}

export function invalid(message: string): Refusal {
  return new Refusal('ValidationError', message);
}

/** Short forms become long forms: `!Ref A` is `{ Ref: 'A' }`. */
function plain(node: unknown): unknown {
  const value = untagged(node);
  const tag = (node as Node | null)?.tag;
  if (!tag?.startsWith('!') || tag.startsWith('tag:')) return value;
  const name = tag.slice(1);
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  const split = name === 'GetAtt' && typeof value === 'string';
  return { [`Fn::${name}`]: split ? cut(value) : value };
}

function untagged(node: unknown): unknown {
  if (isMap(node))
    return Object.fromEntries(
      node.items.map(({ key, value }) => [String(plain(key)), plain(value)]),
    );
  if (isSeq(node)) return node.items.map(plain);
  if (isScalar(node)) return node.value;
  return null;
}

function cut(dotted: string): readonly [string, string] {
  const at = dotted.indexOf('.');
  return [dotted.slice(0, at), dotted.slice(at + 1)];
}

/** Names of resources and parameters that a value refers to. */
export function references(value: unknown): Set<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, found);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) {
      if (name === 'Ref' && typeof one === 'string') found.add(one);
      else if (name === 'Fn::GetAtt')
        found.add(String(Array.isArray(one) ? one[0] : cut(`${one}`)[0]));
      else if (name === 'Fn::Sub') collectSub(one, found);
      else if (name === 'DependsOn') for (const id of [one].flat()) found.add(String(id));
      else collect(one, found);
    }
}

function collectSub(value: unknown, found: Set<string>): void {
  const [text, own] = Array.isArray(value) ? value : [value, {}];
  collect(own, found);
  for (const [, name = ''] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g)) {
    const [first = ''] = name.split('.');
    if (!(first in (own ?? {}))) found.add(first);
  }
}

/** Resources that one waits for. */
export function dependencies(template: Template, logicalId: string): readonly string[] {
  return [...references(template.Resources[logicalId])].filter(
    (name) => name in template.Resources && name !== logicalId,
  );
}
