import { isScalar } from 'yaml';
import { everyNode } from './check-references.ts';
import { resourceEntries } from './check-sections.ts';
import { entriesOf, plainText, type TemplateDocument, valueAt } from './document.ts';
import type { LocalReference } from './facts.ts';
import { includedLocation, intrinsicOf } from './intrinsics.ts';

const propertyOf = {
  'AWS::CloudFormation::Stack': 'TemplateURL',
  'AWS::Serverless::Application': 'Location',
} as const;

/** Files that the template names where CloudFormation wants an address, in the order of the text. */
export function localReferences(document: TemplateDocument, text: string): LocalReference[] {
  const found = [...nestedTemplates(document, text), ...includes(document, text)];
  return found.sort((a, b) => a.from - b.from);
}

function nestedTemplates(document: TemplateDocument, text: string): LocalReference[] {
  return resourceEntries(document).flatMap(({ key, value }) => {
    const kind = plainText(valueAt(value, 'Type')) as keyof typeof propertyOf;
    if (!Object.hasOwn(propertyOf, kind)) return [];
    const properties = document.resolve(valueAt(value, 'Properties'));
    return local(key, kind, valueAt(properties, propertyOf[kind]), text, document);
  });
}

function includes(document: TemplateDocument, text: string): LocalReference[] {
  const inSections = entriesOf(document.root).flatMap(({ key, value }) =>
    key === 'Resources' ? entriesOf(value).map((entry) => ({ ...entry })) : [{ key, value }],
  );
  const transform = { name: 'Transform', argument: valueAt(document.root, 'Transform') };
  return [
    ...local('Transform', 'AWS::Include', includedLocation(transform), text, document),
    ...inSections.flatMap(({ key, value }) =>
      [...everyNode(value)].flatMap((node) => {
        const use = intrinsicOf(node) ?? spread(node);
        return use ? local(key, 'AWS::Include', includedLocation(use), text, document) : [];
      }),
    ),
  ];
}

/** The macro beside other keys: what it takes in stands in their place. */
function spread(node: unknown) {
  const argument = valueAt(node, 'Fn::Transform');
  return argument === undefined ? undefined : { name: 'Transform', argument };
}

function local(
  logicalId: string,
  kind: LocalReference['kind'],
  node: unknown,
  text: string,
  { at }: TemplateDocument,
): LocalReference[] {
  const path = plainText(node);
  if (!path || !isScalar(node) || !node.range || /^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return [];
  const [from, end] = node.range;
  // A block scalar ends with the line break, which stays.
  const to = from + text.slice(from, end).trimEnd().length;
  return [{ logicalId, kind, path, from, to, location: at(from) }];
}
