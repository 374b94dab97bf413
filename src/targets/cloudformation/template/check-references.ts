import { isAlias, isSeq } from 'yaml';
import { nearest } from '../../../core/nearest.ts';
import type { Problem } from '../../../core/user-error.ts';
import { resourceEntries } from './check-sections.ts';
import {
  childrenOf,
  entriesOf,
  offsetOf,
  plainText,
  type TemplateDocument,
  valueAt,
} from './document.ts';
import { intrinsicOf, type Named, namedBy, shortForms, tagOf } from './intrinsics.ts';

/** Source: pseudo parameters reference of the CloudFormation user guide. */
const pseudoParameters = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

interface Names {
  readonly value: readonly string[];
  readonly resource: readonly string[];
  readonly condition: readonly string[];
}

interface Use extends Named {
  readonly offset: number;
}

/** Tags and anchors that do not exist, and names of nothing. The latter need every name: not where macros add some. */
export function referenceProblems(document: TemplateDocument, transforms: boolean): Problem[] {
  const nodes = [...everyNode(document.root)];
  const writing = nodes.flatMap((node) => writingProblem(node, document));
  if (transforms) return writing;
  const names = namesOf(document);
  return [...writing, ...usesOf(document).flatMap((use) => danglingProblem(use, names, document))];
}

/** Depth first, in the order of the text. */
export function* everyNode(node: unknown): Generator<unknown> {
  yield node;
  for (const child of childrenOf(node)) yield* everyNode(child);
}

function writingProblem(node: unknown, { at, resolve }: TemplateDocument): Problem[] {
  const location = at(offsetOf(node));
  if (isAlias(node) && resolve(node) === undefined)
    return [
      {
        message: `*${node.source} refers to an anchor that does not exist above it`,
        hint: `Put the value in quotes if the * belongs to it: ${JSON.stringify(`*${node.source}`)}.`,
        location,
      },
    ];
  const tag = tagOf(node);
  if (tag === undefined || (shortForms as readonly string[]).includes(tag)) return [];
  const meant = nearest(tag, shortForms);
  return [
    {
      message: `CloudFormation knows no function !${tag}.${meant ? ` Did you mean !${meant}?` : ''}`,
      hint: meant
        ? `Write !${meant}.`
        : `Use one of ${shortForms.map((name) => `!${name}`).join(', ')}.`,
      location,
    },
  ];
}

function namesOf(document: TemplateDocument): Names {
  const { root, resolve } = document;
  const keys = (section: string) =>
    entriesOf(resolve(valueAt(root, section))).map(({ key }) => key);
  const resource = resourceEntries(document).map(({ key }) => key);
  return {
    resource,
    value: [...resource, ...keys('Parameters'), ...pseudoParameters],
    condition: keys('Conditions'),
  };
}

/** `Metadata` may hold anything, and means nothing to CloudFormation. */
function usesOf(document: TemplateDocument): Use[] {
  const { root } = document;
  const sections = ['Conditions', 'Resources', 'Outputs'].map((name) => valueAt(root, name));
  const functions = sections.flatMap((section) =>
    [...everyNode(section)].flatMap((node) => {
      const use = intrinsicOf(node);
      return use ? namedBy(use).map((named) => ({ ...named, offset: offsetOf(node) })) : [];
    }),
  );
  return [...functions, ...attributes(document)];
}

/** `DependsOn` and `Condition` beside a resource's properties, and `Condition` of outputs. */
function attributes(document: TemplateDocument): Use[] {
  const { root, resolve } = document;
  const resources = resourceEntries(document).map(({ value }) => value);
  const outputs = entriesOf(resolve(valueAt(root, 'Outputs'))).map(({ value }) => value);
  return [
    ...[...resources, ...outputs].flatMap((node) => uses('condition', valueAt(node, 'Condition'))),
    ...resources.flatMap((node) => uses('resource', valueAt(node, 'DependsOn'))),
  ];
}

function uses(kind: Use['kind'], node: unknown): Use[] {
  return (isSeq(node) ? node.items : [node]).flatMap((item) => {
    const name = plainText(item);
    return name ? [{ kind, name, offset: offsetOf(item) }] : [];
  });
}

function danglingProblem({ kind, name, offset }: Use, names: Names, { at }: TemplateDocument) {
  if (names[kind].includes(name)) return [];
  const meant = nearest(name, names[kind]);
  const what = kind === 'value' ? 'resource or parameter' : kind;
  return [
    {
      message: `the template has no ${what} ${JSON.stringify(name)}.${meant ? ` Did you mean ${meant}?` : ''}`,
      hint: meant
        ? `Write ${meant} instead of ${name}.`
        : `Add the ${what} ${name}, or remove what names it.`,
      location: at(offset),
    },
  ];
}
