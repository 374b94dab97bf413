import { isMap } from 'yaml';
import { nearest } from '../../../core/nearest.ts';
import type { Problem } from '../../../core/user-error.ts';
import { type Entry, entriesOf, plainText, type TemplateDocument, valueAt } from './document.ts';

/** Source: template anatomy in the CloudFormation user guide; `Globals` belongs to the transform of SAM. */
const sections = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Hooks',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
];

/** Source: CloudFormation quotas, user guide. */
const limits = { Resources: 500, Parameters: 200, Outputs: 200, Mappings: 200 } as const;

/** What is wrong with the sections and with what they list. `transforms`: macros may have words of their own. */
export function sectionProblems(document: TemplateDocument, transforms: boolean): Problem[] {
  return [
    ...entriesOf(document.root).flatMap((entry) => unknownSection(entry, document, transforms)),
    ...Object.entries(limits).flatMap(([name, limit]) => tooMany(name, limit, document)),
    ...resourcesProblem(document),
    ...nameProblems(document),
    ...resourceEntries(document).flatMap((entry) => resourceProblem(entry, document)),
  ];
}

/** Resources that are written out: loops and includes have no logical id. */
export function resourceEntries({ root, resolve }: TemplateDocument): Entry[] {
  return entriesOf(resolve(valueAt(root, 'Resources')))
    .filter(({ key }) => !key.startsWith('Fn::') && key !== '<<')
    .map((entry) => ({ ...entry, value: resolve(entry.value) }));
}

function unknownSection(entry: Entry, { at }: TemplateDocument, transforms: boolean): Problem[] {
  const { key, offset } = entry;
  if (sections.includes(key) || key === 'Fn::Transform') return [];
  const meant = nearest(key, sections);
  if (transforms && (key === 'Globals' || !meant)) return [];
  const suggestion = meant ? ` Did you mean ${meant}?` : '';
  return [
    {
      message: `CloudFormation knows no section ${JSON.stringify(key)}.${suggestion} Allowed: ${sections.join(', ')}`,
      hint: meant ? `Write ${meant}: instead of ${key}:.` : 'Move it below Metadata, or remove it.',
      location: at(offset),
    },
  ];
}

function tooMany(name: string, limit: number, { root, resolve, at }: TemplateDocument): Problem[] {
  const entries = entriesOf(resolve(valueAt(root, name)));
  const first = entries[limit];
  if (!first) return [];
  return [
    {
      message: `the template has ${entries.length} ${name.toLowerCase()}; CloudFormation takes ${limit} at most`,
      hint:
        name === 'Resources'
          ? 'Move some into a nested stack: a resource of type AWS::CloudFormation::Stack.'
          : `Remove some, or combine several into one of a list type.`,
      location: at(first.offset),
    },
  ];
}

function resourcesProblem({ root, resolve, at }: TemplateDocument): Problem[] {
  const section = entriesOf(root).find(({ key }) => key === 'Resources');
  const resources = resolve(section?.value);
  if (isMap(resources) && resources.items.length > 0) return [];
  return [
    {
      message: section
        ? 'Resources lists no resource; CloudFormation wants at least one'
        : 'the template has no section Resources',
      hint: 'Write at least one, as Resources: { Queue: { Type: AWS::SQS::Queue } }.',
      location: at(section?.offset ?? 0),
    },
  ];
}

function nameProblems({ root, resolve, at }: TemplateDocument): Problem[] {
  return ['Resources', 'Parameters'].flatMap((section) =>
    entriesOf(resolve(valueAt(root, section)))
      .filter(({ key }) => !/^[A-Za-z0-9]{1,255}$/.test(key) && !/^(Fn::|<<$)/.test(key))
      .map(({ key, offset }) => ({
        message: `${JSON.stringify(key)} in ${section} is no logical id; it has letters and digits only, at most 255`,
        hint: `Rename it, as ${key.replace(/[^A-Za-z0-9]/g, '').slice(0, 255) || 'Queue'}.`,
        location: at(offset),
      })),
  );
}

function resourceProblem({ key, offset, value }: Entry, { at }: TemplateDocument): Problem[] {
  const inherits =
    valueAt(value, '<<') !== undefined || valueAt(value, 'Fn::Transform') !== undefined;
  if (plainText(valueAt(value, 'Type')) || inherits) return [];
  return [
    {
      message: isMap(value)
        ? `the resource ${key} has no Type`
        : `the resource ${key} is no mapping`,
      hint: `Write ${key}: { Type: AWS::… } with its Properties below it.`,
      location: at(offset),
    },
  ];
}
