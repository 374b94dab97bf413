import { type Problem, type SourceLocation, UserError } from '../../../../core/user-error.ts';
import type {
  ClonedRule,
  CloneRules,
  PreviewEntry,
  RenderedPreview,
  RenderedState,
  SharedTemplate,
} from '../shared-state.ts';
import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import { entriesOf, type TemplateTree } from '../syntax/template-tree.ts';
import { aliased, plainText, plainValue, valueAt } from '../syntax/tree-lookup.ts';
import { typeOf } from './clone-set.ts';
import { fillingFor, logicalSuffix } from './filling.ts';
import { blockKey, type KeptBlock } from './kept-blocks.ts';
import { blocksIn, separate } from './ours.ts';
import { type CarriedPreview, type FilledPreview, TemplateWriter } from './render-template.ts';
import { type ServiceClones, serviceClones } from './service-clones.ts';
import { sitesOf } from './sites.ts';

const ruleType = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const groupType = 'AWS::ElasticLoadBalancingV2::TargetGroup';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
const highestPriority = 50_000;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const longestLogicalId = 255;

/**
 * Reads a template of CloudFormation, YAML or JSON, with or without previews in it.
 * Throws a `UserError` with all problems and their lines.
 */
export function readSharedTemplate(
  text: string,
  file: string,
  rules: readonly CloneRules[],
): SharedTemplate {
  const { tree, state } = separate(text, file);
  const services = allClones(tree, rules);
  const resources = entriesOf(tree, 'Resources');
  const types = [...resources.values()].map(({ value }) => typeOf(value));
  const renderer = new Renderer(tree, services, new Set(resources.keys()));
  const count = (counted: (service: ServiceClones) => number) =>
    new Map([...services].map(([name, service]) => [name, counted(service)]));
  return {
    state,
    base: tree.source,
    resourceCount: resources.size,
    clonesPerPreview: count(({ clones }) => clones.length),
    rules: [...services.values()].flatMap(listenerRules),
    takenPriorities: [...resources.values()].flatMap(({ value }) =>
      typeOf(value) === ruleType ? (priorityOf(aliased(value)) ?? []) : [],
    ),
    targetGroups: types.filter((type) => type === groupType).length,
    targetGroupsPerPreview: count(
      ({ clones }) => clones.filter(({ type }) => type === groupType).length,
    ),
    cloneIds: (service, id) => renderer.cloneIds(service, id),
    locate: (logicalId, previews) => renderer.locate(logicalId, previews),
    faultOf: (preview) => renderer.faultOf(preview),
    render: (wanted) => renderer.render(wanted),
  };
}

function allClones(
  tree: TemplateTree,
  rules: readonly CloneRules[],
): ReadonlyMap<string, ServiceClones> {
  const services = new Map<string, ServiceClones>();
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  for (const rule of rules) {
    const others = rules.filter((other) => other !== rule).flatMap((o) => o.settings.resources);
    const made = serviceClones(tree, rule, new Set(others));
    problems.push(...made.problems);
    services.set(rule.service, made.service);
    for (const { name, pair } of made.service.clones) {
      const owner = owners.get(name);
      if (owner) problems.push(claimedTwice(tree, name, [owner, rule.service], pair.from));
      owners.set(name, rule.service);
    }
  }
  if (problems.length > 0) throw UserError.all(problems);
  return services;
}

function listenerRules({ rules, listenerRules: cloned }: ServiceClones): readonly ClonedRule[] {
  return cloned.map(({ name, resource }) => {
    const priority = priorityOf(resource);
    const listener = valueAt(valueAt(resource, 'Properties'), 'ListenerArn');
    return {
      service: rules.service,
      logicalId: name,
      ...(priority !== undefined && { priority }),
      listener: listener && plainValue(listener),
    };
  });
}

function priorityOf(rule: SyntaxNode): number | undefined {
  const written = plainText(valueAt(aliased(valueAt(rule, 'Properties') ?? rule), 'Priority'));
  return written && /^\d+$/.test(written.value) ? Number(written.value) : undefined;
}

class Renderer {
  readonly #services: ReadonlyMap<string, ServiceClones>;
  readonly #names: ReadonlySet<string>;
  readonly #tree: TemplateTree;
  #writer: TemplateWriter | undefined;
  #writesOutputs = false;

  constructor(
    tree: TemplateTree,
    services: ReadonlyMap<string, ServiceClones>,
    names: ReadonlySet<string>,
  ) {
    this.#tree = tree;
    this.#services = services;
    this.#names = names;
  }

