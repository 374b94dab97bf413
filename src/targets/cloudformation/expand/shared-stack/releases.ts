import { LineCounter, parseDocument } from 'yaml';
import { type Problem, UserError } from '../../../../core/user-error.ts';

/** What a release definition says about the main deployment. `none` = it only asks for previews. */
export type ReleaseStrategy =
  | { readonly kind: 'release'; readonly version: string }
  | { readonly kind: 'branch'; readonly branch: string }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'none' };

/** One entry of a release definition file, in Kayron's format (github.com/0xSplits/kayron, pkg/release/schema). */
export interface ReleaseDefinition {
  /** Image and service, `docker`; of an infrastructure release the repository. */
  readonly name: string;
  /** Name of the repository, without its owner. */
  readonly github: string;
  readonly infrastructure: boolean;
  readonly strategy: ReleaseStrategy;
  /** `deploy.preview`: pull requests get previews. */
  readonly preview: boolean;
}

/** What Kayron reads: files of this name, below these two folders. */
const releaseFile = /^(?:infrastructure|service)\/.+\.yaml$/;
const repositoryForm = /^(?!\.)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/;
const dockerForm =
  /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
/** `v1`, `v1.2` and `v1.2.3-suffix`; build metadata cannot stand in the tag of an image. */
const releaseForm = /^v\d+(?:\.\d+(?:\.\d+(?:-[0-9A-Za-z.-]+)?)?)?$/;
const keys = ['docker', 'github', 'provider', 'deploy'];
const deployKeys = ['branch', 'release', 'suspend', 'preview'];

/**
 * Reads the release definitions of a folder (texts by path relative to it). Files of other names and folders are
 * left alone. Throws one `UserError` with everything that is wrong.
 */
export function readReleases(
  files: ReadonlyMap<string, string>,
  folder: string,
): readonly ReleaseDefinition[] {
  const paths = [...files.keys()].filter((path) => releaseFile.test(path)).sort();
  const read = paths.map((path) => readFile(files.get(path) ?? '', `${folder}/${path}`));
  const problems = read.flatMap((file) => file.problems);
  const releases = read.flatMap((file) => file.releases);
  problems.push(...duplicates(read));
  if (problems.length > 0) throw UserError.all(problems);
  return releases.map(({ definition }) => definition);
}

/** Kayron's name of the parameter that carries a version: `splits-lite` → `SplitsLiteVersion`. */
export function versionParameter(name: string): string {
  const words = name.split(/[- ]+/).filter((word) => word !== '');
  const title = words.map((word) => word[0]?.toUpperCase() + word.slice(1).toLowerCase());
  return `${title.join('')}Version`;
}

/** Versions that the main deployments should have, by parameter; those of branches are known to nobody here. */
export function releasedVersions(
  releases: readonly ReleaseDefinition[],
): ReadonlyMap<string, { readonly name: string; readonly version: string }> {
  const versions = releases.flatMap(({ name, strategy }) =>
    strategy.kind === 'release'
      ? [[versionParameter(name), { name, version: strategy.version }] as const]
      : [],
  );
  return new Map(versions);
}

interface Located {
  readonly definition: ReleaseDefinition;
  readonly file: string;
  readonly line: number;
}

interface ReadFile {
  readonly releases: readonly Located[];
  readonly problems: Problem[];
}

function readFile(text: string, file: string): ReadFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, schema: 'core' });
  const problems: Problem[] = document.errors.map(({ message, pos }) => ({
    message: message.split('\n')[0] ?? message,
    hint: 'Mend the YAML.',
    location: { file, line: lineCounter.linePos(pos[0]).line },
  }));
  const list: unknown = problems.length > 0 ? [] : document.toJS();
  if (!Array.isArray(list) || (problems.length === 0 && list.length === 0)) {
    const hint = 'Write `- docker: "web"`, `github: "web"`, `deploy: { release: "v1.0.0" }`.';
    return {
      releases: [],
      problems: [...problems, { message: 'not a list of releases', hint, location: { file } }],
    };
  }
  const releases: Located[] = [];
  for (const [index, entry] of list.entries()) {
    const node = document.getIn([index], true) as { range?: [number, number, number] } | undefined;
    const line = lineCounter.linePos(node?.range?.[0] ?? 0).line;
    const wrong = problemsOf(entry);
    problems.push(...wrong.map((problem) => ({ ...problem, location: { file, line } })));
    if (wrong.length === 0) releases.push({ definition: definitionOf(entry), file, line });
  }
  return { releases, problems };
}

interface Entry {
  readonly docker?: unknown;
  readonly github?: unknown;
  readonly provider?: unknown;
  readonly deploy?: Readonly<Record<string, unknown>>;
}

