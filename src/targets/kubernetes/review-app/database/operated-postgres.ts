import type { DatabaseSettings } from '../../settings.ts';
import type { AppFacts } from '../app-facts.ts';
import { appMetadata } from '../app-metadata.ts';
import { type Database, databaseName, resetAnnotations } from './database.ts';

/** Images that CloudNativePG runs; those of the hub it cannot. */
const images = 'ghcr.io/cloudnative-pg/postgresql';

/** PostgreSQL by CloudNativePG, which makes the credentials. https://cloudnative-pg.io/documentation/current/applications/ */
export function operatedPostgres(facts: AppFacts, settings: DatabaseSettings): Database {
  const name = databaseName(facts);
  const { version, name: database, storage, copyFrom } = settings;
  const cluster = {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: appMetadata(facts, 'database', name, resetAnnotations(facts)),
    spec: {
      instances: 1,
      imageName: `${images}:${version}`,
      // The copy makes extensions and a database.
      enableSuperuserAccess: copyFrom !== undefined,
      bootstrap: { initdb: { database, owner: database } },
      storage: { size: storage },
      resources: { requests: facts.settings.containerDefaults },
    },
  };
  const uri = { name: `${name}-app`, key: 'uri' };
  const superuser = `${name}-superuser`;
  return {
    name,
    objects: [{ object: cluster }],
    variables: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: uri } }],
    superuser: {
      host: `${name}-rw`,
      user: { name: superuser, key: 'username' },
      password: { name: superuser, key: 'password' },
    },
  };
}
