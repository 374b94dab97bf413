import type { KubeObject } from '../kube-object.ts';
import type { Stage } from '../stage.ts';
import type { AppFacts } from './app-facts.ts';
import { commitKey, isPartOf } from './app-metadata.ts';
import { hashOf } from './app-names.ts';
import { containerText } from './app-templates.ts';
import type { Database } from './database/database.ts';
import { isDone, isUnfinished, jobStage, renderJob } from './job.ts';
import { appContainer } from './workload.ts';

/** Where the Deployment says which migration it was rolled out after. */
const migratedKey = 'understudy.dev/migration';

/** Annotations of a Deployment that is rolled out after its migration. */
export function migratedAnnotations(
  facts: AppFacts,
  database: Database | undefined,
): Record<string, string> {
  const key = migrationKey(facts, database);
  return key === undefined ? {} : { [migratedKey]: key };
}

/** The stage that migrates; none where this commit has migrated this database already. */
export function migrateStages(facts: AppFacts, database: Database | undefined): Stage[] {
  const { app, live, marks, service } = facts;
  const key = migrationKey(facts, database);
  if (!app.migrate || key === undefined) return [];
  const isRolledOut = live.deployment?.metadata.annotations?.[migratedKey] === key;
  if (isRolledOut || isDone(facts, 'migrate', key)) return [];
  const { command, timeout } = app.migrate;
  const container = {
    ...appContainer(facts, 'migrate', database?.variables ?? []),
    command: command.map((word) => containerText(word, service.values)),
  };
  const job = renderJob(facts, {
    component: 'migrate',
    key,
    labels: { [commitKey]: marks.commit },
    timeout,
    pod: { containers: [container] },
  });
  return [jobStage('migrate', job, timeout)];
}

/** One for each commit, command and database. */
function migrationKey(facts: AppFacts, database: Database | undefined): string | undefined {
  const { app, marks } = facts;
  if (!app.migrate) return undefined;
  const how = hashOf(app.migrate.command, database?.name);
  return `migrate-${marks.commit.slice(0, 8)}-${how}`;
}

/**
 * Migrations of the service that still run and are none of these stages', of a deploy that was cut off. To be waited for before another one begins:
 * one that is ended half-way may leave a database that none can go on with.
 */
export function unfinishedMigrations(
  jobs: readonly KubeObject[],
  { service }: Pick<AppFacts, 'service'>,
  stages: readonly Stage[],
): KubeObject[] {
  const wanted = stages.flatMap(({ objects }) => objects.map(({ object }) => object.metadata.name));
  return jobs.filter(
    (job) =>
      isPartOf(job, service.name, 'migrate') &&
      isUnfinished(job) &&
      !wanted.includes(job.metadata.name),
  );
}
