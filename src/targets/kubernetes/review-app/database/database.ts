import type { KubeObject } from '../../kube-object.ts';
import type { StagedObject } from '../../stage.ts';
import type { Variable } from '../app-environment.ts';
import type { AppFacts } from '../app-facts.ts';
import { isPartOf } from '../app-metadata.ts';
import { appName, hashOf } from '../app-names.ts';

/** A database as the rest of the app needs to know it. */
export interface Database {
  /**
   * Name of what runs it, which also is the host. Another name is another, empty database: of another major version,
   * another provider, or asked for by `/preview reset-db`. The old one goes once the app runs with the new one.
   */
  readonly name: string;
  readonly objects: readonly StagedObject[];
  /** What the app finds it by. */
  readonly variables: readonly Variable[];
  /** How a superuser reaches it. */
  readonly superuser: Access;
}

/** Where PostgreSQL is, with references to credentials in a Secret. */
export interface Access {
  readonly host: string;
  readonly user: SecretKey;
  readonly password: SecretKey;
}

/** A key of a Secret in the namespace of the preview. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** CloudNativePG makes names of up to 13 characters more; a StatefulSet adds 11 to a label of its pods. */
const longestName = 50;

/** Whether the database runs by CloudNativePG. */
export function usesCloudNativePg({ app, live }: Pick<AppFacts, 'app' | 'live'>): boolean {
  const { provider } = app.database ?? {};
  return provider === 'cloudnative-pg' || (provider === 'auto' && live.cloudNativePg);
}

/** Whether it has to be asked if the cluster knows CloudNativePG. */
export function asksForCloudNativePg({ app }: Pick<AppFacts, 'app'>): boolean {
  return app.database?.provider === 'auto';
}

/** Where a database says which wish for a fresh one it follows. */
const resetKey = 'understudy.dev/database-reset';

/** Annotations of what runs the database. */
export function resetAnnotations({ live }: Pick<AppFacts, 'live'>): Record<string, string> {
  return live.databaseReset === '' ? {} : { [resetKey]: live.databaseReset };
}

/**
 * Which fresh database the app is to have: of the wish of this run, else that which the newest of its databases
 * follows, so that a run that was cut off after a wish is gone on with. Empty = the first one.
 */
export function databaseResetOf(
  databases: readonly KubeObject[],
  { service }: Pick<AppFacts, 'service'>,
  asked: string | undefined,
): string {
  if (asked !== undefined) return asked;
  const mine = databases.filter((object) => isPartOf(object, service.name, 'database'));
  const [newest] = mine.sort((a, b) => (createdAt(a) < createdAt(b) ? 1 : -1));
  return newest?.metadata.annotations?.[resetKey] ?? '';
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}

/** What changes where the database cannot be kept; empty without one. */
export function databaseName(facts: AppFacts): string {
  const { app, live } = facts;
  if (!app.database) return '';
  const { version, name, storage, copyFrom } = app.database;
  const isOperated = usesCloudNativePg(facts);
  const major = version.split('.')[0];
  // The volume of a StatefulSet keeps its size for life.
  const size = isOperated ? '' : storage;
  const key = [isOperated, major, name, size, copyFrom !== undefined, live.databaseReset];
  return appName(facts, `postgres-${hashOf(...key)}`, longestName);
}
