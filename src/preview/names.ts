import {
  missingPlaceholders,
  renderTemplate,
  type TemplateValues,
  unknownPlaceholders,
} from '../core/template.ts';
import type { Problem } from '../core/user-error.ts';
import { type IdSource, previewId } from './preview-id.ts';
import { branchSlug } from './slug.ts';

/** What the names of one preview are derived from. */
export interface NameSource extends IdSource {
  /** `owner/name`. */
  readonly repository: string;
  readonly service: string;
  /** 40 hex digits, where the run knows it. */
  readonly commit: string | undefined;
}

/** The templates of the names; see the configuration's reference page. */
export interface NameTemplates {
  readonly host: string | undefined;
  readonly environment: string;
  readonly stackName: string;
  readonly namespace: string;
}

/** Every name of one preview and service. Empty strings where there is no host. */
export interface PreviewNames {
  readonly id: string;
  /** For CloudFormation logical ids. */
  readonly idUpper: string;
  /** `-1D0FD508`, for suffixes of names. */
  readonly idDashed: string;
  readonly slug: string;
  readonly host: string;
  readonly environment: string;
  readonly stackName: string;
  readonly namespace: string;
}

/** Templates used where the configuration names none. */
export const defaultTemplates = {
  stackName: '{repository}-preview-{id}',
  namespace: '{repository}-preview-{id}',
} as const;

/** A name with the limit of what it names. */
interface Limit {
  readonly what: string;
  readonly valid: (name: string) => boolean;
  readonly allowed: string;
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Limits: RFC 1035 2.3.4 and RFC 1123 2.1; CloudFormation's and Kubernetes' documentation of names. */
const limits = {
  host: {
    what: 'host name',
    valid: (name) => name.length <= 253 && name.split('.').every((part) => label.test(part)),
    allowed: 'labels of 1 to 63 of a-z, 0-9 and inner dashes, joined by dots, 253 in all',
  },
  environment: {
    what: 'environment name',
    valid: (name) => name.length > 0 && name.length <= 255,
    allowed: '1 to 255 characters',
  },
  stackName: {
    what: 'stack name',
    valid: (name) => /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name),
    allowed: 'a letter, then letters, digits and dashes, 128 in all',
  },
  namespace: {
    what: 'namespace',
    valid: (name) => label.test(name),
    allowed: '1 to 63 of a-z, 0-9 and inner dashes',
  },
} as const satisfies Record<string, Limit>;

/**
 * Derives every name of a preview and checks each against the limit of what it names. A name that only a
 * default made is shortened to fit (with a hash, so that two never collide); one that the user's template
 * made is a problem instead, for a silently changed name is a leak later.
 */
export function deriveNames(
  source: NameSource,
  templates: NameTemplates,
): { names: PreviewNames; problems: Problem[] } {
  const id = previewId(source);
  const values = templateValues(source, id);
  const problems: Problem[] = [];
  const derive = (kind: keyof typeof limits, template: string) => {
    const found = checkTemplate(limits[kind], template, values);
    problems.push(...found);
    return found.length > 0 ? '' : renderTemplate(template, values);
  };
  const names: PreviewNames = {
    id,
    idUpper: id.toUpperCase(),
    idDashed: `-${id.toUpperCase()}`,
    slug: values.slug ?? '',
    host: templates.host === undefined ? '' : derive('host', templates.host),
    environment: derive('environment', templates.environment),
    stackName:
      templates.stackName === defaultTemplates.stackName
        ? defaultName(source, id, 128, /^[a-z]/)
        : derive('stackName', templates.stackName),
    namespace:
      templates.namespace === defaultTemplates.namespace
        ? defaultName(source, id, 63, /^[a-z0-9]/)
        : derive('namespace', templates.namespace),
  };
  return { names, problems };
}

/** What the placeholders stand for in a run. `{repository}` and `{owner}` are made DNS labels. */
export function templateValues(source: NameSource, id: string): TemplateValues {
  const [owner = '', name = ''] = source.repository.split('/');
  return {
    id,
    ID: id.toUpperCase(),
    slug: branchSlug(source.branch),
    service: source.service,
    repository: branchSlug(name),
    owner: branchSlug(owner),
    branch: source.branch,
    ...(source.pullRequest !== undefined && { number: String(source.pullRequest) }),
    ...(source.commit && { sha: source.commit, 'short-sha': source.commit.slice(0, 7) }),
  };
}

/** `<repository>-preview-<id>`, with the repository cut (it carries a hash then) where the whole is too long. */
function defaultName({ repository }: NameSource, id: string, limit: number, start: RegExp): string {
  const suffix = `-preview-${id}`;
  const name = branchSlug(repository.split('/')[1] ?? '');
  const stem = start.test(name) ? name : `r-${name}`;
  const room = limit - suffix.length;
  return `${stem.length <= room ? stem : cutWithHash(stem, room)}${suffix}`;
}

function cutWithHash(stem: string, room: number): string {
  const hashed = branchSlug(`${stem}/`);
  const hash = hashed.slice(-9);
  return `${stem.slice(0, room - hash.length).replace(/-+$/, '')}${hash}`;
}

function checkTemplate(limit: Limit, template: string, values: TemplateValues): Problem[] {
  const unknown = unknownPlaceholders(template);
  if (unknown.length > 0) return [unknownProblem(limit, template, unknown)];
  const missing = missingPlaceholders(template, values);
  if (missing.length > 0) return [missingProblem(limit, template, missing)];
  const name = renderTemplate(template, values);
  return limit.valid(name) ? [] : [limitProblem(limit, template, name)];
}

function unknownProblem(limit: Limit, template: string, unknown: readonly string[]): Problem {
  return {
    message: `the ${limit.what} template "${template}" has the unknown placeholder {${unknown.join('}, {')}}`,
    hint: 'Use {id} {ID} {number} {slug} {service} {repository} {owner} {sha} {short-sha} {branch}.',
  };
}

function missingProblem(limit: Limit, template: string, missing: readonly string[]): Problem {
  return {
    message: `the ${limit.what} template "${template}" needs {${missing.join('}, {')}}, which this run does not know`,
    hint: 'Run on a pull_request event, or pass the input `pull-request`; {id} and {slug} are always known.',
  };
}

function limitProblem(limit: Limit, template: string, name: string): Problem {
  return {
    message: `the ${limit.what} "${name}" (from "${template}") is not allowed: ${limit.allowed}`,
    hint: 'Use {id} or {slug}, which always fit a DNS label, instead of longer placeholders.',
  };
}
