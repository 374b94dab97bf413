import { join } from 'node:path';
import { UserError } from '../../core/user-error.ts';
import type { Clock } from './clock.ts';
import { timestamp } from './clock.ts';
import type { EventLog } from './event-log.ts';
import { initBare } from './git.ts';
import type { RefReader } from './refs-on-disk.ts';
import { createRefReader } from './refs-on-disk.ts';
import type { Account, RepositoryState } from './state.ts';
import { emptyRepository, fullName } from './state.ts';
import type { Store } from './store.ts';
import { keyOf } from './store.ts';

/** Everything a route may touch. */
export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EventLog;
  /** Where the bare git directories are. */
  readonly root: string;
  readonly readers: Map<string, RefReader>;
  /** Runs one piece of work at a time; for whatever moves refs. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  readonly origin: () => string;
}

/** The person at the keyboard: owner of the full token and of what is pushed to the bare directories. */
export const operator = 'octocat';

/** Who `GITHUB_TOKEN` acts as. */
export const actionsBot = 'github-actions[bot]';

const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** Whether a text is an `owner/name` that GitHub would take; none leads out of a directory. */
export function isRepositoryName(name: string): boolean {
  return namePattern.test(name);
}

/** The bare git directory of a repository. */
export function gitDirectory(world: Pick<World, 'root'>, repository: RepositoryState): string {
  return join(world.root, repository.owner, `${repository.name}.git`);
}

/** The reader of a repository's refs, kept so that it reads only what moved. */
export function refReader(world: World, repository: RepositoryState): RefReader {
  const key = keyOf(repository);
  const reader = world.readers.get(key) ?? createRefReader(gitDirectory(world, repository));
  world.readers.set(key, reader);
  return reader;
}

/** The account of a login, made when it is new. */
export function account(world: World, login: string, type?: Account['type']): Account {
  const key = login.toLowerCase();
  const known = world.store.state().accounts[key];
  if (known) return known;
  const made: Account = {
    id: login === actionsBot ? 41_898_282 : world.store.nextId(),
    login,
    type: type ?? (login.endsWith('[bot]') ? 'Bot' : 'User'),
  };
  world.store.change((s) => ({ ...s, accounts: { ...s.accounts, [key]: made } }));
  return made;
}

/** Makes a repository, empty as after "New repository" on GitHub; one that is there is left alone. */
export async function ensureRepository(world: World, name: string): Promise<RepositoryState> {
  const known = world.store.find(name);
  if (known) return known;
  if (!isRepositoryName(name)) {
    throw new UserError(`"${name}" is not a repository`, 'Write it as owner/name.');
  }
  const [owner = '', short = ''] = name.split('/');
  account(world, owner, 'Organization');
  account(world, operator);
  const made: RepositoryState = {
    ...emptyRepository({
      id: world.store.nextId(),
      owner,
      name: short,
      createdAt: timestamp(world.clock),
    }),
    collaborators: { [operator]: 'admin' },
  };
  await initBare(gitDirectory(world, made), made.defaultBranch);
  addRepository(world, made);
  return made;
}

/** Puts a repository, whose git directory exists, into the state. */
export function addRepository(world: World, repository: RepositoryState): void {
  world.store.change((s) => ({
    ...s,
    repositories: { ...s.repositories, [keyOf(repository)]: repository },
  }));
}

/** The bare git directories by `owner/name`. */
export function gitDirectories(world: World): Record<string, string> {
  const all = Object.values(world.store.state().repositories);
  return Object.fromEntries(all.map((one) => [fullName(one), gitDirectory(world, one)]));
}

/** Work that is done one piece after the other, in the order it was handed in. */
export function createQueue(): World['exclusively'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
