import type { Problem } from '../../../../core/user-error.ts';
import type { CloneRules } from '../shared-state.ts';
import { type Changes, type Made, noChanges } from '../syntax/pieces.ts';
import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import type { TemplateTree } from '../syntax/template-tree.ts';
import { plainMap, valueAt } from '../syntax/tree-lookup.ts';
import { changeOrder } from './clone-order.ts';
import type { ClonedResource } from './clone-set.ts';
import { type Container, changeImage, containersOf, type ImagePart } from './image-changes.ts';
import { dependencies, pointToClones, referencesIn } from './references.ts';
import { changeRule, recordNames } from './routing-changes.ts';
import { tagWithPreview } from './tag-changes.ts';
import { suffixName } from './unique-names.ts';
import { unwantedParts } from './unwanted.ts';

/** What the clones of a service are made from. */
export interface CloneFacts {
  readonly tree: TemplateTree;
  readonly rules: CloneRules;
  readonly clones: readonly ClonedResource[];
  readonly domain: Made;
  readonly image: Made;
  readonly part: ImagePart;
  isCloned(name: string): boolean;
  typeOf(name: string): string;
}

/** How the clone of a resource differs from it. */
export function changesOf(
  clone: ClonedResource,
  facts: CloneFacts,
): { readonly changes: Changes; readonly problems: readonly Problem[] } {
  const { resource, type } = clone;
  const changes = noChanges();
  for (const part of unwantedParts(type, resource)) changes.removed.add(part);
  pointToClones(changes, referencesIn(resource), facts.isCloned);
  pointToClones(changes, dependencies(valueAt(resource, 'DependsOn')), facts.isCloned);
  const properties = valueAt(resource, 'Properties');
  if (properties && !plainMap(properties)) {
    return { changes, problems: [unreadable(clone, 'Properties', facts)] };
  }
  suffixName(changes, type, properties, facts.isCloned);
  return { changes, problems: changeByType(changes, clone, properties, facts) };
}

function changeByType(
  changes: Changes,
  clone: ClonedResource,
  properties: SyntaxNode | undefined,
  facts: CloneFacts,
): readonly Problem[] {
  switch (clone.type) {
    case 'AWS::ECS::Service':
      changeOrder(changes, clone, facts);
      return tagWithPreview(changes, properties) ? [] : [unreadable(clone, 'Tags', facts)];
    case 'AWS::ECS::TaskDefinition':
      return changeImages(changes, clone, properties, facts);
    case 'AWS::ElasticLoadBalancingV2::ListenerRule': {
      const remark = ['Host header = ', { hole: 'domain' as const }];
      const nth = rulesOf(facts.clones).indexOf(clone);
      const isDone = changeRule(changes, properties, facts.domain, nth, remark);
      return isDone ? [] : [unreadable(clone, 'Conditions', facts)];
    }
    case 'AWS::Route53::RecordSet':
    case 'AWS::Route53::RecordSetGroup':
      for (const name of recordNames(properties)) changes.replaced.set(name, facts.domain);
      return [];
    default:
      return [];
  }
}

/** Listener rules among the clones, in the order of the template: the first has the first priority. */
export function rulesOf(clones: readonly ClonedResource[]): readonly ClonedResource[] {
  return clones.filter(({ type }) => type === 'AWS::ElasticLoadBalancingV2::ListenerRule');
}

function changeImages(
  changes: Changes,
  clone: ClonedResource,
  properties: SyntaxNode | undefined,
  facts: CloneFacts,
): readonly Problem[] {
  const containers = containersOf(properties);
  const chosen = containers.filter((container) => isChosen(container, containers, facts));
  return chosen
    .flatMap(({ images }) => images)
    .filter((image) => !changeImage(changes, image, facts.part, facts.image))
    .map((image) => unknownVersion(clone, image, facts));
}

/** By name, by repository, or by the last part of the repository's name. */
function isChosen(
  container: Container,
  all: readonly Container[],
  { rules }: Pick<CloneFacts, 'rules'>,
): boolean {
  const names = rules.settings.containers;
  const { name, repositories } = container;
  const [first] = all;
  if (!names) {
    return container === first || repositories.some((each) => first?.repositories.includes(each));
  }
  const known = [name, ...repositories.flatMap((each) => [each, each.split('/').at(-1)])];
  return names.some((wanted) => known.includes(wanted));
}

/** Containers that the settings name and no cloned task definition has. */
export function missingContainers(facts: CloneFacts): readonly Problem[] {
  const all = facts.clones
    .filter(({ type }) => type === 'AWS::ECS::TaskDefinition')
    .flatMap(({ resource }) => containersOf(valueAt(resource, 'Properties')));
  const names = facts.rules.settings.containers ?? [];
  return names
    .filter((name) => {
      const only = { ...facts.rules, settings: { ...facts.rules.settings, containers: [name] } };
      return !all.some((container) => isChosen(container, all, { rules: only }));
    })
    .map((name) => ({
      message: `no container ${name} is among those that ${facts.rules.service} clones: ${all.map((each) => each.name).join(', ') || 'there is none'}`,
      hint: 'Name containers as the template writes them, or their repositories, in `expand: { containers: […] }`.',
      location: { file: facts.tree.file },
    }));
}

function unreadable({ name, pair }: ClonedResource, what: string, { tree }: CloneFacts): Problem {
  return {
    message: `${what} of ${name} cannot be read, so that a preview's own cannot be put in`,
    hint: `Write \`${what}:\` of ${name} out in the template; values in it may be functions.`,
    location: tree.at({ start: pair.from }),
  };
}

function unknownVersion(
  { name }: ClonedResource,
  image: SyntaxNode,
  { tree }: CloneFacts,
): Problem {
  return {
    message: `the tag of an image in ${name} cannot be told from its repository`,
    hint: 'Write the image with a colon before its version, as `!Sub "<repository>:<version>"`, or give a whole one: `expand: { image: "<registry>/<repository>:{sha}" }`.',
    location: tree.at(image),
  };
}
