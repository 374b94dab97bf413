import { nearest } from '../../../../core/nearest.ts';
import { onceEach } from '../../../../core/once.ts';
import type { Problem } from '../../../../core/user-error.ts';
import type { CloneRules } from '../shared-state.ts';
import { clonePair } from '../syntax/clone-text.ts';
import { call, hole, type Made, noChanges, type Piece, text } from '../syntax/pieces.ts';
import type { PairNode } from '../syntax/syntax-tree.ts';
import { entriesOf, type TemplateTree } from '../syntax/template-tree.ts';
import { valueAt, withoutAliases } from '../syntax/tree-lookup.ts';
import { type CloneFacts, changesOf, missingContainers, rulesOf } from './clone-resource.ts';
import { type ClonedResource, resourcesToClone, typeOf } from './clone-set.ts';
import { isWholeImage } from './filling.ts';
import type { ImagePart } from './image-changes.ts';
import { changeOutput, ownHosts } from './output-changes.ts';
import { hostsOf, recordNames } from './routing-changes.ts';

/** The clones of one service as text with holes. */
export interface CloneTexts {
  readonly resources: readonly (readonly Piece[])[];
  readonly outputs: readonly (readonly Piece[])[];
  readonly problems: readonly Problem[];
}

/** What is cloned for each preview of a service. */
export interface ServiceClones {
  readonly rules: CloneRules;
  readonly clones: readonly ClonedResource[];
  /** Those with a priority. */
  readonly listenerRules: readonly ClonedResource[];
  /** By what of an image is replaced; made when first asked for. */
  texts(part: ImagePart): CloneTexts;
}

/** Decides what a service clones; all problems of its template at once. */
export function serviceClones(
  tree: TemplateTree,
  rules: CloneRules,
  others: ReadonlySet<string>,
): { readonly service: ServiceClones; readonly problems: readonly Problem[] } {
  const { resources: clones, problems } = resourcesToClone(tree, rules, others);
  const texts = onceEach((part: ImagePart) => cloneTexts(factsOf(tree, rules, clones, part)));
  const usual = texts(isWholeImage(rules.settings.image) ? 'whole' : 'version');
  return {
    service: { rules, clones, listenerRules: rulesOf(clones), texts },
    problems: [...problems, ...usual.problems],
  };
}

function factsOf(
  tree: TemplateTree,
  rules: CloneRules,
  clones: readonly ClonedResource[],
  part: ImagePart,
): CloneFacts {
  const { domain, image } = rules.settings;
  const names = new Set(clones.map(({ name }) => name));
  const entries = entriesOf(tree, 'Resources');
  return {
    tree,
    rules,
    clones,
    part,
    domain: substituted(domain, text(hole('domain'))),
    image: substituted(image, text(hole('image'))),
    isCloned: (name) => names.has(name),
    typeOf: (name) => {
      const pair = entries.get(name);
      return pair ? typeOf(pair.value) : '';
    },
  };
}

function substituted(template: string, made: Made): Made {
  return template.includes('${') ? call('Sub', made) : made;
}

function cloneTexts(facts: CloneFacts): CloneTexts {
  const changed = facts.clones.map((clone) => ({ clone, ...changesOf(clone, facts) }));
  const outputs = chosenOutputs(facts);
  return {
    resources: changed.map(({ clone, changes }) => clonePair(facts.tree, clone.pair, changes)),
    outputs: outputs.pairs.map((pair) => outputText(pair, facts)),
    problems: [
      ...changed.flatMap(({ problems }) => problems),
      ...missingContainers(facts),
      ...outputs.problems,
    ],
  };
}

function chosenOutputs({ tree, rules }: CloneFacts) {
  const entries = entriesOf(tree, 'Outputs');
  const { outputs } = rules.settings;
  const problems = outputs
    .filter((name) => !entries.has(name))
    .map((name): Problem => {
      const near = nearest(name, [...entries.keys()]);
      return {
        message: `the shared template has no output ${name}, which ${rules.service} is to clone${near ? `; it has ${near}` : ''}`,
        hint: `Name outputs of the template in \`expand: { outputs: [${near ?? '…'}] }\`, or leave the key out.`,
        location: { file: tree.file },
      };
    });
  return { pairs: outputs.flatMap((name) => entries.get(name) ?? []), problems };
}

function outputText(pair: PairNode, { tree, clones, domain, isCloned }: CloneFacts): Piece[] {
  const changes = noChanges();
  const value = withoutAliases(pair.value);
  const hosts = clones.flatMap(({ resource }) => {
    const properties = valueAt(resource, 'Properties');
    return [...recordNames(properties), ...hostsOf(properties)];
  });
  changeOutput(changes, value, ownHosts(hosts), domain, isCloned);
  return clonePair(tree, { ...pair, value }, changes);
}
