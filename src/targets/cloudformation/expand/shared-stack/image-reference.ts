import { isScalar, isSeq } from 'yaml';
import { entriesOf, parseTemplate, plainText, valueAt } from '../../template/document.ts';
import { intrinsicOf } from '../../template/intrinsics.ts';

/** An image that a task definition of the shared template names. */
export interface TemplateImage {
  /** Logical id of the task definition. */
  readonly logicalId: string;
  /** `Name` of the container as it is written; `''` = none. */
  readonly container: string;
  /** The reference, with `${…}` where CloudFormation fills something in; `undefined` = nobody can tell from here. */
  readonly reference: string | undefined;
}

/** The images of all task definitions of a template, in order. */
export function imagesIn(text: string, file: string): readonly TemplateImage[] {
  const { root, resolve } = parseTemplate(text, file);
  return entriesOf(resolve(valueAt(root, 'Resources')))
    .filter(({ value }) => plainText(valueAt(value, 'Type')) === 'AWS::ECS::TaskDefinition')
    .flatMap(({ key, value }) => {
      const containers = resolve(valueAt(valueAt(value, 'Properties'), 'ContainerDefinitions'));
      return isSeq(containers) ? containers.items.map((one) => imageOf(key, resolve(one))) : [];
    });
}

function imageOf(logicalId: string, container: unknown): TemplateImage {
  const name = textOf(valueAt(container, 'Name')) ?? '';
  return { logicalId, container: name, reference: textOf(valueAt(container, 'Image')) };
}

/** A text, or a function that puts one together from names alone, in the form of `Fn::Sub`. */
function textOf(node: unknown): string | undefined {
  const plain = plainText(node);
  if (plain !== undefined) return plain;
  const intrinsic = intrinsicOf(node);
  if (!intrinsic) return undefined;
  const { name, argument } = intrinsic;
  const text = isScalar(argument) ? String(argument.value ?? '') : undefined;
  if (name === 'Ref' && text !== undefined) return `\${${text}}`;
  if (name === 'Sub') return text ?? substituted(argument);
  return name === 'Join' ? joined(argument) : undefined;
}

function substituted(argument: unknown): string | undefined {
  if (!isSeq(argument)) return undefined;
  const [template, variables] = argument.items;
  const own = new Map(entriesOf(variables).map(({ key, value }) => [key, textOf(value)]));
  return plainText(template)?.replaceAll(/\$\{([^}]*)\}/g, (whole, name) => own.get(name) ?? whole);
}

function joined(argument: unknown): string | undefined {
  if (!isSeq(argument)) return undefined;
  const [separator, list] = argument.items;
  const parts = isSeq(list) ? list.items.map(textOf) : [undefined];
  if (parts.includes(undefined)) return undefined;
  return parts.join(plainText(separator) ?? '');
}

/** What CloudFormation fills in: parameters and the pseudo parameters of the stack. */
export type KnownNames = ReadonlyMap<string, string>;

/** The text with `${…}` filled in; `undefined` when something in it is not known here. */
export function fillIn(text: string, known: KnownNames): string | undefined {
  let complete = true;
  const filled = text.replaceAll(/\$\{(!?)\s*([^}\s]*)\s*\}/g, (_whole, literal, name: string) => {
    if (literal) return `\${${name}}`;
    const value = known.get(name);
    if (value === undefined) complete = false;
    return value ?? '';
  });
  return complete ? filled : undefined;
}

/** The image that a clone will have: the template's own with this tag or digest, or another one altogether. */
export function withVersion(reference: string, image: string): string {
  if (image.includes('/')) return image;
  const [name = ''] = reference.split('@');
  const untagged = name.replace(/:[^/]*$/, '');
  return image.startsWith('sha256:') ? `${untagged}@${image}` : `${untagged}:${image}`;
}
