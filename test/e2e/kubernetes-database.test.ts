import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { duration, instant } from '../../src/core/time.ts';
import type { Kube } from '../../src/targets/kubernetes/connect/kube.ts';
import { applyObject, getObject } from '../../src/targets/kubernetes/connect/objects.ts';
import { openKube } from '../../src/targets/kubernetes/connect/open-kube.ts';
import { fieldsOf, textOf } from '../../src/targets/kubernetes/fields.ts';
import { type KubeObject, refOf } from '../../src/targets/kubernetes/kube-object.ts';
import { awaitReady } from '../../src/targets/kubernetes/readiness/await-ready.ts';
import type { AppFacts } from '../../src/targets/kubernetes/review-app/app-facts.ts';
import { passingObjects } from '../../src/targets/kubernetes/review-app/passing-objects.ts';
import { renderApp } from '../../src/targets/kubernetes/review-app/render-app.ts';
import type { AppSettings, DatabaseSettings } from '../../src/targets/kubernetes/settings.ts';
import type { Stage } from '../../src/targets/kubernetes/stage.ts';
import { pauseFor } from '../../src/targets/pause.ts';
import type { ProgressEvent } from '../../src/targets/target.ts';
import { clusterTimeout, hasNode, type NodeCluster, openCluster } from '../cluster/cluster.ts';
import { factsOf } from '../targets/kubernetes/review-app/app-facts.ts';
import { lastOf } from '../targets/kubernetes/review-app/rendered.ts';

const { signal } = new AbortController();
const postgres: DatabaseSettings = {
  provider: 'auto',
  version: '15',
  image: 'registry.local:5000/postgres:15',
  name: 'app',
  storage: '64Mi',
};
const copyFrom = {
  secret: { namespace: 'staging', name: 'staging-db', key: 'url' },
  excludeTables: ['audit_log'],
  maxBytes: 100_000_000,
  mask: 'db/mask.sql',
  timeout: duration(120_000),
};
const mask = "UPDATE users SET email = 'user' || id || '@example.com';";
/** Reads what the copy brought, and leaves a line of its own, as an application's migration does. */
const migration = `psql -v ON_ERROR_STOP=1 "$DATABASE_URL" <<SQL
CREATE TABLE IF NOT EXISTS migrations (commit text);
INSERT INTO migrations VALUES ('$COMMIT');
SQL`;
const app: Partial<AppSettings> = {
  image: 'registry.local:5000/postgres:15',
  migrate: { command: ['bash', '-ec', migration], timeout: duration(60_000) },
};

let cluster: NodeCluster;
let kube: Kube;

/** What the stages of the database and of the migration say and end in, as a deploy runs them. */
async function run(facts: AppFacts) {
  const stages = renderApp(facts).filter(({ name }) => /database|migrate/.test(name));
  for (const object of passingObjects(facts, stages, ''))
    await applyObject(kube, object, { force: true, signal });
  const events: ProgressEvent[] = [];
  const ended: string[] = [];
  for (const stage of stages) {
    const failure = await runStage(stage, facts, events);
    ended.push(failure === undefined ? stage.name : `${stage.name}: ${failure}`);
    if (failure !== undefined) break;
  }
  const log = events.flatMap((event) => (event.kind === 'log' ? [event.line] : []));
  return { stages, ended, log };
}

async function runStage(stage: Stage, facts: AppFacts, events: ProgressEvent[]) {
  const live: KubeObject[] = [];
  for (const { object, how } of stage.objects) {
    const there = how === 'once' && (await getObject(kube, refOf(object), signal));
    live.push(there || (await applyObject(kube, object, { signal })));
  }
  const result = await awaitReady({
    kube,
    objects: live.map((object) => ({ object })),
    watch: { progress: (event) => events.push(event), signal },
    service: facts.service.name,
    timeout: stage.timeout ?? facts.settings.rolloutTimeout,
    now: () => instant(Date.now()),
    pause: pauseFor,
    follow: stage.follow ?? false,
  });
  return result.ok ? undefined : `${result.failure.reason}\n${result.failure.log.join('\n')}`;
}

/** What statements print in the pod of the database, as the app. */
async function ask(facts: AppFacts, statement: string): Promise<string> {
  const { name, namespace = '' } = lastOf(renderApp(facts), 'StatefulSet').metadata;
  const command = ['psql', '-XAtq', await addressOf(facts), '-c', statement];
  return (await cluster.kubectl(['exec', `${name}-0`, '-n', namespace, '--', ...command])).trim();
}

