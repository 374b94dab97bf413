import type { TargetKind } from '../targets/target.ts';
import type { FileContent } from './sections.ts';

type FilePreview = FileContent['preview'];
type FileService = NonNullable<FilePreview['services']>[string];
type FileProbe = NonNullable<FileService['probe']>;
type FileLocal = NonNullable<FileService['local']>;
type ProbeConfiguration = Required<Omit<FilePreview['probe'], 'expect'>> & {
  expect: number | undefined;
};
type FileHealth = FileLocal['health'];

/** What every service starts from. */
interface Shared {
  readonly probe: ProbeConfiguration;
  readonly local: FileLocal;
}

/** Turns what the file says into what the actions read: services inherit what stands above them. */
export function resolveConfiguration({ preview }: FileContent) {
  const { 'expire-after': expireAfter, services, local, ...rest } = preview;
  const probe = mergeProbe(preview.probe, {}, local.health);
  const named = Object.entries(services ?? { app: {} });
  return {
    preview: {
      id: rest.id,
      host: rest.host,
      environment: rest.environment,
      eligible: rest.eligible,
      expireAfter,
      probe,
      target: rest.target as TargetKind,
      services: named.map(([name, service]) =>
        resolveService(name, service, preview, { probe, local }),
      ),
    },
  };
}

function resolveService(name: string, service: FileService, preview: FilePreview, shared: Shared) {
  return {
    name,
    paths: service.paths ?? preview.eligible.paths,
    host: service.host ?? preview.host,
    probe: mergeProbe(shared.probe, service.probe, service.local?.health),
    target: (service.target ?? preview.target) as TargetKind,
    local: resolveLocal(withoutOverruledHealth(shared.local, service.probe), service.local),
  };
}

/** A probe of the service's own is nearer than a health that it would inherit. */
function withoutOverruledHealth(above: FileLocal, probe: FileProbe = {}): FileLocal {
  const { health, ...rest } = above;
  const overruled = probe.path !== undefined || probe.expect !== undefined;
  return health && !overruled ? { ...rest, health } : rest;
}

function mergeProbe(
  above: FilePreview['probe'] | ProbeConfiguration,
  own: FileProbe = {},
  health?: FileHealth,
): ProbeConfiguration {
  const { path, expect, within } = { ...above, ...own };
  return { path: health?.path ?? path, expect: health ? health.expect : expect, within };
}

function resolveLocal(above: FileLocal, own: FileLocal = {}) {
  const { run, install, stop, health, 'sleep-after': sleepAfter } = { ...above, ...own };
  return {
    ...(run && { run }),
    ...(install && { install }),
    ...(stop && { stop }),
    env: { ...above.env, ...own.env },
    ...(health && {
      health: {
        path: health.path,
        ...(health.expect !== undefined && { expect: health.expect }),
      },
    }),
    ...(sleepAfter !== undefined && { sleepAfter }),
  };
}
