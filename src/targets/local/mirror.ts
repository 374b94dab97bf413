import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { UserError } from '../../core/user-error.ts';

/** Where a commit comes from. */
export interface Origin {
  /** Address or folder that git can fetch from. */
  readonly url: string;
  readonly token: string | undefined;
  /** Variables of the calling process; only what git needs of them is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One try more than the times that another git may hold a lock file. */
const tries = 5;

/**
 * Fetches exactly one commit into a bare mirror, made when absent. Callers take turns. Throws a `UserError`
 * when git cannot get the commit.
 */
export async function fetchCommit(
  mirror: string,
  commit: string,
  origin: Origin,
  signal: AbortSignal,
): Promise<void> {
  const env = gitEnvironment(origin);
  await makeMirror(mirror, env, signal);
  const options = [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--depth=1',
    '--end-of-options',
  ];
  for (let attempt = 1; ; attempt += 1) {
    const fault = await git(
      ['--git-dir', mirror, ...safe, ...options, origin.url, commit],
      env,
      signal,
    );
    if (fault === undefined) return;
    if (!disturbed.test(fault) || attempt === tries) throw refusal(commit, origin, fault);
    // Left by a killed git: callers take turns, so nobody else is writing.
    await rm(`${mirror}/shallow.lock`, { force: true });
  }
}

/** A lock that is held, or the note of a worktree that the gateway is just writing or removing. */
const disturbed = /\.lock'?: File exists|failed to read .*\/worktrees\//;

const safe = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'protocol.ext.allow=never',
  '-c',
  'gc.autoDetach=false',
  '-c',
  'maintenance.autoDetach=false',
];

/** Made beside and moved into place, so that a kill leaves no half of one. */
async function makeMirror(mirror: string, env: NodeJS.ProcessEnv, signal: AbortSignal) {
  if (existsSync(`${mirror}/HEAD`)) return;
  const beside = `${mirror}.${process.pid}`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true, mode: 0o700 });
  const fault = await git(['init', '--quiet', '--bare', '--template=', beside], env, signal);
  if (fault !== undefined) throw new Error(`git cannot make ${mirror}: ${fault}`);
  await rename(beside, mirror).catch(async (error: Error) => {
    await rm(beside, { recursive: true, force: true });
    if (!existsSync(`${mirror}/HEAD`)) throw error;
  });
}

/**
 * The token goes by environment, the only way that shows it neither in the process list nor in a file
 * (git-config(1), GIT_CONFIG_COUNT), and only to the host it is for.
 */
function gitEnvironment({ url, token, environment }: Origin): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(
    ([name]) => !/^(GIT|GITHUB|INPUT|ACTIONS|RUNNER)_/.test(name),
  );
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(own),
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
  if (!token || !/^https?:/.test(url)) return env;
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    ...env,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
  };
}

/** Answers what git said when it failed. */
function git(
  options: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile('git', options, { env, signal }, (error, _stdout, stderr) => {
      if (!error) return resolve(undefined);
      if (signal.aborted) return reject(signal.reason);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return reject(noGit());
      resolve(stderr.trim() || error.message);
    });
  });
}

function noGit(): UserError {
  return new UserError(
    'git is not installed here.',
    'Install git 2.31 or newer on the machine of the runner.',
  );
}

function refusal(commit: string, { url, token }: Origin, fault: string): UserError {
  const words = fault.split('\n').filter((line) => /^(fatal|error|remote):/.test(line));
  const said = words.join(' ') || fault;
  const clean = token ? said.replaceAll(token, '***') : said;
  return new UserError(
    `git cannot fetch commit ${commit} from ${url}: ${clean}`,
    'Give the job `permissions: { contents: read }`, and check that the commit still exists.',
  );
}