async function addressOf(facts: AppFacts): Promise<string> {
  const { name, namespace = '' } = lastOf(renderApp(facts), 'StatefulSet').metadata;
  const secret = await getObject(
    kube,
    { apiVersion: 'v1', kind: 'Secret', name, namespace },
    signal,
  );
  return Buffer.from(textOf(fieldsOf(secret?.data).url), 'base64').toString();
}

const staging = factsOf({ app: { ...app, database: postgres }, place: { namespace: 'staging' } });
const secrets = (length: number) => 'canary'.repeat(8).slice(0, length);
const found: KubeObject[] = [];
const preview = (live: Partial<AppFacts['live']> = {}): AppFacts => ({
  ...factsOf({
    app: { ...app, database: { ...postgres, copyFrom } },
    live: { found, maskSql: mask, ...live },
  }),
  randomText: secrets,
});

if (hasNode())
  describe('a database on a real node, as the deployer', () => {
    beforeAll(async () => {
      cluster = await openCluster({ level: 'node' });
      for (const namespace of ['staging', 'shop-pr-7']) {
        await cluster.kubectl(['create', 'namespace', namespace]);
        const level = 'pod-security.kubernetes.io/enforce=baseline';
        await cluster.kubectl(['label', 'namespace', namespace, level]);
      }
      const roles = readFileSync('infra/kubernetes/deployer.yaml', 'utf8');
      const kubeconfig = await cluster.serviceAccount('understudy', 'deployer', roles);
      kube = await openKube({ environment: { KUBECONFIG: kubeconfig } });
    }, clusterTimeout);
    afterAll(() => cluster?.close());

    test('it starts, and the app owns an empty one', async () => {
      const { ended } = await run(staging);
      expect(ended).toEqual(['start the database', 'migrate']);
      await ask(
        staging,
        `CREATE TABLE users (id serial PRIMARY KEY, email text);
         CREATE TABLE audit_log (what text);
         INSERT INTO users (email) SELECT 'person' || i || '@secret.example' FROM generate_series(1, 300) i;
         INSERT INTO audit_log SELECT 'x' FROM generate_series(1, 40);`,
      );
      const address = (await addressOf(staging)).replace(/@([^:]+):/, '@$1.staging.svc:');
      found.push({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'staging-db', namespace: 'staging' },
        data: { url: Buffer.from(address).toString('base64') },
      });
    }, 180_000);

    test('it is copied, masked and counted once, then migrated; no log has a credential or a row', async () => {
      const { ended, log } = await run(preview());
      expect(ended).toEqual(['start the database', 'copy the database', 'migrate']);
      expect(log.join('\n')).toContain(
        'Copied 2 tables with 301 rows, each counted on both sides.',
      );
      expect(log.join('\n')).not.toMatch(/canary|rrrr|secret\.example/);
      expect(
        await ask(
          preview(),
          "SELECT count(*), count(*) FILTER (WHERE email LIKE '%secret%') FROM users;",
        ),
      ).toBe('300|0');
      expect(await ask(preview(), 'SELECT count(*) FROM audit_log;')).toBe('0');
      expect(
        await ask(preview(), 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user;'),
      ).toBe('f');
      expect(await ask(preview(), 'SELECT count(*) FROM migrations;')).toBe('2');
    }, 180_000);

    test('a second deploy finds everything done', async () => {
      await ask(preview(), "UPDATE users SET email = 'mine' WHERE id = 1;");
      expect((await run(preview())).ended).toEqual([
        'start the database',
        'copy the database',
        'migrate',
      ]);
      expect(await ask(preview(), 'SELECT email FROM users WHERE id = 1;')).toBe('mine');
    }, 180_000);

    test('a fresh one is made beside the old one, which serves until then', async () => {
      const fresh = preview({ databaseReset: 'comment-1' });
      expect((await run(fresh)).ended).toEqual([
        'start the database',
        'copy the database',
        'migrate',
      ]);
      expect(await ask(fresh, 'SELECT email FROM users WHERE id = 1;')).toBe('user1@example.com');
      expect(await ask(preview(), 'SELECT email FROM users WHERE id = 1;')).toBe('mine');
    }, 180_000);

    test('a copy that is too large fails with its reason', async () => {
      const facts = preview({ databaseReset: 'comment-2' });
      const database = { ...postgres, copyFrom: { ...copyFrom, maxBytes: 1000 } };
      const { ended } = await run({ ...facts, app: { ...facts.app, database } });
      expect(ended.at(-1)).toMatch(/^copy the database: [\s\S]*max-size allows 1000/);
    }, 180_000);
  });
