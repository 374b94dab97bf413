import { type Duration, formatDuration, parseDuration } from '../core/time.ts';
import { defaultLocalSettings } from './defaults.ts';
import { asList } from './lists.ts';
import { mergeCloudFormation, resolveCloudFormation } from './resolve-cloudformation.ts';
import { mergeKubernetes, resolveKubernetes } from './resolve-kubernetes.ts';
import { resolvePipelines } from './resolve-pipeline.ts';
import { resolveTarget } from './resolve-target.ts';
import type { FileContent } from './sections.ts';

type FilePreview = FileContent['preview'];
type FileService = NonNullable<FilePreview['services']>[string];
type FileProbe = NonNullable<FileService['probe']>;
type FileLocal = NonNullable<FileService['local']>;
type FileHealth = FileLocal['health'];

/** What every service starts from. */
interface Shared {
  readonly probe: FilePreview['probe'];
  readonly local: FileLocal;
}

/** Turns what the file says into what the actions read: services inherit what stands above them. */
export function resolveConfiguration({ preview, pipelines, ledger }: FileContent) {
  const { id, host, environment } = preview;
  const local = preview.local ?? { 'sleep-after': formatDuration(defaultLocalSettings.sleepAfter) };
  const shared = { probe: mergeProbe(preview.probe, {}, local.health), local };
  const services = Object.entries(preview.services ?? { app: {} }).map(([name, service]) =>
    resolveService(name, service, preview, shared),
  );
  const targets = [...new Set(services.map(({ target }) => target))];
  return {
    preview: {
      id,
      host,
      environment,
      eligible: resolveEligible(preview.eligible),
      expireAfter: asExpiry(preview['expire-after']),
      probe: resolveProbe(shared.probe),
      /** That of all services; where they differ, of the first one. */
      target: targets[0] ?? ('local' as const),
      /** Every kind that a service has, in the order of the services. */
      targets,
      services,
    },
    /** By name; empty where the file has none. */
    pipelines: resolvePipelines(pipelines),
    /** Absent: the repository itself, by GitHub's API. */
    ledger,
  };
}

function resolveEligible(given: FilePreview['eligible']) {
  const { branches, labels, authors } = given;
  return {
    branches: { include: asList(branches.include), exclude: asList(branches.exclude) },
    base: asList(given.base),
    labels: { any: asList(labels.any), none: asList(labels.none) },
    drafts: given.drafts,
    authors: { include: asList(authors.include), exclude: asList(authors.exclude) },
    forks: given.forks,
    paths: asList(given.paths),
    max: given.max,
  };
}

function resolveService(name: string, service: FileService, preview: FilePreview, shared: Shared) {
  const inherited = withoutOverruledHealth(shared.local, service.probe);
  const given = service.host ?? preview.host;
  const { cloudformation, stackName } = resolveStack(preview, service, given);
  const { kubernetes, namespace } = resolvePlace(preview, service);
  return {
    name,
    paths: asList(service.paths ?? preview.eligible.paths),
    host: given ?? literalDomain(cloudformation?.expand?.domain),
    probe: resolveProbe(mergeProbe(shared.probe, service.probe, service.local?.health)),
    target: resolveTarget(name, service.target, preview),
    local: resolveLocal(inherited, service.local),
    /** Absent where no section says enough for it. */
    cloudformation,
    /** Template of the name of the stack; absent = the usual one. */
    stackName,
    /** Absent where no section says enough for it. */
    kubernetes,
    /** Template of the name of the namespace; absent = the usual one. */
    namespace,
  };
}

function resolvePlace(preview: FilePreview, service: FileService) {
  if (!preview.kubernetes && !service.kubernetes)
    return { kubernetes: undefined, namespace: undefined };
  const merged = mergeKubernetes(preview.kubernetes, service.kubernetes);
  return { kubernetes: resolveKubernetes(merged), namespace: merged.namespace };
}

function resolveStack(preview: FilePreview, service: FileService, host: string | undefined) {
  if (!preview.cloudformation && !service.cloudformation)
    return { cloudformation: undefined, stackName: undefined };
  const merged = mergeCloudFormation(preview.cloudformation, service.cloudformation);
  return {
    cloudformation: resolveCloudFormation(merged, host),
    stackName: merged['stack-name'],
  };
}

/** A domain of which CloudFormation replaces nothing is a host. */
function literalDomain(domain: string | undefined): string | undefined {
  return domain?.includes('$') ? undefined : domain;
}

/** A probe of the service's own is nearer than a health that it would inherit. */
function withoutOverruledHealth(above: FileLocal, probe: FileProbe = {}): FileLocal {
  const { health, ...rest } = above;
  const overruled = probe.path !== undefined || probe.expect !== undefined;
  return health && !overruled ? { ...rest, health } : rest;
}

/** The nearest word on each key; a health replaces path and expect as one. */
function mergeProbe(above: FilePreview['probe'], own: FileProbe = {}, health?: FileHealth) {
  const { path, expect, within } = { ...above, ...own };
  return health ? { ...health, within } : { path, within, ...(expect !== undefined && { expect }) };
}

function resolveProbe({ path, expect, within }: FilePreview['probe']) {
  return { path, expect, within: asDuration(within) };
}

function resolveLocal(above: FileLocal, own: FileLocal = {}) {
  const { run, install, stop, health, 'sleep-after': sleepAfter } = { ...above, ...own };
  const sleep = sleepAfter === undefined ? undefined : asExpiry(sleepAfter);
  return {
    ...(run && { run }),
    ...(install && { install }),
    ...(stop && { stop }),
    env: { ...above.env, ...own.env },
    ...(health && { health }),
    ...(sleep !== undefined && { sleepAfter: sleep }),
  };
}

/** The schema lets only lengths of time through, so that another text is a fault of ours. */
function asDuration(text: string): Duration {
  const length = parseDuration(text);
  if (length === undefined) throw new TypeError(`not a duration: ${text}`);
  return length;
}

function asExpiry(text: string): Duration | undefined {
  return text === 'never' ? undefined : asDuration(text);
}
