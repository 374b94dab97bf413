import { describe, expect, test } from '@jest/globals';
import { duration } from '../../../../src/core/time.ts';
import { UserError } from '../../../../src/core/user-error.ts';
import { fieldsOf, textOf } from '../../../../src/targets/kubernetes/fields.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import { readsOf } from '../../../../src/targets/kubernetes/review-app/copies.ts';
import {
  asksForCloudNativePg,
  databaseResetOf,
} from '../../../../src/targets/kubernetes/review-app/database/database.ts';
import { connectionVariables } from '../../../../src/targets/kubernetes/review-app/database/source-connection.ts';
import { passingObjects } from '../../../../src/targets/kubernetes/review-app/passing-objects.ts';
import {
  finalObjects,
  renderApp,
} from '../../../../src/targets/kubernetes/review-app/render-app.ts';
import type { DatabaseSettings } from '../../../../src/targets/kubernetes/settings.ts';
import { build, factsOf, postgres } from './app-facts.ts';
import { containerOf, lastOf, names, objectsOf, podOf, valuesOf } from './rendered.ts';

const copyFrom = {
  secret: { namespace: 'staging', name: 'staging-db', key: 'url' },
  excludeTables: ['audit_*', 'public.log$1'],
  maxBytes: 5_000_000,
  timeout: duration(1_800_000),
};
const source: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'staging-db', namespace: 'staging' },
  data: { url: Buffer.from('postgres://u:canary%40pw@db.staging:6432/shop').toString('base64') },
};
const migrate = { command: ['bin/migrate'], timeout: duration(60_000) };
const copied: DatabaseSettings = { ...postgres, copyFrom };
const withCopy = { app: { database: copied, migrate }, live: { found: [source] } };
const nameOf = (database: DatabaseSettings, live = {}) =>
  lastOf(renderApp(factsOf({ app: { database }, live })), 'StatefulSet').metadata.name;

describe('PostgreSQL as a StatefulSet', () => {
  const stages = renderApp(factsOf({ app: { database: postgres, migrate } }));

  test('it is ready before anything of the app begins', () => {
    expect(names(stages)).toEqual([
      'start the database',
      'prepare the rollout',
      'migrate',
      'roll out',
    ]);
    expect(objectsOf(stages, 'start the database').map(({ kind }) => kind)).toEqual([
      'Secret',
      'ConfigMap',
      'Service',
      'StatefulSet',
    ]);
  });

  test('its credentials are made once, and stand in no other object', () => {
    const objects = finalObjects(stages);
    const [credentials] = objects.filter(({ object }) => object.kind === 'Secret');
    expect(credentials?.how).toBe('once');
    const { url } = fieldsOf(credentials?.object.data);
    const { name } = lastOf(stages, 'StatefulSet').metadata;
    const password = 'r'.repeat(32);
    expect(Buffer.from(textOf(url), 'base64').toString()).toBe(
      `postgres://app:${password}@${name}:5432/app`,
    );
    const others = objects.filter(({ object }) => object.kind !== 'Secret');
    expect(JSON.stringify(others)).not.toContain(password);
  });

  test('app and migration find it by DATABASE_URL of the Secret, unless the settings say otherwise', () => {
    const { name } = lastOf(stages, 'StatefulSet').metadata;
    const variable = {
      name: 'DATABASE_URL',
      valueFrom: { secretKeyRef: { name, key: 'url' } },
    };
    expect(containerOf(lastOf(stages, 'Deployment')).env).toContainEqual(variable);
    expect(containerOf(objectsOf(stages, 'migrate')[0] as KubeObject).env).toContainEqual(variable);
    const env = { DATABASE_URL: 'postgres://elsewhere' };
    const other = renderApp(factsOf({ app: { database: postgres, env } }));
    expect(valuesOf(containerOf(lastOf(other, 'Deployment')))).toMatchObject(env);
  });

  test('a push keeps it as it is, and so does another minor version', () => {
    const pushed = renderApp(
      factsOf({ app: { database: postgres }, marks: { commit: 'b'.repeat(40) } }),
    );
    expect(lastOf(pushed, 'StatefulSet')).toEqual(lastOf(stages, 'StatefulSet'));
    expect(nameOf({ ...postgres, version: '15.4', image: 'postgres:15.4' })).toBe(nameOf(postgres));
  });

  test.each<[string, Partial<DatabaseSettings>]>([
    ['another major version', { version: '16' }],
    ['another size', { storage: '2Gi' }],
    ['another name', { name: 'other' }],
    ['a copy where there was none', { copyFrom }],
  ])(
    '%s is another database beside the old one, which the app keeps until the rollout',
    (_, change) => {
      const live = change.copyFrom ? { found: [source] } : {};
      expect(nameOf({ ...postgres, ...change }, live)).not.toBe(nameOf(postgres));
    },
  );

  test('someone who asks for a fresh one gets another, which is migrated again', () => {
    const before = renderApp(factsOf({ app: { database: postgres, migrate } }));
    const deployment = lastOf(before, 'Deployment');
    const fresh = factsOf({
      app: { database: postgres, migrate },
      live: { deployment, databaseReset: 'comment-1' },
    });
    expect(names(renderApp(fresh))).toContain('migrate');
    expect(nameOf(postgres, { databaseReset: 'comment-1' })).not.toBe(nameOf(postgres));
  });

  test('a wish for a fresh one is remembered by the database that follows it, until there is another', () => {
    const setOf = (databaseReset: string, creationTimestamp: string): KubeObject => {
      const set = lastOf(
        renderApp(factsOf({ app: { database: postgres }, live: { databaseReset } })),
        'StatefulSet',
      );
      return { ...set, metadata: { ...set.metadata, creationTimestamp } };
    };
    const [first, second] = [
      setOf('', '2026-11-01T00:00:00Z'),
      setOf('comment-1', '2026-11-02T00:00:00Z'),
    ];
    expect(databaseResetOf([first, second], factsOf(), undefined)).toBe('comment-1');
    expect(databaseResetOf([second, first], factsOf(), undefined)).toBe('comment-1');
    expect(databaseResetOf([first, second], factsOf(), 'comment-2')).toBe('comment-2');
    expect(databaseResetOf([first], factsOf(), undefined)).toBe('');
    expect(databaseResetOf([second], factsOf({ service: { name: 'api' } }), undefined)).toBe('');
  });

  test('its volume goes with it, and both Services find their own while two are there', () => {
    const { spec } = lastOf(stages, 'StatefulSet');
    expect(spec).toMatchObject({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } });
    const selectorOf = (database: DatabaseSettings) =>
      objectsOf(renderApp(factsOf({ app: { database } })), 'start the database')[2]?.spec;
    expect(selectorOf(postgres)).not.toEqual(selectorOf({ ...postgres, version: '16' }));
  });

  test('it runs as the user that the image has for it', () => {
    const userOf = (image: string) =>
      containerOf(
        lastOf(renderApp(factsOf({ app: { database: { ...postgres, image } } })), 'StatefulSet'),
      ).securityContext.runAsUser;
    expect([userOf('postgres:15'), userOf('postgres:15-alpine')]).toEqual([999, 70]);
  });

  test('names of long services leave room for what Kubernetes adds', () => {
    const service = { name: 'a'.repeat(63) };
    const long = renderApp(factsOf({ app: { database: postgres }, service }));
    expect(lastOf(long, 'StatefulSet').metadata.name.length).toBeLessThanOrEqual(50);
  });
});

