import { UserError } from '../../../core/user-error.ts';
import { fieldsOf, textOf } from '../fields.ts';
import { describeRef, type KubeObject, type ObjectRef, refOf } from '../kube-object.ts';
import type { StagedObject } from '../stage.ts';
import type { AppFacts } from './app-facts.ts';
import { appMetadata } from './app-metadata.ts';
import { appName, hashOf } from './app-names.ts';
import { requireUsableCertificate } from './certificate.ts';

/** An object that a review app needs to read before it is rendered. */
export interface AppRead {
  readonly ref: ObjectRef;
  /** Its content is copied into the namespace of the preview; else it is only looked at, and may be absent. */
  readonly copied: boolean;
  /** Hosts that its certificate must be for. */
  readonly host?: string;
}

type Placed = Pick<AppFacts, 'app' | 'settings' | 'place' | 'service'>;

/** Where the annotation of a copy says what it follows. */
const copiedFromKey = 'understudy.dev/copied-from';
const versionKey = 'understudy.dev/copied-version';

/**
 * Name in the preview's namespace of what the settings name as `name`, which is there, or as `namespace/name`, which
 * is copied. A copy belongs to one service.
 */
export function localName(facts: Pick<AppFacts, 'place' | 'service'>, path: string): string {
  const [first = '', second] = path.split('/');
  if (second === undefined) return first;
  const part = second.length > 32 ? hashOf(second) : second.replaceAll('.', '-');
  return appName(facts, part);
}

/** What to get before `renderApp`: sources of copies, and Secrets and ConfigMaps whose change rolls the app out. */
export function readsOf(facts: Placed): readonly AppRead[] {
  const { app, settings, service } = facts;
  const read = (kind: string, path: string, host?: string): AppRead => ({
    ref: sourceRef(facts, kind, path),
    copied: path.includes('/'),
    ...(host !== undefined && { host }),
  });
  const { ingress, build, database } = app;
  const sources = [...app.envFrom, ...(build?.envFrom ?? [])].map((source) =>
    'secret' in source ? read('Secret', source.secret) : read('ConfigMap', source.configMap),
  );
  const pull = settings.imagePullSecrets.map((path) => read('Secret', path));
  const tls =
    ingress?.kind === 'ingress' && ingress.tls?.kind === 'copy'
      ? [read('Secret', `${ingress.tls.namespace}/${ingress.tls.name}`, service.host)]
      : [];
  const address = database?.copyFrom
    ? [{ ref: databaseSourceRef(facts, database.copyFrom.secret), copied: false }]
    : [];
  return distinct([...sources, ...pull.filter(({ copied }) => copied), ...tls, ...address]);
}

/** The Secret with the address of the database that is copied. */
export function databaseSourceRef(
  { place }: Pick<AppFacts, 'place'>,
  { namespace = place.namespace, name }: { readonly namespace?: string; readonly name: string },
): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', name, namespace };
}

/**
 * The copies, as their sources are now.
 * @throws UserError for every source that is not there, must not be copied, or has a certificate for other hosts
 */
export function renderCopies(facts: AppFacts): StagedObject[] {
  const wanted = readsOf(facts).filter(({ copied }) => copied);
  const problems: UserError[] = [];
  const copies = wanted.flatMap((read) => {
    try {
      return [{ object: copyOf(facts, read) }];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error);
      return [];
    }
  });
  if (problems.length > 0) throw UserError.all(problems.flatMap((error) => error.problems));
  return copies;
}

/** Changes with what variables come from, and says nothing of it. `undefined` where they come from nowhere else. */
export function configVersion(facts: AppFacts): string | undefined {
  const { app, live } = facts;
  const names = app.envFrom.map((source) =>
    'secret' in source
      ? sourceRef(facts, 'Secret', source.secret)
      : sourceRef(facts, 'ConfigMap', source.configMap),
  );
  if (names.length === 0) return undefined;
  return hashOf(...names.map((ref) => versionOf(findIn(live.found, ref))));
}

function copyOf(facts: AppFacts, { ref, host }: AppRead): KubeObject {
  const source = findIn(facts.live.found, ref);
  if (!source) throw absent(ref);
  if (host !== undefined) requireUsableCertificate(source, host, facts.now);
  const { kind, apiVersion } = source;
  if (textOf(source.type) === 'kubernetes.io/service-account-token') throw foreignToken(ref);
  const path = `${ref.namespace}/${ref.name}`;
  const annotations = { [copiedFromKey]: path, [versionKey]: versionOf(source) };
  return {
    apiVersion,
    kind,
    metadata: appMetadata(facts, 'config', localName(facts, path), annotations),
    ...(typeof source.type === 'string' && { type: source.type }),
    data: fieldsOf(source.data),
    ...(source.binaryData !== undefined && { binaryData: source.binaryData }),
  };
}

function sourceRef({ place }: Placed, kind: string, path: string): ObjectRef {
  const [first = '', second] = path.split('/');
  return second === undefined
    ? { apiVersion: 'v1', kind, name: first, namespace: place.namespace }
    : { apiVersion: 'v1', kind, name: second, namespace: first };
}

/** Of the object's own counters: a hash of what a Secret holds would tell those apart who may guess. */
function versionOf(object: KubeObject | undefined): string {
  return hashOf(object?.metadata.uid, object?.metadata.resourceVersion);
}

/** The object that is meant among those that were read. */
export function findIn(found: readonly KubeObject[], ref: ObjectRef): KubeObject | undefined {
  return found.find((object) => keyOf(refOf(object)) === keyOf(ref));
}

function distinct(reads: readonly AppRead[]): AppRead[] {
  const byKey = new Map<string, AppRead>();
  for (const read of reads) byKey.set(keyOf(read.ref), { ...byKey.get(keyOf(read.ref)), ...read });
  return [...byKey.values()];
}

function keyOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace ?? ''}/${name}`;
}

function absent(ref: ObjectRef): UserError {
  return new UserError(
    `${describeRef(ref)}, which the preview is to have a copy of, is not in the namespace ${ref.namespace}`,
    `Create it there, or name another one; \`kubectl get ${ref.kind.toLowerCase()} ${ref.name} -n ${ref.namespace}\` shows whether it is there.`,
  );
}

function foreignToken(ref: ObjectRef): UserError {
  return new UserError(
    `${describeRef(ref)} in the namespace ${ref.namespace} is the token of a ServiceAccount, which means nothing in another namespace`,
    'Name a Secret of the type Opaque.',
  );
}
