import { type Problem, UserError } from '../../core/user-error.ts';
import type { DesiredPreview } from '../target.ts';
import { builtInKind } from './connect/known-kinds.ts';
import type { Kind } from './connect/kube.ts';
import { getObject } from './connect/objects.ts';
import { fieldsOf, textOf } from './fields.ts';
import { loadManifests } from './load-units.ts';
import type { ManifestSource } from './manifests/gather-manifests.ts';
import type { Manifests } from './manifests/open.ts';
import type { PlacedService, ServedPlace } from './places/place.ts';
import type { AppFacts } from './review-app/app-facts.ts';
import { readsOf, renderCopies } from './review-app/copies.ts';
import type { Preparing, ServiceStages } from './service-stages.ts';
import type { AppSettings } from './settings.ts';
import type { StagedObject } from './stage.ts';

/** The one stage of a service that comes from manifests of the user's. Throws a `UserError`. */
export async function manifestStages(
  placed: PlacedService,
  place: ServedPlace,
  preview: DesiredPreview,
  preparing: Preparing,
): Promise<ServiceStages> {
  const { service, settings } = placed;
  const manifests = await loadManifests();
  const source = sourceOf(manifests, preview.commit, preparing);
  const written = manifests.read(await manifests.gather(settings.manifests ?? [], source));
  if (written.length === 0) throw noObject(settings.manifests ?? []);
  const facts = { place, service, settings, marks: preview };
  const isNamespaced = await scopesOf(written, preparing);
  const { objects, adapted } = manifests.adapt(written, { ...facts, isNamespaced });
  const copies = await copiesFor(facts, preparing);
  const live = objects.map(({ object }) => object);
  const { name, host } = service;
  return {
    stages: [{ name: 'roll out', objects: [...copies, ...objects], until: 'ready', last: true }],
    adapted,
    ...manifests.entranceOf(live, { name, host, suffix: place.suffix }),
    before: async () => {},
    after: async () => {},
  };
}

function sourceOf(
  { temporary }: Manifests,
  commit: string,
  { context: { files, environment } }: Preparing,
): ManifestSource {
  return {
    at: (path) => files.at(commit, path),
    folder: (path, wanted) => files.folderAt(commit, path, wanted),
    outside: async (path) => temporary(path, environment.RUNNER_TEMP),
  };
}

function noObject(paths: readonly string[]): UserError {
  return new UserError(
    `the manifests of ${paths.join(', ')} hold no object`,
    'Name files with Kubernetes objects in `preview.kubernetes.manifests`.',
  );
}

/** Of kinds that are not built in the cluster tells it, or the definition among the manifests. */
async function scopesOf(objects: readonly StagedObject[], { kube, signal }: Preparing) {
  const scopes = new Map<string, boolean>();
  const problems: Problem[] = [];
  const defined = new Map(objects.flatMap(({ object }) => definitionIn(object)));
  for (const { object, location } of objects) {
    const key = keyOf(object);
    if (builtInKind(object) || scopes.has(key)) continue;
    const scope = defined.get(key);
    try {
      scopes.set(key, scope ?? (await kube.resource(object, signal)).namespaced);
    } catch (cause) {
      if (!(cause instanceof UserError)) throw cause;
      problems.push(
        ...cause.problems.map((problem) => ({ ...problem, ...(location && { location }) })),
      );
      scopes.set(key, true);
    }
  }
  if (problems.length > 0) throw UserError.all(problems);
  return (kind: Kind) => builtInKind(kind)?.namespaced ?? scopes.get(keyOf(kind));
}

function keyOf({ apiVersion, kind }: Kind): string {
  return `${apiVersion.split('/')[0]} ${kind}`;
}

function definitionIn({ kind, spec }: StagedObject['object']): [string, boolean][] {
  if (kind !== 'CustomResourceDefinition') return [];
  const { group, names, scope } = fieldsOf(spec);
  return [[`${textOf(group)} ${textOf(fieldsOf(names).kind)}`, scope !== 'Cluster']];
}

/** Nothing of an app is there but the Secrets that images are pulled with. */
const nothing: AppSettings = { image: '', port: 0, replicas: 0, env: {}, envFrom: [] };

/** Copies of Secrets of other namespaces, that pods pull images with. */
async function copiesFor(
  {
    place,
    service,
    settings,
    marks,
  }: Pick<AppFacts, 'place' | 'service' | 'marks'> & Pick<PlacedService, 'settings'>,
  { kube, context, signal }: Preparing,
): Promise<StagedObject[]> {
  const known = { app: nothing, settings, place, service, marks, sourceApi: context.source.apiUrl };
  const wanted = readsOf(known).filter(({ copied }) => copied);
  if (wanted.length === 0) return [];
  const read = await Promise.all(wanted.map(({ ref }) => getObject(kube, ref, signal)));
  const found = read.filter((object) => object !== undefined);
  const live = { found, cloudNativePg: false, databaseReset: '' };
  const { now, randomText } = context;
  return renderCopies({ ...known, live, now: now(), randomText });
}
