import { spawn } from 'node:child_process';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A git command that did not exit with 0. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly exit: number | null;
  readonly stderr: string;
  constructor(args: readonly string[], exit: number | null, stderr: string) {
    super(`git ${args[0]}: ${stderr.trim()}`);
    this.exit = exit;
    this.stderr = stderr;
  }
}

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs git in a bare directory without the user's configuration. Throws `GitError`. */
export async function git(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await gitBytes(directory, args, options)).toString('utf8');
}

/** As `git`, for output that is not text. */
export async function gitBytes(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const child = spawn('git', ['--git-dir', directory, ...args], {
    env: gitEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  // git may exit before it has read its input; what matters then is its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (exit !== 0) throw new GitError(args, exit, Buffer.concat(complaints).toString('utf8'));
  return Buffer.concat(output);
}

/** As `git`, with `undefined` for a failure. */
export async function tryGit(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string | undefined> {
  try {
    return await git(directory, args, options);
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** What git sees of our environment: nothing of the user's settings, and never a prompt. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
  };
}

/** Makes a bare repository that answers as GitHub's: any commit can be fetched, `refs/pull` is read-only. */
export async function initBare(directory: string, branch: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await git(directory, ['init', '--quiet', '--bare', '--initial-branch', branch]);
  await appendFile(join(directory, 'config'), settings);
}

const settings = `[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[http]
\treceivepack = true
[receive]
\thideRefs = refs/pull
\tautogc = false
[gc]
\tauto = 0
`;