  cloneIds(service: string, id: string): readonly string[] {
    const suffix = logicalSuffix(id);
    return (this.#services.get(service)?.clones ?? []).map(({ name }) => name + suffix);
  }

  locate(
    logicalId: string,
    previews: readonly Pick<PreviewEntry, 'service' | 'id'>[],
  ): SourceLocation | undefined {
    const owner = previews.find(({ service, id }) =>
      this.cloneIds(service, id).includes(logicalId),
    );
    const name = owner ? logicalId.slice(0, -logicalSuffix(owner.id).length) : logicalId;
    const resource = entriesOf(this.#tree, 'Resources').get(name);
    return resource && this.#tree.at({ start: resource.from });
  }

  faultOf(preview: RenderedPreview): string | undefined {
    const filled = this.#fill(preview);
    return typeof filled === 'string' ? filled : undefined;
  }

  render({ previews, held, kept, revision = false }: RenderedState): string {
    const carried = kept?.entries ?? [];
    if (previews.length + carried.length + held.length === 0 && !revision) return this.#tree.source;
    const problems: Problem[] = [];
    const blocks = kept ? this.#blocksOf(kept) : [];
    const filled: (FilledPreview | CarriedPreview)[] = blocks.map((block) => ({ block }));
    const seen = new Set(carried.map(({ service, id }) => `${service} ${logicalSuffix(id)}`));
    for (const preview of previews) {
      const key = `${preview.service} ${logicalSuffix(preview.id)}`;
      const made = seen.has(key) ? 'another preview has the same id' : this.#fill(preview);
      seen.add(key);
      if (typeof made === 'string') problems.push(faulty(preview, made, this.#tree.file));
      else filled.push(made);
    }
    if (problems.length > 0) throw UserError.all(problems);
    const hasOutputs = blocks.some(({ outputs }) => outputs !== '');
    const state = { previews: [...carried, ...previews], held };
    return this.#writing(hasOutputs).write(filled, state, revision);
  }

  #blocksOf({ entries, from }: NonNullable<RenderedState['kept']>): readonly KeptBlock[] {
    const blocks = blocksIn(from, this.#tree.file);
    return entries.map((entry) => {
      const block = blocks.get(blockKey(entry));
      const hasOutputs = block !== undefined && block.outputs !== '';
      if (block && this.#writing(hasOutputs).takes(block)) return block;
      throw UserError.all([faulty(entry, notCarried, this.#tree.file)]);
    });
  }

  #writing(withOutputs: boolean): TemplateWriter {
    const hasOutputs =
      withOutputs ||
      this.#writesOutputs ||
      [...this.#services.values()].some(({ rules }) => rules.settings.outputs.length > 0);
    if (this.#writesOutputs !== hasOutputs) this.#writer = undefined;
    this.#writesOutputs = hasOutputs;
    this.#writer ??= new TemplateWriter(
      this.#tree.source,
      sitesOf(this.#tree, hasOutputs),
      (name, part) =>
        this.#services.get(name)?.texts(part) ?? { resources: [], outputs: [], problems: [] },
    );
    return this.#writer;
  }

  #fill(preview: RenderedPreview): FilledPreview | string {
    const service = this.#services.get(preview.service);
    if (!service) return `there is no service ${preview.service} in the configuration`;
    const filled = fillingFor(preview, service.rules.settings);
    if ('fault' in filled) return filled.fault;
    const [problem] = service.texts(filled.part).problems;
    if (problem) return problem.message;
    const { logical } = filled.filling;
    const clash = service.clones.find(({ name }) => this.#names.has(name + logical));
    if (clash) return `the template has a resource ${clash.name}${logical} of its own`;
    const isTooLong = service.clones.some(
      ({ name }) => name.length + logical.length > longestLogicalId,
    );
    if (isTooLong) return 'a logical id would be longer than 255 characters';
    return (
      priorityFault(preview, service.listenerRules.length) ?? {
        service: preview.service,
        ...filled,
      }
    );
  }
}

const notCarried =
  'its text cannot be carried over, because the template is indented differently now; its own run makes it anew';

function priorityFault({ priorities }: PreviewEntry, rules: number): string | undefined {
  if (priorities.length !== rules) {
    return `it has ${priorities.length} priorities for ${rules} listener rules`;
  }
  const isValid = (number: number) =>
    Number.isInteger(number) && number >= 1 && number <= highestPriority;
  const wrong = priorities.find((number) => !isValid(number));
  return wrong === undefined ? undefined : `${wrong} is no priority: 1 to ${highestPriority} are`;
}

function faulty({ service, pullRequest }: PreviewEntry, fault: string, file: string): Problem {
  return {
    message: `the preview of pull request ${pullRequest} cannot be put into the template of ${service}: ${fault}`,
    hint: 'Mend `preview: { cloudformation: { expand: … } }` or the branch; other previews are not at fault.',
    location: { file },
  };
}

function claimedTwice(
  tree: TemplateTree,
  name: string,
  services: readonly string[],
  start: number,
): Problem {
  return {
    message: `${services.join(' and ')} would both clone ${name}`,
    hint: `Name ${name} under \`expand: { resources: […] }\` of one of them; the other then shares the original.`,
    location: tree.at({ start }),
  };
}
