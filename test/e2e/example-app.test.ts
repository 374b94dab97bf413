import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalPostgres, openPostgres, postgresPrograms } from './local-postgres.ts';

const programs = postgresPrograms();
if (!programs) console.warn('PostgreSQL is not installed: the example application is not tested.');
const described = programs ? describe : describe.skip;

const folder = 'examples/kubernetes-review-app';
const password = 'canary-password-4';
const secret = 'canary-secret-5';
const first = '3f9c1d20a7b4e6f8091a2b3c4d5e6f7081920a1b';
const second = 'e4d909c290d0fb1ca068ffaddf22cbd0aabbccdd';

type Environment = Readonly<Record<string, string>>;

async function migrate(environment: Environment) {
  const env = { PATH: process.env.PATH, ...environment };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['bin/migrate'], {
      cwd: folder,
      env,
    });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

/** The server, at a port of its own choice. */
async function start(environment: Environment) {
  const env = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...environment };
  const server = spawn(process.execPath, ['server.js'], { cwd: folder, env, stdio: 'pipe' });
  server.stderr.resume();
  const [line] = await once(server.stdout, 'data');
  const port = /port (\d+)/.exec(String(line))?.[1];
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  return { server, get };
}

async function end(server: ChildProcess): Promise<unknown> {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  const [code] = await ended;
  return code;
}

function rowsOf(page: string): string[] {
  const [, table = ''] = page.split('<h2>Migrations');
  const [body = ''] = table.split('<h2>Environment');
  return [...body.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) => row).slice(1);
}

described('the example application', () => {
  let postgres: LocalPostgres;
  let given: Environment = {};

  beforeAll(async () => {
    postgres = await openPostgres(programs ?? '');
    await postgres.sql('postgres', `CREATE ROLE app LOGIN PASSWORD '${password}';`);
    await postgres.sql('postgres', 'CREATE DATABASE app OWNER app;');
    given = {
      DATABASE_URL: `postgres://app:${password}@127.0.0.1:${postgres.port}/app`,
      PULL_REQUEST: '42',
      REPOSITORY: 'acme/shop',
      BRANCH: 'feature/<script>alert("1")</script>',
      APP_URL: 'https://shop.preview.example.com',
      API_TOKEN: secret,
    };
  }, 60_000);
  afterAll(() => postgres.close());

  test('says that a commit is not migrated yet, and that there is no row', async () => {
    const { server, get } = await start({ ...given, COMMIT: first });
    try {
      const page = await (await get('/')).text();
      expect(page).toContain('this commit has not been migrated');
      expect(rowsOf(page)).toEqual([]);
      expect((await get('/healthz')).status).toBe(200);
    } finally {
      await end(server);
    }
  });

  test('has one row for each commit, however often that was migrated', async () => {
    expect(await migrate({ ...given, COMMIT: first })).toEqual({
      code: 0,
      output: `Migrated to ${first}.\n`,
    });
    const both = [1, 2].map(() => migrate({ ...given, COMMIT: second }));
    expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
    expect((await migrate({ ...given, COMMIT: first })).output).toBe(
      `${first} was migrated before.\n`,
    );
    const rows = await postgres.sql('app', 'SELECT commit FROM migrations ORDER BY migrated_at');
    expect(rows.split('\n')).toEqual([first, second]);
  });

  test('shows what runs: the newest row first, and that of the running commit marked', async () => {
    const { server, get } = await start({ ...given, COMMIT: second });
    try {
      const page = await (await get('/')).text();
      const rows = rowsOf(page);
      expect(rows.map((row) => /<code>(.*?)<\/code>/.exec(row)?.[1])).toEqual([
        'e4d909c2',
        '3f9c1d20',
      ]);
      expect(rows.map((row) => row.includes('runs now'))).toEqual([true, false]);
      expect(rows[0]).toContain(`https://github.com/acme/shop/commit/${second}`);
      expect(page).toContain('<title>e4d909c2 · #42</title>');
      expect(page).toContain('<td>https://shop.preview.example.com</td>');
      expect(await end(server)).toBe(0);
    } finally {
      server.kill('SIGKILL');
    }
  });

  test('shows no secret, and nothing of others as markup', async () => {
    const { server, get } = await start({ ...given, COMMIT: second });
    try {
      const answer = await get('/');
      const page = await answer.text();
      expect(page).not.toContain(password);
      expect(page).not.toContain(secret);
      expect(page).toContain(`postgres://…@127.0.0.1:${postgres.port}/app`);
      expect(page).not.toContain('<script>');
      const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page) ?? [];
      const hash = createHash('sha256').update(style).digest('base64');
      expect(answer.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
    } finally {
      await end(server);
    }
  });

  test('is unhealthy without its database, says so, and goes on', async () => {
    const gone = { ...given, DATABASE_URL: 'postgres://app:x@127.0.0.1:1/app', COMMIT: second };
    const { server, get } = await start(gone);
    try {
      expect((await get('/healthz')).status).toBe(503);
      expect(await (await get('/')).text()).toContain('the database does not answer');
      expect((await get('//', { method: 'HEAD' })).status).toBe(404);
      expect((await get('/healthz')).status).toBe(503);
    } finally {
      await end(server);
    }
  });

  test.each([
    ['without a database', { DATABASE_URL: '' }, 'DATABASE_URL is not set'],
    ['where nothing listens', { DATABASE_URL: 'postgres://127.0.0.1:1/app' }, 'ECONNREFUSED'],
    ['without a commit', { COMMIT: '' }, 'COMMIT is not set'],
    ['with a commit that is none', { COMMIT: 'main' }, 'violates check constraint'],
  ])('a migration %s fails and says why', async (_, environment, why) => {
    const { code, output } = await migrate({ ...given, COMMIT: first, ...environment });
    expect(code).toBe(1);
    expect(output).toContain(why);
    expect(output).not.toContain(password);
  });

  test('the migration can be started by its path, as the image has it', () => {
    expect(() => accessSync(`${folder}/bin/migrate`, constants.X_OK)).not.toThrow();
  });
});
