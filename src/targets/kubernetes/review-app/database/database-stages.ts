import type { Stage } from '../../stage.ts';
import type { AppFacts } from '../app-facts.ts';
import { copyStages } from './copy-job.ts';
import { type Database, usesCloudNativePg } from './database.ts';
import { operatedPostgres } from './operated-postgres.ts';
import { statefulPostgres } from './stateful-postgres.ts';

/** The database of the app; `undefined` where it has none. */
export function databaseOf(facts: AppFacts): Database | undefined {
  const { database } = facts.app;
  if (!database) return undefined;
  return usesCloudNativePg(facts)
    ? operatedPostgres(facts, database)
    : statefulPostgres(facts, database);
}

/** The stages of the database, before anything of the app needs it. */
export function databaseStages(facts: AppFacts, database: Database | undefined): Stage[] {
  if (!database) return [];
  const { objects } = database;
  return [{ name: 'start the database', objects, until: 'ready' }, ...copyStages(facts, database)];
}
