import type { PreviewConfiguration, ServiceConfiguration } from '../config/schema.ts';
import { sha256Hex } from '../core/sha256.ts';
import { after, type Instant, instant } from '../core/time.ts';
import { type Problem, UserError } from '../core/user-error.ts';
import type { DesiredPreview, DesiredService, ObservedPreview } from '../targets/target.ts';
import {
  defaultTemplates,
  deriveNames,
  type NameSource,
  type PreviewNames,
  templateValues,
} from './names.ts';
import { defaultIdLength } from './preview-id.ts';
import type { PullRequest } from './pull-request.ts';

/** What a desired preview is made from. */
export interface DesiredSource {
  /** `owner/name`. */
  readonly repository: string;
  readonly pullRequest: PullRequest;
  readonly configuration: PreviewConfiguration;
  /** Those of the configuration's services that this preview is to have. */
  readonly services: readonly ServiceConfiguration[];
  readonly requested: boolean;
  /** Image with digest by service, where the run was given some. */
  readonly images: ReadonlyMap<string, string>;
  /** The preview as it exists, whose longer expiry is kept. */
  readonly existing: ObservedPreview | undefined;
  readonly now: Instant;
  /** Databases are to be replaced by fresh ones, once for each text. */
  readonly resetDatabase?: string | undefined;
}

/**
 * The preview a pull request should have, with every derived name checked. Throws one `UserError` with every
 * name that breaks a limit.
 */
export function desiredPreview(source: DesiredSource): {
  desired: DesiredPreview;
  environment: string;
} {
  const { repository, pullRequest, configuration, existing, now } = source;
  const derived = source.services.map((service) => deriveService(source, service));
  const problems = [...derived.flatMap((service) => service.problems), ...sameHosts(derived)];
  if (problems.length > 0) throw UserError.all(problems);
  const services = derived.map(({ desired }) => desired);
  const expiresAt = laterOf(
    existing?.expiresAt,
    configuration.expireAfter && after(now, configuration.expireAfter),
  );
  return {
    environment: derived[0]?.names.environment ?? 'preview',
    desired: {
      repository,
      previewId: derived[0]?.names.id ?? '',
      pullRequest: pullRequest.number,
      commit: pullRequest.head.sha,
      requested: source.requested,
      services,
      fingerprint: fingerprintOf(services),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(source.resetDatabase !== undefined && { resetDatabase: source.resetDatabase }),
    },
  };
}

/**
 * Two hashes: of the configuration, which every run knows, and after a dash of what only a run of this preview was
 * given (`images`, `parameters`), where there is some. Names and values are left out: they follow from the preview
 * and its commit, which are compared by themselves.
 */
function fingerprintOf(services: readonly DesiredService[]): string {
  const configured: unknown[] = [];
  const given: unknown[] = [];
  for (const { names: _names, values: _values, image, settings, ...service } of services) {
    const { overrides = {}, ...rest } = (settings ?? {}) as { overrides?: object };
    configured.push({ ...service, settings: rest });
    if (image !== undefined || Object.keys(overrides).length > 0) {
      given.push({ name: service.name, image, overrides });
    }
  }
  return given.length > 0 ? `${hashOf(configured)}-${hashOf(given)}` : hashOf(configured);
}

/** The fingerprint with what another one says was given to its run: other runs cannot know it, nor is it theirs. */
export function givenAsIn(fingerprint: string, other: string): string {
  const [configured = ''] = fingerprint.split('-');
  const [, given] = other.split('-');
  return given === undefined ? configured : `${configured}-${given}`;
}

function hashOf(value: unknown): string {
  return sha256Hex(JSON.stringify(sortKeys(value))).slice(0, 16);
}

/** The template of a service's host: the configuration's, or for the local target one below `localhost`. */
export function hostTemplate(
  service: ServiceConfiguration,
  { services }: PreviewConfiguration,
): string | undefined {
  if (service.host !== undefined || service.target !== 'local') return service.host;
  return services.length > 1 ? '{id}.{service}.localhost' : '{id}.localhost';
}

interface DerivedService {
  readonly desired: DesiredService;
  readonly names: PreviewNames;
  readonly problems: readonly Problem[];
}

function deriveService(
  { repository, pullRequest, configuration, images }: DesiredSource,
  service: ServiceConfiguration,
): DerivedService {
  const source: NameSource = {
    scheme: configuration.id,
    branch: pullRequest.head.branch,
    pullRequest: pullRequest.number,
    length: defaultIdLength,
    repository,
    service: service.name,
    commit: pullRequest.head.sha,
  };
  const { names, problems } = deriveNames(source, {
    ...defaultTemplates,
    host: hostTemplate(service, configuration),
    environment: configuration.environment,
    ...(service.stackName !== undefined && { stackName: service.stackName }),
    ...(service.namespace !== undefined && { namespace: service.namespace }),
  });
  const { path, expect, within } = service.probe;
  const image = images.get(service.name);
  return {
    names,
    problems,
    desired: {
      name: service.name,
      host: names.host,
      probe: { path, within, ...(expect !== undefined && { expect }) },
      settings: service[service.target],
      names: { stackName: names.stackName, namespace: names.namespace },
      values: { ...templateValues(source, names.id), ...imageValues(image) },
      ...(image !== undefined && { image }),
    },
  };
}

/** `{image}` and `{digest}`, where the run was given the image of this service. */
function imageValues(image: string | undefined) {
  return image === undefined ? {} : { image, digest: image.slice(image.indexOf('@') + 1) };
}

function sameHosts(services: readonly DerivedService[]): Problem[] {
  const hosts = services.map(({ desired }) => desired.host).filter((host) => host !== '');
  return [...new Set(hosts.filter((host, index) => hosts.indexOf(host) !== index))].map((host) => ({
    message: `two services have the host "${host}"`,
    hint: 'Put {service} into `preview.host`, or give each service a `host` of its own.',
  }));
}

function laterOf(first: Instant | undefined, second: Instant | undefined): Instant | undefined {
  if (first === undefined || second === undefined) return second;
  return instant(Math.max(first, second));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
