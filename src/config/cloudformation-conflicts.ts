import { nearest } from '../core/nearest.ts';
import { isSameJson } from '../core/same-json.ts';
import { type Conflict, conflictCheck } from './conflicts.ts';
import { ofOnePreview, sharedClones } from './expand-conflicts.ts';
import {
  type FileCloudFormation,
  type MergedCloudFormation,
  mergeCloudFormation,
  missingKeys,
  resolveCloudFormation,
} from './resolve-cloudformation.ts';
import { type ConfiguredTarget, resolveTarget, type TargetSections } from './resolve-target.ts';
import { listed, show } from './wording.ts';

/** A service, as far as targets go. */
export interface ServiceSection {
  readonly host?: string | undefined;
  readonly target?: ConfiguredTarget | undefined;
  readonly cloudformation?: FileCloudFormation | undefined;
}

/** `preview`, as far as targets go. */
export interface PreviewSection extends TargetSections {
  readonly host?: string | undefined;
  readonly cloudformation?: FileCloudFormation | undefined;
  readonly services?: Readonly<Record<string, ServiceSection>> | undefined;
}

/** A service that runs on CloudFormation, with all it inherits. */
export interface StackService {
  readonly name: string;
  readonly own: ServiceSection;
  readonly merged: MergedCloudFormation;
  readonly host: string | undefined;
}

const reads = ['host', 'target', 'local', 'cloudformation', 'services'] as const;

/** A map of targets that does not fit the services. */
export const targetConflicts = conflictCheck<PreviewSection>(
  ['target', 'services'],
  ({ target, services = { app: {} } }) => {
    if (typeof target !== 'object') return [];
    const names = Object.keys(services);
    const left = names.filter((name) => !Object.hasOwn(target, name) && !services[name]?.target);
    return [
      ...Object.keys(target)
        .filter((name) => !names.includes(name))
        .map((name) => unknownService(name, names)),
      ...(left.length === 0
        ? []
        : [
            {
              path: ['target'],
              wrong: `it names no target for ${listed(left.map(show))}`,
              next: `Add ${left[0]}: local, or the target it is to run on.`,
            },
          ]),
    ];
  },
);

function unknownService(name: string, names: readonly string[]): Conflict {
  const meant = nearest(name, names);
  return {
    path: ['target', name],
    wrong: `there is no service ${show(name)}.${meant ? ` Did you mean ${show(meant)}?` : ''} Services: ${names.join(', ')}`,
    next: meant ? `Write ${meant}: instead.` : 'Remove it, or add the service under services.',
  };
}

/** What services on CloudFormation lack, say in vain, or would share. */
export const cloudFormationConflicts = conflictCheck<PreviewSection>(reads, (section) => {
  const services = stackServices(section);
  return [
    ...services.flatMap((service) => [
      ...lacks(service, section),
      ...inVain(service, section),
      ...ofOnePreview(service, section),
    ]),
    ...pairs(services).flatMap(([first, second]) => [
      ...sharedStack(first, second),
      ...sharedClones(first, second),
    ]),
  ];
});

function stackServices(section: PreviewSection): StackService[] {
  const services = Object.entries(section.services ?? { app: {} as ServiceSection });
  return services
    .filter(([name, own]) => resolveTarget(name, own.target, section) === 'cloudformation')
    .map(([name, own]) => ({
      name,
      own,
      merged: mergeCloudFormation(section.cloudformation, own.cloudformation),
      host: own.host ?? section.host,
    }));
}

function lacks(service: StackService, section: PreviewSection): Conflict[] {
  const { merged, host } = service;
  return missingKeys(merged, host).map((key) => {
    const below = merged.mode === 'expand' && key !== 'expand' ? 'expand.' : '';
    const why = merged.mode === 'stack' ? 'a stack' : 'mode expand';
    return {
      path: nearestSection(service, section, below !== ''),
      wrong: `${why} needs ${show(`cloudformation.${below}${key}`)}`,
      next: `Add ${examples[key] ?? key}.`,
    };
  });
}

const examples: Readonly<Record<string, string>> = {
  template: 'template: infra/preview.yaml, the path of the template in the repository',
  expand: 'expand: { stack: …, resources: […], domain: …, priorities: … }, or write mode: stack',
  stack: 'stack: and the name of the shared stack',
  resources: 'resources: [Service, TaskDefinition, TargetGroup, ListenerRule, DomainRecord], say',
  priorities: 'priorities: 12001-12999, a range that no other rule of the listener uses',
  domain: 'domain: "{id}.preview.example.com", or host: of the preview',
};