describe('CloudNativePG', () => {
  const live = { cloudNativePg: true };

  test('is asked for and used only where the settings leave it open', () => {
    const kindsOf = (provider: DatabaseSettings['provider']) =>
      objectsOf(
        renderApp(factsOf({ app: { database: { ...postgres, provider } }, live })),
        'start the database',
      ).map(({ kind }) => kind);
    expect(kindsOf('auto')).toEqual(['Cluster']);
    expect(kindsOf('statefulset')).toContain('StatefulSet');
    expect(asksForCloudNativePg(factsOf({ app: { database: postgres } }))).toBe(true);
    expect(
      asksForCloudNativePg(
        factsOf({ app: { database: { ...postgres, provider: 'statefulset' } } }),
      ),
    ).toBe(false);
  });

  test('gives the app the Secret that it makes', () => {
    const stages = renderApp(factsOf({ app: { database: postgres }, live }));
    const { name } = lastOf(stages, 'Cluster').metadata;
    expect(containerOf(lastOf(stages, 'Deployment')).env).toContainEqual({
      name: 'DATABASE_URL',
      valueFrom: { secretKeyRef: { name: `${name}-app`, key: 'uri' } },
    });
  });

  test('keeps its database when its volume is to grow', () => {
    const name = (storage: string) =>
      lastOf(renderApp(factsOf({ app: { database: { ...postgres, storage } }, live })), 'Cluster')
        .metadata.name;
    expect(name('2Gi')).toBe(name('1Gi'));
  });
});

