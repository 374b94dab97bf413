import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A real PostgreSQL on loopback, with passwords. */
export interface LocalPostgres {
  readonly port: number;
  /** Folder of psql, pg_dump and pg_restore. */
  readonly programs: string;
  /** What statements print, as superuser. */
  sql(database: string, statements: string): Promise<string>;
  close(): Promise<void>;
}

export const superuser = { user: 'postgres', password: 'canary-superuser-0' };

/** Where Debian, its children and others put the server's programs; `undefined` = there are none. */
export function postgresPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(root, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

/** Starts a server of its own in a folder of its own. */
export async function openPostgres(programs: string): Promise<LocalPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-postgres-'));
  const port = await freePort();
  const owner = ownerOf(folder);
  const password = join(folder, 'password');
  writeFileSync(password, superuser.password);
  chmodSync(password, 0o644);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', superuser.user, `--pwfile=${password}`, '--no-sync'];
  execFileSync(
    join(programs, 'initdb'),
    [...init, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8'],
    {
      ...owner,
      stdio: 'pipe',
    },
  );
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: folder, fsync: 'off' };
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...given], {
    ...owner,
    stdio: 'ignore',
  });
  const sql = async (database: string, statements: string) => {
    const environment = {
      ...process.env,
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: superuser.user,
      PGPASSWORD: superuser.password,
      PGDATABASE: database,
    };
    const run = promisify(execFile)(join(programs, 'psql'), ['-XqAt', '-v', 'ON_ERROR_STOP=1'], {
      env: environment,
    });
    run.child.stdin?.end(statements);
    return (await run).stdout.trim();
  };
  await untilReady(() => sql('postgres', 'SELECT 1'));
  return {
    port,
    programs,
    sql,
    close: async () => {
      const exited = once(server, 'exit');
      server.kill('SIGQUIT');
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

/** PostgreSQL refuses to run as root. */
function ownerOf(folder: string): {
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd: string;
} {
  if (process.getuid?.() !== 0) return { cwd: folder };
  const uid = 65_534;
  chownSync(folder, uid, uid);
  return { uid, gid: uid, cwd: folder };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
