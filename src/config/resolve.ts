import { type Duration, parseDuration } from '../core/time.ts';
import type { TargetKind } from '../targets/target.ts';
import { asList } from './lists.ts';
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
export function resolveConfiguration({ preview }: FileContent) {
  const { id, host, environment, local, target } = preview;
  const shared = { probe: mergeProbe(preview.probe, {}, local.health), local };
  const services = Object.entries(preview.services ?? { app: {} });
  return {
    preview: {
      id,
      host,
      environment,
      eligible: resolveEligible(preview.eligible),
      expireAfter: asExpiry(preview['expire-after']),
      probe: resolveProbe(shared.probe),
      target: target as TargetKind,
      services: services.map(([name, service]) => resolveService(name, service, preview, shared)),
    },
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
  return {
    name,
    paths: asList(service.paths ?? preview.eligible.paths),
    host: service.host ?? preview.host,
    probe: resolveProbe(mergeProbe(shared.probe, service.probe, service.local?.health)),
    target: (service.target ?? preview.target) as TargetKind,
    local: resolveLocal(inherited, service.local),
  };
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