describe('the copy of a database', () => {
  const facts = factsOf(withCopy);
  const stages = renderApp(facts);
  const [job] = objectsOf(stages, 'copy the database');

  test('comes once the database is there, and before anything of the app', () => {
    expect(names(stages).slice(0, 3)).toEqual([
      'start the database',
      'copy the database',
      'prepare the rollout',
    ]);
  });

  test('its source is asked for, and no address of it stands in a stage', () => {
    expect(readsOf(facts).map(({ ref }) => `${ref.namespace}/${ref.name}`)).toEqual([
      'staging/staging-db',
    ]);
    expect(JSON.stringify(stages)).not.toContain('canary');
    expect(JSON.stringify(stages)).not.toContain((source.data as { url: string }).url);
    const [passing, ...others] = passingObjects(facts, stages, 'token');
    expect(others).toEqual([]);
    const { PGPASSWORD } = fieldsOf(passing?.data);
    expect(Buffer.from(textOf(PGPASSWORD), 'base64').toString()).toBe('canary@pw');
    expect(job && containerOf(job)).toMatchObject({
      envFrom: [{ prefix: 'SOURCE_', secretRef: { name: passing?.metadata.name } }],
    });
  });

  test('is given limits and patterns as they stand, which Kubernetes expands nothing in', () => {
    expect(job && valuesOf(containerOf(job))).toMatchObject({
      EXCLUDED: 'audit_*\npublic.log$$1',
      MAX_BYTES: '5000000',
      MASK: '',
    });
  });

  test('is not repeated once the app was rolled out with it, and its source not needed then', () => {
    const deployment = lastOf(stages, 'Deployment');
    const later = factsOf({ ...withCopy, live: { deployment } });
    expect(names(renderApp(later))).toEqual([
      'start the database',
      'prepare the rollout',
      'roll out',
    ]);
    expect(passingObjects(later, renderApp(later), 'token')).toEqual([]);
  });

  test('is made anew for a fresh database', () => {
    const live = { ...withCopy.live, deployment: lastOf(stages, 'Deployment'), databaseReset: '2' };
    expect(names(renderApp(factsOf({ ...withCopy, live })))).toContain('copy the database');
  });

  test('masks with the script of the base branch, and does not begin without it', () => {
    const database = { ...copied, copyFrom: { ...copyFrom, mask: 'db/mask.sql' } };
    const wanting = factsOf({ ...withCopy, app: { database } });
    expect(() => renderApp(wanting)).toThrow(/db\/mask\.sql is not on the base branch/);
    const masked = factsOf({ app: { database }, live: { found: [source], maskSql: 'UPDATE x;' } });
    const rendered = renderApp(masked);
    const map = passingObjects(masked, rendered, '').find(({ kind }) => kind === 'ConfigMap');
    expect(map?.data).toEqual({ 'mask.sql': 'UPDATE x;' });
    const [masking] = objectsOf(rendered, 'copy the database');
    expect(masking && podOf(masking).spec.volumes).toContainEqual({
      name: 'mask',
      configMap: { name: map?.metadata.name },
    });
  });

  test.each([
    ['no Secret', []],
    ['a Secret without the key', [{ ...source, data: {} }]],
    ['something else', [{ ...source, data: { url: Buffer.from('canary').toString('base64') } }]],
  ])('says where the address should be when there is %s', (_, found) => {
    const lacking = factsOf({ ...withCopy, live: { found } });
    const run = () => passingObjects(lacking, renderApp(lacking), '');
    expect(run).toThrow(UserError);
    expect(run).toThrow(/the key url of Secret staging-db in the namespace staging/);
    expect(run).not.toThrow(/canary/);
  });

  test('a build and a copy both get what they read, and nothing that the other reads', () => {
    const both = factsOf({ app: { build, database: copied }, live: { found: [source] } });
    const passing = passingObjects(both, renderApp(both), 'ghs_token');
    expect(passing.map(({ metadata }) => metadata.name)).toEqual([
      `web-source-${both.marks.commit.slice(0, 8)}`,
      'web-copy',
    ]);
  });
});

describe('the address of a database as variables of libpq', () => {
  test.each([
    [
      'postgres://u:p@h:5433/d',
      { PGUSER: 'u', PGPASSWORD: 'p', PGHOST: 'h', PGPORT: '5433', PGDATABASE: 'd' },
    ],
    ['postgresql+psycopg://u@h/d', { PGUSER: 'u', PGHOST: 'h', PGDATABASE: 'd' }],
    ['ecto://u:p%40%2F%3A@h/d', { PGUSER: 'u', PGPASSWORD: 'p@/:', PGHOST: 'h', PGDATABASE: 'd' }],
    ['postgres://h?sslmode=require&pool=5', { PGHOST: 'h', PGSSLMODE: 'require' }],
    ['postgres://u@a:1,b:2/d', { PGUSER: 'u', PGHOST: 'a,b', PGPORT: '1,2', PGDATABASE: 'd' }],
    ['postgres://u@[::1]:5432/d', { PGUSER: 'u', PGHOST: '::1', PGPORT: '5432', PGDATABASE: 'd' }],
    [
      'postgres:///d?host=db.internal&user=u',
      { PGHOST: 'db.internal', PGUSER: 'u', PGDATABASE: 'd' },
    ],
    [' postgres://u:p#?x@h/d\n', undefined],
    ['postgres://u:p#1@h/d\n', { PGUSER: 'u', PGPASSWORD: 'p#1', PGHOST: 'h', PGDATABASE: 'd' }],
    ['mysql://u:p@h/d', undefined],
    ['postgres://u:%zz@h/d', undefined],
    ['postgres:///d', undefined],
    ['', undefined],
  ])('%j', (address, variables) => {
    const read = () => connectionVariables(address, 'the key url');
    if (variables) expect(read()).toEqual(variables);
    else expect(read).toThrow('the key url holds no address of a PostgreSQL database');
  });
});
