import { type Problem, UserError } from '../../../../core/user-error.ts';
import type { CloudFormationSettings, ExpandSettings } from '../../settings.ts';
import type { ReleaseDefinition } from './releases.ts';

/** What is cloned for each preview as one: a service, or one of those that release definitions name for it. */
export interface Part {
  /** Unique among all that live in the shared stack; the memory of the template knows it by this name. */
  readonly name: string;
  /** What `{service}` stands for in templates. */
  readonly shortName: string;
  /** The service of the configuration. */
  readonly service: string;
  readonly settings: CloudFormationSettings;
  readonly expand: ExpandSettings;
  /** Path of the shared template in the repository; absent = the one that is deployed. */
  readonly template?: string;
}

/** One text that previews are put into, and the parts that live in it. */
export interface SharedFile {
  /** Path in the repository; absent = the text that is deployed. */
  readonly template?: string;
  readonly parts: readonly Part[];
}

/** One stack that is updated as a whole. */
export interface SharedPlace {
  readonly stack: string;
  readonly region?: string;
  readonly root?: { readonly folder: string; readonly template: string };
  /** Exactly one without `root`. */
  readonly files: readonly SharedFile[];
  /** Of the first service that lives there: how the stack itself is updated. */
  readonly settings: CloudFormationSettings;
  /** Release definitions, for the version parameters of the root. */
  readonly releases: readonly ReleaseDefinition[];
}

/** A service of the configuration, with the release definitions that it names. */
export interface ExpandedService {
  readonly name: string;
  readonly settings: CloudFormationSettings;
  readonly expand: ExpandSettings;
  /** Absent = it names none. */
  readonly releases?: readonly ReleaseDefinition[];
}

/**
 * The parts of one service. With release definitions it stands for all of them that belong to this repository and
 * ask for previews, or for the one that has its name.
 */
export function partsOf(service: ExpandedService, repository: string): readonly Part[] {
  const { name, settings, expand, releases } = service;
  if (!releases) {
    const shortName = expand.service ?? name;
    const template = settings.template;
    return [{ name, shortName, service: name, settings, expand, ...(template && { template }) }];
  }
  const own = repository.split('/')[1]?.toLowerCase();
  const matching = releases.filter(
    ({ github, preview, infrastructure }) =>
      preview && !infrastructure && github.toLowerCase() === own,
  );
  const named = matching.filter((one) => one.name === name || one.name === expand.service);
  const chosen = named.length > 0 ? named : matching;
  if (chosen.length === 0) throw noRelease(expand.releases ?? '', own ?? '');
  return chosen.map((release) => releasedPart(service, release, chosen.length === 1));
}

/** Kayron's rule: the template of an image is the file of its name, in any folder. */
function releasedPart(
  { name, settings, expand }: ExpandedService,
  release: ReleaseDefinition,
  only: boolean,
): Part {
  const template = settings.template?.replaceAll('{release}', release.name);
  return {
    name: only ? name : release.name,
    shortName: only ? (expand.service ?? release.name) : release.name,
    service: name,
    settings,
    expand: only ? { service: release.name, ...expand } : { ...expand, service: release.name },
    template: template ?? `**/${release.name}.yaml`,
  };
}

function noRelease(folder: string, repository: string): UserError {
  return new UserError(
    `no release definition in ${folder} asks for previews of ${repository}`,
    `Write \`deploy: { preview: true }\` into the definition with \`github: "${repository}"\`.`,
  );
}

/** The stacks that the parts live in. Throws a `UserError` where two parts of one stack contradict each other. */
export function sharedPlaces(
  parts: readonly Part[],
  releases: readonly ReleaseDefinition[] = [],
): readonly SharedPlace[] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const key = `${part.settings.region ?? ''} ${part.expand.stack}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  const problems = [...groups.values()].flatMap(contradictions);
  if (problems.length > 0) throw UserError.all(problems);
  return [...groups.values()].map((group) => placeOf(group, releases));
}

function placeOf(parts: readonly Part[], releases: readonly ReleaseDefinition[]): SharedPlace {
  const [first] = parts;
  if (!first) throw new RangeError('a place without parts');
  const { settings, expand } = first;
  const templates = [...new Set(parts.map(({ template }) => template))];
  return {
    stack: expand.stack,
    settings,
    releases,
    files: templates.map((template) => ({
      ...(template !== undefined && { template }),
      parts: parts.filter((part) => part.template === template),
    })),
    ...(settings.region !== undefined && { region: settings.region }),
    ...(expand.root && { root: expand.root }),
  };
}

function contradictions(parts: readonly Part[]): Problem[] {
  const [first] = parts;
  const problems: Problem[] = [];
  for (const part of parts.slice(1)) {
    const { expand, template, service } = part;
    if (expand.root?.folder !== first?.expand.root?.folder) {
      problems.push({
        message: `services ${first?.service} and ${service} share the stack ${expand.stack}, but not its \`root\``,
        hint: 'Put `expand: { root: … }` into `preview.cloudformation`, where all services inherit it.',
      });
    } else if (!expand.root && template !== first?.template) {
      problems.push({
        message: `services ${first?.service} and ${service} share the stack ${expand.stack}, but name different templates`,
        hint: 'Give both the same `template`, or leave it out to use the one that is deployed.',
      });
    }
  }
  return problems;
}
