import type { InferOutput } from 'valibot';
import { type Duration, parseDuration } from '../core/time.ts';
import type {
  AppSettings,
  BuildSettings,
  DatabaseSettings,
  IngressSettings,
} from '../targets/kubernetes/settings.ts';
import type { ownApp } from './kubernetes-app-section.ts';
import { defaultApp, defaultPostgres } from './kubernetes-defaults.ts';
import { readPath } from './kubernetes-faults.ts';
import { readQuantity } from './kubernetes-quantities.ts';

/** `app` as the file has it. */
export type FileApp = InferOutput<typeof ownApp>;
type FilePostgres = NonNullable<FileApp['database']>['postgres'];
type FileEnvFrom = NonNullable<FileApp['env-from']>;
type Amounts = Readonly<Record<string, string | number>>;

/** The nearest word on each key; variables are added, and a gateway stands for an inherited ingress. */
export function mergeApp(above: FileApp = {}, own: FileApp = {}): FileApp {
  const { ingress, gateway, ...inherited } = above;
  const hasOwnRoute = own.ingress !== undefined || own.gateway !== undefined;
  return {
    ...inherited,
    ...(!hasOwnRoute && ingress && { ingress }),
    ...(!hasOwnRoute && gateway && { gateway }),
    ...own,
    env: { ...above.env, ...own.env },
  };
}

/** A review app; `image` was checked to be there. */
export function resolveApp(app: FileApp, image: string): AppSettings {
  const { command, args, build, health, migrate, resources, database } = app;
  const ingress = resolveRoute(app);
  return {
    image,
    ...(build && { build: resolveBuild(build.job) }),
    ...(command && { command: command.map(String) }),
    ...(args && { args: args.map(String) }),
    port: app.port ?? defaultApp.port,
    replicas: app.replicas ?? defaultApp.replicas,
    env: { ...app.env },
    envFrom: resolveEnvFrom(app['env-from']),
    ...(health && { health: { path: health.path } }),
    ...(resources && { resources: resolveResources(resources) }),
    ...(migrate && {
      migrate: { command: migrate.command.map(String), timeout: asDuration(migrate.timeout) },
    }),
    ...(database && { database: resolveDatabase(database.postgres) }),
    ...(ingress && { ingress }),
  };
}

function resolveBuild(job: NonNullable<FileApp['build']>['job']): BuildSettings {
  return {
    image: job.image,
    command: job.command.map(String),
    timeout: asDuration(job.timeout),
    env: { ...job.env },
    envFrom: resolveEnvFrom(job['env-from']),
    sourceImage: job['source-image'],
    sourcePath: job['source-path'],
  };
}

function resolveEnvFrom(given: FileEnvFrom = []): AppSettings['envFrom'] {
  return given.map(({ secret, 'config-map': configMap }) =>
    secret === undefined ? { configMap: configMap ?? '' } : { secret },
  );
}

function resolveResources({ requests, limits }: NonNullable<FileApp['resources']>) {
  return {
    ...(requests && { requests: asTexts(requests) }),
    ...(limits && { limits: asTexts(limits) }),
  };
}

/** Amounts as texts, which is how Kubernetes has them. */
export function asTexts(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, String(value)]));
}

function resolveDatabase(postgres: FilePostgres): DatabaseSettings {
  const { image, mask, 'copy-from': copyFrom } = postgres;
  const tagged = /:([1-9]\d(?:\.\d+)?)(?![\w.]*\})/.exec(image ?? '')?.[1];
  const version = String(postgres.version ?? tagged ?? defaultPostgres.version);
  const maxBytes = readQuantity(String(postgres['max-size'] ?? postgres.storage));
  return {
    provider: postgres.provider,
    version,
    image: image ?? `postgres:${version}`,
    name: postgres.name,
    storage: String(postgres.storage),
    ...(copyFrom && {
      copyFrom: {
        secret: readSecretKey(copyFrom.secret),
        excludeTables: postgres['exclude-tables'] ?? [],
        ...(maxBytes !== undefined && { maxBytes: Math.floor(maxBytes) }),
        ...(mask && { mask }),
        timeout: asDuration(postgres['copy-timeout'] ?? defaultPostgres['copy-timeout']),
      },
    }),
  };
}

function readSecretKey(text: string) {
  const [key = '', name = '', namespace] = (readPath(text, 2, 3) ?? []).toReversed();
  return { name, key, ...(namespace !== undefined && { namespace }) };
}

function resolveRoute({ ingress, gateway }: FileApp): IngressSettings | undefined {
  if (gateway) {
    const [namespace = '', name = '', section] = readPath(gateway.parent, 2, 3) ?? [];
    return {
      kind: 'gateway',
      parent: { namespace, name, ...(section !== undefined && { section }) },
    };
  }
  if (!ingress) return undefined;
  const { class: className, annotations, tls } = ingress;
  return {
    kind: 'ingress',
    ...(className && { class: className }),
    annotations: { ...annotations },
    ...(tls && { tls: resolveTls(tls) }),
  };
}

type FileTls = NonNullable<NonNullable<FileApp['ingress']>['tls']>;

function resolveTls({ 'copy-from': source, secret }: FileTls) {
  if (secret !== undefined) return { kind: 'secret' as const, name: secret };
  const [namespace, name] = readPath(source ?? '', 2, 2) ?? [];
  return namespace !== undefined && name !== undefined
    ? { kind: 'copy' as const, namespace, name }
    : { kind: 'default' as const };
}

/** The schema lets only lengths of time through, so that another text is a fault of ours. */
export function asDuration(text: string): Duration {
  const length = parseDuration(text);
  if (length === undefined) throw new TypeError(`not a duration: ${text}`);
  return length;
}
