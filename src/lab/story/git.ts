import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { UserError } from '../../core/user-error.ts';

/** Git as it is run: where, and with what beside a quiet, hookless environment. */
export interface GitOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input. */
  readonly input?: string;
  /** Keep the user's own settings: needed to read a repository of theirs (`safe.directory`). */
  readonly userSettings?: boolean;
}

const identity = {
  GIT_AUTHOR_NAME: 'Octo Cat',
  GIT_AUTHOR_EMAIL: 'octocat@example.com',
  GIT_COMMITTER_NAME: 'Octo Cat',
  GIT_COMMITTER_EMAIL: 'octocat@example.com',
};

/** Runs git and answers its output, trimmed. Rejects with git's own words; `UserError` when there is no git. */
export function git(args: readonly string[], options: GitOptions): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const quiet = { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };
  const env = {
    PATH,
    HOME,
    LANG: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    ...identity,
    ...(!options.userSettings && quiet),
    ...options.env,
  };
  const all = ['-c', `core.hooksPath=${devNull}`, '-c', 'gc.auto=0', ...args];
  return new Promise((done, fail) => {
    const child = execFile(
      'git',
      all,
      { cwd: options.cwd, env, maxBuffer: 64 * 1024 * 1024 },
      (error, out, words) => (error ? fail(explain(error, words)) : done(out.trimEnd())),
    );
    // Git may end without having read; how it ended says more than the broken pipe.
    child.stdin?.on('error', () => undefined).end(options.input ?? '');
  });
}

function explain(error: Error & { code?: unknown }, words: string): Error {
  if (error.code === 'ENOENT')
    return new UserError(
      'git was not found',
      'Install git 2.20 or later; the lab works on real repositories.',
    );
  return new Error(words.trim() || error.message, { cause: error });
}
