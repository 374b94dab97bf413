import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { copyScript } from '../../src/targets/kubernetes/review-app/database/copy-script.ts';
import { initScript } from '../../src/targets/kubernetes/review-app/database/init-script.ts';
import { connectionVariables } from '../../src/targets/kubernetes/review-app/database/source-connection.ts';
import { type LocalPostgres, openPostgres, postgresPrograms, superuser } from './local-postgres.ts';

const programs = postgresPrograms();
if (!programs) console.warn('PostgreSQL is not installed: the copy of databases is not tested.');
const described = programs ? describe : describe.skip;

const reader = { user: 'reader', password: 'canary/reader@9' };
const owner = { user: 'app', password: 'canaryapp7' };

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

described('copying a database', () => {
  let server: LocalPostgres;
  let folder = '';

  beforeAll(async () => {
    server = await openPostgres(programs ?? '');
    await server.sql(
      'postgres',
      `CREATE ROLE reader LOGIN PASSWORD '${reader.password}'; GRANT pg_read_all_data TO reader;`,
    );
  }, 60_000);
  afterAll(() => server.close());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-copy-'));
    await server.sql(
      'postgres',
      'DROP DATABASE IF EXISTS staging; DROP DATABASE IF EXISTS app; DROP DATABASE IF EXISTS understudy_copy; DROP ROLE IF EXISTS app;',
    );
    await server.sql(
      'postgres',
      `CREATE DATABASE staging; CREATE ROLE app LOGIN NOSUPERUSER PASSWORD '${owner.password}';`,
    );
    await server.sql(
      'staging',
      `CREATE EXTENSION citext;
       CREATE SCHEMA "Shop Floor";
       CREATE TABLE users (id int PRIMARY KEY, email citext UNIQUE);
       CREATE TABLE "Shop Floor"."it's odd" (id serial PRIMARY KEY, user_id int REFERENCES users);
       CREATE TABLE audit_log (at timestamptz, what text);
       CREATE TABLE events (id int, day date) PARTITION BY RANGE (day);
       CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
       INSERT INTO users SELECT i, 'person' || i || '@secret.example' FROM generate_series(1, 500) i;
       INSERT INTO "Shop Floor"."it's odd" (user_id) SELECT id FROM users WHERE id <= 70;
       INSERT INTO audit_log SELECT now(), 'canary-audit' FROM generate_series(1, 30);
       INSERT INTO events SELECT i, '2026-01-02' FROM generate_series(1, 12) i;`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const variables = (otherwise: Record<string, string>) => {
    const address = `postgres://reader:${encodeURIComponent(reader.password)}@127.0.0.1:${server.port}/staging?sslmode=prefer&pool=5`;
    const source = Object.entries(connectionVariables(address, 'it')).map(([name, text]) => [
      `SOURCE_${name}`,
      text,
    ]);
    return {
      ...Object.fromEntries(source),
      PATH: `${server.programs}:${process.env.PATH}`,
      TMPDIR: folder,
      PGCONNECT_TIMEOUT: '5',
      TARGET_PGHOST: '127.0.0.1',
      TARGET_PGPORT: String(server.port),
      TARGET_PGUSER: superuser.user,
      TARGET_PGPASSWORD: superuser.password,
      TARGET_DATABASE: 'app',
      TARGET_OWNER: 'app',
      EXCLUDED: '',
      MAX_BYTES: '',
      MASK: '',
      ...otherwise,
    };
  };
  const start = (otherwise: Record<string, string> = {}) =>
    spawn('bash', ['-c', copyScript], {
      env: variables(otherwise),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const copy = async (otherwise: Record<string, string> = {}): Promise<Ended> => {
    const child = start(otherwise);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  };
  const count = (table: string, database = 'app') =>
    server.sql(database, `SELECT count(*) FROM ${table};`);

  test('all tables, extensions and sequences arrive and are counted, and the app owns them', async () => {
    const { code, output } = await copy();
    expect(output).toContain('Copied 4 tables with 612 rows, each counted on both sides.');
    expect(code).toBe(0);
    expect(await count('users')).toBe('500');
    expect(await count('events')).toBe('12');
    expect(
      await server.sql(
        'app',
        `INSERT INTO "Shop Floor"."it's odd" (user_id) VALUES (1) RETURNING id;`,
      ),
    ).toBe('71');
    expect(
      await server.sql(
        'app',
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'Shop Floor');",
      ),
    ).toBe('app');
    expect(await server.sql('app', "SELECT rolsuper FROM pg_roles WHERE rolname = 'app';")).toBe(
      'f',
    );
  });

  test('it never happens twice: what the app has written since stays', async () => {
    await copy();
    await server.sql('app', "UPDATE users SET email = 'changed' WHERE id = 1;");
    const { code, output } = await copy();
    expect({ code, output }).toEqual({ code: 0, output: 'The database was copied before.\n' });
    expect(await server.sql('app', 'SELECT email FROM users WHERE id = 1;')).toBe('changed');
  });

  test('tables that are excluded are there and empty, and their partitions with them', async () => {
    const { code } = await copy({ EXCLUDED: 'audit_*\npublic.events' });
    expect(code).toBe(0);
    expect([await count('audit_log'), await count('events'), await count('users')]).toEqual([
      '0',
      '0',
      '500',
    ]);
  });

  test('an excluded table that the source does not have is an error before anything is copied', async () => {
    const { code, output } = await copy({ EXCLUDED: 'audti_log' });
    expect(code).toBe(1);
    expect(output).toBe('error: exclude-tables: the source has no table audti_log\n');
    expect(
      await server.sql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE '%copy';"),
    ).toBe('0');
  });

  test('a source that is too large is not copied; what is excluded does not count', async () => {
    await server.sql(
      'staging',
      'INSERT INTO audit_log SELECT now(), repeat(md5(i::text), 40) FROM generate_series(1, 2000) i;',
    );
    const refused = await copy({ MAX_BYTES: '1000000' });
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(
      /^error: the source holds \d+ bytes .* max-size allows 1000000\n$/,
    );
    expect((await copy({ MAX_BYTES: '1000000', EXCLUDED: 'audit_log' })).code).toBe(0);
  });

  test('the masking script is carried out before anyone can read the copy', async () => {
    const mask = join(folder, 'mask.sql');
    writeFileSync(
      mask,
      "UPDATE users SET email = 'user' || id || '@example.com'; SELECT * FROM users;",
    );
    const { code, output } = await copy({ MASK: mask });
    expect(code).toBe(0);
    expect(await count("users WHERE email LIKE '%secret%'")).toBe('0');
    expect(output).not.toContain('example');
  });

  test('where masking fails there is no database, and its rows are not shown', async () => {
    const mask = join(folder, 'mask.sql');
    writeFileSync(mask, "UPDATE users SET email = 'person1@secret.example';");
    const { code, output } = await copy({ MASK: mask });
    expect(code).toBe(1);
    expect(output).toContain('the masking script failed');
    expect(output).not.toContain('secret.example');
    expect(
      await server.sql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'app';"),
    ).toBe('0');
    writeFileSync(mask, "UPDATE users SET email = 'user' || id;");
    expect((await copy({ MASK: mask })).code).toBe(0);
  });

  test.each([5, 120, 300, 550])(
    'ended after %i ms and run again, it is whole',
    async (milliseconds) => {
      const child = start();
      const closed = once(child, 'close');
      setTimeout(() => child.kill('SIGKILL'), milliseconds);
      await closed;
      const { code, output } = await copy();
      expect({ code, output }).toMatchObject({ code: 0 });
      expect([await count('users'), await count('audit_log')]).toEqual(['500', '30']);
    },
  );

  test('rows that are written to the source meanwhile are neither copied nor counted', async () => {
    const child = start();
    let writing = true;
    const closed = once(child, 'close').finally(() => {
      writing = false;
    });
    while (writing) await server.sql('staging', "INSERT INTO audit_log VALUES (now(), 'late');");
    expect((await closed)[0]).toBe(0);
  });

  test('a database with tables of its own is left alone', async () => {
    await server.sql('postgres', 'CREATE DATABASE app OWNER app;');
    await server.sql('app', 'CREATE TABLE mine (id int);');
    const { code, output } = await copy();
    expect(code).toBe(1);
    expect(output).toContain('has tables already; comment /preview reset-db for a fresh one');
    expect(await count('mine')).toBe('0');
  });

  test('an empty database, as operators make it, is replaced', async () => {
    await server.sql('postgres', 'CREATE DATABASE app OWNER app;');
    expect((await copy()).code).toBe(0);
    expect(await count('users')).toBe('500');
  });

  test('a wrong password and a missing right are told, and no credential or row is', async () => {
    const wrong = await copy({ SOURCE_PGPASSWORD: 'canary-wrong' });
    expect(wrong.code).not.toBe(0);
    expect(wrong.output).toContain('password authentication failed for user "reader"');
    expect(wrong.output).not.toContain('canary');
    await server.sql('postgres', 'REVOKE pg_read_all_data FROM reader;');
    const unread = await copy();
    await server.sql('postgres', 'GRANT pg_read_all_data TO reader;');
    expect(unread.code).not.toBe(0);
    expect(unread.output).toContain('permission denied for schema');
  });

  test('what cannot be restored is told without rows of it', async () => {
    await server.sql(
      'staging',
      `CREATE FUNCTION fine(text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT current_database() = 'staging' $$;
       ALTER TABLE users ADD CHECK (fine(email::text));`,
    );
    const { code, output } = await copy();
    expect(code).toBe(1);
    expect(output).toContain('the copy could not be made');
    expect(output).toContain('violates check constraint');
    expect(output).not.toContain('secret.example');
  });

  test('no program is given a credential as argument', async () => {
    const log = join(folder, 'arguments');
    const bin = mkdtempSync(join(tmpdir(), 'understudy-bin-'));
    for (const name of ['psql', 'pg_dump', 'pg_restore']) {
      const script = `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>'${log}'\nexec '${join(server.programs, name)}' "$@"\n`;
      writeFileSync(join(bin, name), script, { mode: 0o755 });
    }
    const { code, output } = await copy({ PATH: `${bin}:${process.env.PATH}` });
    rmSync(bin, { recursive: true });
    expect(code).toBe(0);
    expect(readFileSync(log, 'utf8')).toMatch(/pg_dump --format=custom/);
    expect(readFileSync(log, 'utf8') + output).not.toContain('canary');
  });

  test('the role of a first start may do everything where nothing is copied, and owns its database', async () => {
    const run = async (isCopied: boolean, name: string) => {
      const child = spawn('bash', ['-c', initScript(isCopied)], {
        env: {
          PATH: `${server.programs}:${process.env.PATH}`,
          PGHOST: '127.0.0.1',
          PGPORT: String(server.port),
          PGPASSWORD: superuser.password,
          POSTGRES_USER: superuser.user,
          APP_DATABASE: name,
          APP_USER: name,
          APP_PASSWORD: 'canarynew8',
        },
        stdio: 'ignore',
      });
      expect(await once(child, 'close')).toEqual([0, null]);
      const found = await server.sql(
        'postgres',
        `SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = '${name}'), (SELECT count(*) FROM pg_database WHERE datname = '${name}');`,
      );
      await server.sql('postgres', `DROP DATABASE IF EXISTS ${name}; DROP ROLE ${name};`);
      return found;
    };
    expect(await run(false, 'alone')).toBe('t|1');
    expect(await run(true, 'copied')).toBe('f|0');
  });
});
