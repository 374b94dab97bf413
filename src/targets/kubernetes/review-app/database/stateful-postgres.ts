import type { KubeObject } from '../../kube-object.ts';
import type { DatabaseSettings } from '../../settings.ts';
import type { AppFacts } from '../app-facts.ts';
import { appLabels, appMetadata, selectorOf } from '../app-metadata.ts';
import { containerText } from '../app-templates.ts';
import { podDefaults, securityOf } from '../pod-parts.ts';
import { type Database, databaseName, resetAnnotations } from './database.ts';
import { initScript } from './init-script.ts';

/** Where the volume is mounted: beside what images of any version have at their own places. */
const dataFolder = '/understudy/postgres';
const port = 5432;

/** PostgreSQL as a StatefulSet with one volume, by the variables of the official image. */
export function statefulPostgres(facts: AppFacts, settings: DatabaseSettings): Database {
  const name = databaseName(facts);
  const objects = [
    initMap(facts, name),
    service(facts, name),
    statefulSet(facts, settings, name),
  ].map((object) => ({ object }));
  const url = { name, key: 'url' };
  return {
    name,
    objects: [{ object: credentials(facts, settings, name), how: 'once' }, ...objects],
    variables: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: url } }],
    superuser: {
      host: name,
      user: { name, key: 'superuser' },
      password: { name, key: 'superuser-password' },
    },
  };
}

function credentials(facts: AppFacts, { name: database }: DatabaseSettings, name: string) {
  const password = facts.randomText(32);
  const values = {
    host: name,
    port: String(port),
    database,
    username: database,
    password,
    superuser: 'postgres',
    'superuser-password': facts.randomText(32),
    url: `postgres://${database}:${password}@${name}:${port}/${database}`,
  };
  const data = Object.entries(values).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: appMetadata(facts, 'database', name),
    type: 'Opaque',
    data: Object.fromEntries(data),
  };
}

function initMap(facts: AppFacts, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: appMetadata(facts, 'database', name),
    data: { 'understudy.sh': initScript(facts.app.database?.copyFrom !== undefined) },
  };
}

function service(facts: AppFacts, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: appMetadata(facts, 'database', name),
    spec: {
      type: 'ClusterIP',
      selector: databaseSelector(facts, name),
      ports: [{ name: 'postgres', port, targetPort: 'postgres', protocol: 'TCP' }],
    },
  };
}

/** While one database takes the place of another, each Service is to find its own. */
function databaseSelector(facts: AppFacts, name: string): Record<string, string> {
  return { ...selectorOf(facts, 'database'), 'understudy.dev/database': name };
}

function statefulSet(facts: AppFacts, settings: DatabaseSettings, name: string): KubeObject {
  const selector = databaseSelector(facts, name);
  const labels = appLabels(facts, 'database');
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: appMetadata(facts, 'database', name, resetAnnotations(facts)),
    spec: {
      replicas: 1,
      serviceName: name,
      revisionHistoryLimit: 2,
      selector: { matchLabels: selector },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      template: {
        metadata: { labels: { ...labels, ...selector } },
        spec: pod(facts, settings, name),
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data', labels },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: settings.storage } },
          },
        },
      ],
    },
  };
}

function pod(facts: AppFacts, settings: DatabaseSettings, name: string) {
  const user = userOf(settings.image);
  return {
    ...podDefaults(facts),
    securityContext: { fsGroup: user, fsGroupChangePolicy: 'OnRootMismatch' },
    containers: [container(facts, settings, name, user)],
    volumes: [
      { name: 'init', configMap: { name } },
      // The 64 MiB that containers have otherwise are too little for parallel queries.
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
    ],
  };
}

function container(facts: AppFacts, settings: DatabaseSettings, name: string, user: number) {
  const secret = (variable: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name, key } },
  });
  return {
    name: 'postgres',
    image: containerText(settings.image, facts.service.values),
    env: [
      secret('POSTGRES_USER', 'superuser'),
      secret('POSTGRES_PASSWORD', 'superuser-password'),
      { name: 'POSTGRES_DB', value: 'postgres' },
      { name: 'PGDATA', value: `${dataFolder}/data` },
      secret('APP_DATABASE', 'database'),
      secret('APP_USER', 'username'),
      secret('APP_PASSWORD', 'password'),
    ],
    ports: [{ name: 'postgres', containerPort: port, protocol: 'TCP' }],
    readinessProbe: {
      // While the first start is under way, the server listens on its socket alone.
      exec: { command: ['pg_isready', '--quiet', '--host=127.0.0.1', '--dbname=postgres'] },
      periodSeconds: 2,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    resources: { requests: facts.settings.containerDefaults },
    securityContext: { ...securityOf('restricted', 'image'), runAsUser: user, runAsGroup: user },
    volumeMounts: [
      { name: 'data', mountPath: dataFolder },
      {
        name: 'init',
        mountPath: '/docker-entrypoint-initdb.d/understudy.sh',
        subPath: 'understudy.sh',
        readOnly: true,
      },
      { name: 'memory', mountPath: '/dev/shm' },
    ],
  };
}

/** User `postgres` of the official images. https://github.com/docker-library/postgres */
export function userOf(image: string): number {
  return image.includes('alpine') ? 70 : 999;
}