function problemsOf(entry: unknown): Problem[] {
  if (!isMap(entry)) {
    return [{ message: 'not a release', hint: 'Write `docker`, `github` and `deploy`.' }];
  }
  const { docker, github, provider, deploy }: Entry = entry;
  const deploys = isMap(deploy) ? deploy : {};
  const checks: [boolean, string, string][] = [
    [Object.keys(entry).every((key) => keys.includes(key)), unknownKey(entry, keys), allowed(keys)],
    [
      Object.keys(deploys).every((key) => deployKeys.includes(key)),
      unknownKey(deploys, deployKeys),
      allowed(deployKeys),
    ],
    [
      typeof github === 'string' && repositoryForm.test(github),
      `\`github\` is ${JSON.stringify(github)}, not the name of a repository`,
      'Write the name without its owner: `github: "web"`.',
    ],
    [
      docker !== undefined || provider !== undefined,
      'neither `docker` nor `provider` is set',
      'Write `docker: "web"`, or `provider: "cloudformation"` for infrastructure.',
    ],
    [
      docker === undefined || (typeof docker === 'string' && dockerForm.test(docker)),
      `\`docker\` is ${JSON.stringify(docker)}, not the name of an image`,
      'Write the name of the image without registry and tag: `docker: "web"`.',
    ],
    [
      provider === undefined || provider === 'cloudformation',
      `\`provider\` is ${JSON.stringify(provider)}, allowed: cloudformation`,
      'Write `provider: "cloudformation"`.',
    ],
  ];
  return [...failed(checks), ...deployProblems(deploys, provider !== undefined)];
}

function deployProblems(deploy: Readonly<Record<string, unknown>>, provider: boolean): Problem[] {
  const { branch, release, suspend, preview } = deploy;
  const strategies = ['branch', 'release', 'suspend'].filter((key) => isSet(deploy[key]));
  return failed([
    [
      strategies.length > 0 || isSet(preview),
      '`deploy` says nothing',
      'Write `deploy: { release: "v1.0.0" }`, `{ branch: "main" }` or `{ suspend: true }`.',
    ],
    [
      strategies.length <= 1,
      `\`deploy\` has ${strategies.join(' and ')}, of which one is allowed`,
      'Keep one of branch, release and suspend.',
    ],
    [
      !isSet(release) || (typeof release === 'string' && releaseForm.test(release)),
      `\`deploy.release\` is ${JSON.stringify(release)}`,
      'Write a tag such as `v1.2.3` or `v1.2.3-rc1`.',
    ],
    [
      !isSet(branch) || typeof branch === 'string',
      `\`deploy.branch\` is ${JSON.stringify(branch)}`,
      'Write the name of a branch in quotes.',
    ],
    [
      [suspend, preview].every((flag) => flag === undefined || typeof flag === 'boolean'),
      '`deploy.suspend` and `deploy.preview` are true or false',
      'Write `preview: true`.',
    ],
    [
      !(provider && isSet(preview)),
      'an infrastructure release cannot have previews',
      'Leave out `deploy.preview` where `provider` is set.',
    ],
  ]);
}

function failed(checks: readonly [boolean, string, string][]): Problem[] {
  return checks.filter(([fine]) => !fine).map(([, message, hint]) => ({ message, hint }));
}

function definitionOf(entry: Entry): ReleaseDefinition {
  const { docker, github, provider, deploy = {} } = entry;
  const { branch, release, suspend, preview } = deploy;
  return {
    name: String(provider === undefined ? docker : github),
    github: String(github),
    infrastructure: provider !== undefined,
    strategy: strategyOf(branch, release, suspend),
    preview: preview === true,
  };
}

function strategyOf(branch: unknown, release: unknown, suspend: unknown): ReleaseStrategy {
  if (isSet(release)) return { kind: 'release', version: String(release) };
  if (isSet(branch)) return { kind: 'branch', branch: String(branch) };
  return suspend === true ? { kind: 'suspend' } : { kind: 'none' };
}

/** Two definitions of one name would send one parameter twice. */
function duplicates(files: readonly ReadFile[]): Problem[] {
  const seen = new Map<string, Located>();
  const problems: Problem[] = [];
  for (const located of files.flatMap(({ releases }) => releases)) {
    const { definition, file, line } = located;
    const first = seen.get(versionParameter(definition.name));
    if (first) {
      problems.push({
        message: `"${definition.name}" is defined a second time; first at ${first.file}:${first.line}`,
        hint: 'Keep one of them.',
        location: { file, line },
      });
    } else seen.set(versionParameter(definition.name), located);
  }
  return problems;
}

function unknownKey(map: object, known: readonly string[]): string {
  const unknown = Object.keys(map).filter((key) => !known.includes(key));
  return `unknown key ${unknown.map((key) => `\`${key}\``).join(', ')}`;
}

function allowed(known: readonly string[]): string {
  return `Allowed: ${known.join(', ')}.`;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
