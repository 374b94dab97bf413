import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gitBytes } from './git.ts';
import type { RepositoryState } from './state.ts';
import { fullName } from './state.ts';
import type { World } from './world.ts';
import { gitDirectory } from './world.ts';

const pattern = /^\/_codeload\/([^/]+\/[^/]+)\/legacy\.tar\.gz\/([0-9a-f]{40})$/;
/** As GitHub's, which it documents for private repositories. Milliseconds. */
const goodFor = 300_000;

/** Whether a path is that of an archive, which GitHub serves from codeload.github.com. */
export function isArchivePath(path: string): boolean {
  return pattern.test(path);
}

/** Path and query of a commit's archive, good for five minutes. */
export function archiveAddress(world: World, repository: RepositoryState, commit: string): string {
  const path = `/_codeload/${fullName(repository)}/legacy.tar.gz/${commit}`;
  const until = world.clock.now() + goodFor;
  return `${path}?token=${until}-${sign(world, path, until)}`;
}

/** Serves a `.tar.gz` whose one folder is `OWNER-NAME-COMMIT`, cut to seven digits, to whoever has its address. */
export async function serveArchive(
  world: World,
  response: ServerResponse,
  { pathname, searchParams }: URL,
): Promise<void> {
  const [, name = '', commit = ''] = pattern.exec(pathname) ?? [];
  const [until = '', signature] = (searchParams.get('token') ?? '').split('-');
  const repository = world.store.find(name);
  const isGood =
    signature === sign(world, pathname, Number(until)) && Number(until) > world.clock.now();
  if (!repository || !isGood) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('404: Not Found');
    return;
  }
  const prefix = `${fullName(repository).replace('/', '-')}-${commit.slice(0, 7)}/`;
  const args = ['archive', '--format=tar.gz', `--prefix=${prefix}`, commit];
  const bytes = await gitBytes(gitDirectory(world, repository), args);
  response.writeHead(200, {
    'content-type': 'application/x-gzip',
    'content-length': bytes.length,
    'content-disposition': `attachment; filename=${prefix.slice(0, -1)}.tar.gz`,
  });
  response.end(bytes);
}

/** Not to keep anyone out: so that what drops the query, or is late, is seen. */
function sign(world: World, path: string, until: number): string {
  return createHmac('sha256', world.root).update(`${path} ${until}`).digest('hex').slice(0, 32);
}
