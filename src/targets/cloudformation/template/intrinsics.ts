import { isMap, isScalar, isSeq } from 'yaml';
import { entriesOf, plainText, valueAt } from './document.ts';

/** A use of an intrinsic function, in either form. */
export interface Intrinsic {
  /** Without `Fn::` and `!`: `Ref`, `GetAtt`, `Sub` … */
  readonly name: string;
  readonly argument: unknown;
}

/** Those that have a short form. Source: intrinsic function reference of the CloudFormation user guide. */
export const shortForms = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Ref',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
] as const;

/** Something that a template names, and must have. */
export interface Named {
  /** What it must be: `value` is a resource, parameter or pseudo parameter. */
  readonly kind: 'value' | 'resource' | 'condition';
  readonly name: string;
}

/** `undefined` = an ordinary value. */
export function intrinsicOf(node: unknown): Intrinsic | undefined {
  const tag = tagOf(node);
  if (tag) return { name: tag, argument: node };
  const [entry, second] = entriesOf(node);
  if (!entry || second) return undefined;
  if (entry.key === 'Ref') return { name: 'Ref', argument: entry.value };
  return entry.key.startsWith('Fn::')
    ? { name: entry.key.slice(4), argument: entry.value }
    : undefined;
}

/** The tag without its mark: `Ref` of `!Ref`. */
export function tagOf(node: unknown): string | undefined {
  const tag = isScalar(node) || isSeq(node) || isMap(node) ? node.tag : undefined;
  return tag?.startsWith('!') ? tag.slice(1) : undefined;
}

/** What a use of a function names; what is computed is not looked into. */
export function namedBy({ name, argument }: Intrinsic): Named[] {
  switch (name) {
    case 'Ref':
      return texts(argument).map((text) => ({ kind: 'value', name: text }));
    case 'GetAtt':
      return texts(argument).map((text) => ({ kind: 'resource', name: text.split('.')[0] ?? '' }));
    case 'Sub':
      return substituted(argument);
    case 'If':
    case 'Condition':
      return texts(argument).map((text) => ({ kind: 'condition', name: text }));
    default:
      return [];
  }
}

/** The text itself, or that of the first item of a list. */
function texts(argument: unknown): string[] {
  const first = isSeq(argument) ? argument.items[0] : argument;
  const isText = isScalar(first) && (first === argument || first.tag === undefined);
  return isText ? [String(first.value ?? '')] : [];
}

function substituted(argument: unknown): Named[] {
  const own = isSeq(argument) ? entriesOf(argument.items[1]).map(({ key }) => key) : [];
  return texts(argument).flatMap((text) =>
    [...text.matchAll(/\$\{\s*([A-Za-z0-9:]+)(\.[A-Za-z0-9.]+)?\s*\}/g)]
      .map(([, name = '', attribute]): Named => ({ kind: attribute ? 'resource' : 'value', name }))
      .filter(({ kind, name }) => kind === 'resource' || !own.includes(name)),
  );
}

/** The file or address that `AWS::Include` takes in, as the node that names it. */
export function includedLocation({ name, argument }: Intrinsic): unknown {
  if (name !== 'Transform' || plainText(valueAt(argument, 'Name')) !== 'AWS::Include')
    return undefined;
  return valueAt(valueAt(argument, 'Parameters'), 'Location');
}