/** Where a key that is absent would stand. */
function nearestSection(
  { name, own }: StackService,
  section: PreviewSection,
  expand: boolean,
): string[] {
  if (expand && own.cloudformation?.expand) return ['services', name, 'cloudformation', 'expand'];
  if (expand && section.cloudformation?.expand) return ['cloudformation', 'expand'];
  if (own.cloudformation) return ['services', name, 'cloudformation'];
  if (section.cloudformation) return ['cloudformation'];
  return own.target ? ['services', name, 'target'] : ['target'];
}

/** Keys of the other mode, at the place where they stand. Whoever writes `mode: stack` may have both sections ready. */
function inVain({ name, own, merged }: StackService, section: PreviewSection): Conflict[] {
  const at = (key: keyof FileCloudFormation): readonly string[] | undefined => {
    if (own.cloudformation?.[key] !== undefined) return ['services', name, 'cloudformation', key];
    return section.cloudformation?.[key] === undefined ? undefined : ['cloudformation', key];
  };
  if (merged.mode === 'stack') {
    const path = at('expand');
    const inherited = path?.length === 2 && modes(section).has('expand');
    return path && !inherited && at('mode') === undefined
      ? [{ path, wrong: 'it has no effect in mode stack', next: 'Add mode: expand, or remove it.' }]
      : [];
  }
  return onlyForStacks
    .filter((key) => isSaid(merged[key]) && (at(key)?.length === 4 || !modes(section).has('stack')))
    .map((key) => ({
      path: at(key) ?? ['cloudformation'],
      wrong: 'it has no effect in mode expand, where previews share one stack',
      next: 'Remove it.',
    }));
}

const onlyForStacks = ['import', 'termination-protection', 'on-failure', 'empty-buckets'] as const;

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== false && value !== 'rollback';
}

/** The modes that services have. */
function modes(section: PreviewSection): Set<string> {
  return new Set(stackServices(section).map(({ merged }) => merged.mode));
}

/** Two services with one name of a stack are one stack, so that all but their addresses is the same. */
function sharedStack(first: StackService, second: StackService): Conflict[] {
  const name = commonStackName(first, second);
  if (name === undefined) return [];
  const ambiguous = ofOneService(first.merged);
  if (ambiguous)
    return [
      {
        path: second.own.cloudformation?.parameters
          ? ['services', second.name, 'cloudformation', 'parameters']
          : ['services', second.name],
        wrong: `it shares the stack ${show(name)} with ${show(first.name)}, and ${ambiguous} in parameters or tags means one service`,
        next: 'Put {service} into stack-name, as "{repository}-{service}-{id}", or pass the values by the input parameters.',
      },
    ];
  const [one, other] = [first, second].map(({ merged, host }) =>
    resolveCloudFormation(merged, host),
  );
  if (!one || !other) return [];
  const keys = Object.keys({ ...one, ...other }) as (keyof typeof one)[];
  const key = keys.find(
    (candidate) => candidate !== 'url' && !isSameJson(one[candidate], other[candidate]),
  );
  if (key === undefined) return [];
  return [
    {
      path: second.own.cloudformation
        ? ['services', second.name, 'cloudformation']
        : ['services', first.name, 'cloudformation'],
      wrong: `the services ${show(first.name)} and ${show(second.name)} share the stack ${show(name)}, and differ in ${kebab(key)}`,
      next: `Put {service} into stack-name, as "{repository}-{service}-{id}", or say ${kebab(key)} above services.`,
    },
  ];
}

/** A placeholder of parameters or tags that differs between services. */
function ofOneService({ parameters, tags }: MergedCloudFormation): string | undefined {
  return /\{(?:service|image|digest)\}/.exec(JSON.stringify([parameters, tags]))?.[0];
}

function commonStackName(first: StackService, second: StackService): string | undefined {
  if (first.merged.mode !== 'stack' || second.merged.mode !== 'stack') return undefined;
  if (first.merged.region !== second.merged.region) return undefined;
  const [one, other] = [first, second].map(({ name, merged }) =>
    (merged['stack-name'] ?? '{repository}-preview-{id}').replaceAll('{service}', name),
  );
  return one === other ? one : undefined;
}

function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((first, index) =>
    items.slice(index + 1).map((second): [Item, Item] => [first, second]),
  );
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
