import type { Stage } from '../stage.ts';
import type { AppFacts } from './app-facts.ts';
import { appMetadata, commitKey } from './app-metadata.ts';
import { appName, hashOf } from './app-names.ts';
import { containerText } from './app-templates.ts';
import type { Database } from './database/database.ts';
import { jobStage, renderJob } from './job.ts';
import { appContainer } from './workload.ts';

/** Where the Deployment says which migration it was rolled out after. */
const migratedKey = 'understudy.dev/migration';

/** Annotations of a Deployment that is rolled out after its migration. */
export function migratedAnnotations(
  facts: AppFacts,
  database: Database | undefined,
): Record<string, string> {
  const name = migrationName(facts, database);
  return name === undefined ? {} : { [migratedKey]: name };
}

/** The stage that migrates; none where this commit has migrated this database already. */
export function migrateStages(facts: AppFacts, database: Database | undefined): Stage[] {
  const { app, live, marks, service } = facts;
  const name = migrationName(facts, database);
  const isDone = live.deployment?.metadata.annotations?.[migratedKey] === name;
  if (!app.migrate || name === undefined || isDone) return [];
  const metadata = appMetadata(facts, 'migrate', name);
  const { command, timeout } = app.migrate;
  const container = {
    ...appContainer(facts, 'migrate', database?.variables ?? []),
    command: command.map((word) => containerText(word, service.values)),
  };
  const job = renderJob(facts, {
    component: 'migrate',
    metadata: { ...metadata, labels: { ...metadata.labels, [commitKey]: marks.commit } },
    timeout,
    pod: { containers: [container] },
  });
  return [jobStage('migrate', job, timeout)];
}

/** One for each commit, command and database. */
function migrationName(facts: AppFacts, database: Database | undefined): string | undefined {
  const { app, marks } = facts;
  if (!app.migrate) return undefined;
  const how = hashOf(app.migrate.command, database?.name);
  return appName(facts, `migrate-${marks.commit.slice(0, 8)}-${how}`);
}
