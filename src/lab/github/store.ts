import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notFound } from './api-error.ts';
import type { LabState, RepositoryState } from './state.ts';
import { fullName } from './state.ts';

/** How many earlier versions of a repository the `stale-read` fault can go back. */
const historyLength = 50;
const saveDelay = 20;

/** The state in memory, kept on disk. A change is visible at once and on disk some 20 ms later. */
export interface Store {
  state(): LabState;
  change(change: (state: LabState) => LabState): void;
  /** Throws GitHub's 404 for an unknown name. */
  repository(name: string): RepositoryState;
  find(name: string): RepositoryState | undefined;
  changeRepository(name: string, change: (repository: RepositoryState) => RepositoryState): void;
  /** Earlier versions, newest first. */
  history(name: string): readonly RepositoryState[];
  nextId(): number;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

const nothing: LabState = {
  version: 1,
  lastId: 1000,
  accounts: {},
  tokens: {},
  teams: {},
  repositories: {},
};

/** Opens the state in a directory, made when absent. Throws when the file there is not ours. */
export function openStore(directory: string): Store {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'state.json');
  let state = load(file);
  const histories = new Map<string, RepositoryState[]>();
  const saving = saver(file, () => state);
  const change = (edit: (state: LabState) => LabState): void => {
    state = edit(state);
    saving.soon();
  };
  const find = (name: string) => state.repositories[name.toLowerCase()];
  return {
    state: () => state,
    change,
    find,
    repository: (name) => find(name) ?? fail(),
    changeRepository: (name, edit) => {
      const before = find(name) ?? fail();
      const after = edit(before);
      if (after === before) return;
      remember(histories, name.toLowerCase(), before);
      change((s) => ({ ...s, repositories: { ...s.repositories, [keyOf(after)]: after } }));
    },
    history: (name) => histories.get(name.toLowerCase()) ?? [],
    nextId: () => {
      change((s) => ({ ...s, lastId: s.lastId + 1 }));
      return state.lastId;
    },
    flush: saving.flush,
  };
}

/** The key of a repository in the state. */
export function keyOf(repository: RepositoryState): string {
  return fullName(repository).toLowerCase();
}

function fail(): never {
  throw notFound();
}

function remember(
  histories: Map<string, RepositoryState[]>,
  key: string,
  version: RepositoryState,
): void {
  const versions = histories.get(key) ?? [];
  versions.unshift(version);
  versions.length = Math.min(versions.length, historyLength);
  histories.set(key, versions);
}

function load(file: string): LabState {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing;
    throw error;
  }
  const state = JSON.parse(text) as LabState;
  if (state.version !== 1) throw new Error(`${file} is not the state of a GitHub stand-in`);
  return state;
}

function saver(file: string, current: () => LabState) {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    await writeFile(`${file}.next`, JSON.stringify(current()), { mode: 0o600 });
    await rename(`${file}.next`, file);
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(write);
      writing.catch(() => undefined);
    }, saveDelay).unref();
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    await writing.catch(() => undefined);
    writeFileSync(`${file}.last`, JSON.stringify(current()), { mode: 0o600 });
    renameSync(`${file}.last`, file);
  };
  return { soon, flush };
}
