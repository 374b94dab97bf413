import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../core/user-error.ts';
import { placeKind } from './git-place.ts';
import { type GitOptions, runGit } from './git-process.ts';
import { gitStore } from './git-store.ts';
import type { RefStore } from './ref-store.ts';

/** Where the ledger is, and what there is to work with. */
export interface GitLedger {
  /** An address, a folder, or the name of a remote of the checkout; see `placeKind`. */
  readonly place: string;
  /** Where the repository is checked out; empty = nowhere. */
  readonly workspace: string;
  /** A folder that is emptied after the job. */
  readonly temp: string;
  /** Variables of the process, with what git needs to log in. */
  readonly environment: GitOptions['environment'];
  readonly signal?: AbortSignal;
}

/** Milliseconds that one call of git may take. */
const timeout = 60_000;

/**
 * Opens the ledger over plain git. Asks nothing of the other side yet. Throws a `UserError` without git, or without
 * the remote.
 */
export async function openGitStore(options: GitLedger): Promise<RefStore> {
  const { place, environment, signal } = options;
  const how = { environment, timeout, ...(signal && { signal }) };
  const isRemote = placeKind(place) === 'remote';
  const directory = isRemote
    ? await checkoutWith(options, how)
    : await emptyDirectory(options, how);
  return gitStore({ directory, remote: place, ...how });
}

/** Objects go into the checkout, as what logs in to its remote is configured there; none of its refs is touched. */
async function checkoutWith(
  { place, workspace }: GitLedger,
  how: Omit<GitOptions, 'directory'>,
): Promise<string> {
  const directory = join(workspace, '.git');
  const next = 'or write the address of the repository, as ssh://git@git.example.com/team/app.git.';
  if (workspace === '' || !existsSync(directory)) {
    throw new UserError(
      `ledger.git is the remote ${place}, and nothing is checked out here`,
      `Put actions/checkout before this step, ${next}`,
    );
  }
  const { exit } = await runGit({ directory, ...how }, ['remote', 'get-url', '--', place]);
  if (exit === 0) return directory;
  throw new UserError(
    `ledger.git is the remote ${place}, and the checkout has none of that name`,
    `Name one that \`git remote\` lists, usually origin, ${next}`,
  );
}

async function emptyDirectory(
  { temp }: GitLedger,
  how: Omit<GitOptions, 'directory'>,
): Promise<string> {
  const directory = await mkdtemp(join(temp, 'understudy-ledger-'));
  const { exit, complaint } = await runGit({ directory, ...how }, [
    'init',
    '--quiet',
    '--bare',
    '--template=',
  ]);
  if (exit !== 0) throw new Error(`git init failed: ${complaint}`);
  return directory;
}
