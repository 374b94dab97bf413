import { type ChildProcess, spawn } from 'node:child_process';
import { UserError } from '../core/user-error.ts';
import { protocols } from './git-place.ts';

/** What a git that ended said; `exit` is `undefined` when it was stopped for taking too long. */
export interface GitAnswer {
  readonly exit: number | undefined;
  readonly output: string;
  readonly complaint: string;
}

/** How git is called. */
export interface GitOptions {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that one call may take. */
  readonly timeout: number;
  /** Ends the call, as if it had taken too long. */
  readonly signal?: AbortSignal;
}

const settings = ['gc.auto=0', 'maintenance.auto=false', 'push.followTags=false'];
/** These would lead git to another repository, index or identity than the one it is told. */
const misleading = /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE|AUTHOR_|COMMITTER_)/;

/** Runs git in a git directory, without a shell. Throws a `UserError` when there is no git. */
export async function runGit(
  { directory, environment, timeout, signal }: GitOptions,
  args: readonly string[],
  input = '',
): Promise<GitAnswer> {
  const all = ['--git-dir', directory, ...settings.flatMap((one) => ['-c', one]), ...args];
  const child = spawn('git', all, {
    env: gitEnvironment(environment),
    detached: hasGroups,
    windowsHide: true,
  });
  const rest = endInTime(child, timeout, signal);
  const texts = [readAll(child.stdout), readAll(child.stderr)] as const;
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exit = await new Promise<number | undefined>((resolve, reject) => {
    child.once('error', (cause) => reject(noGit(cause)));
    child.once('close', (code) => resolve(code ?? undefined));
  }).finally(rest);
  const [output, complaint] = await Promise.all(texts);
  return { exit, output, complaint: complaint.trim() };
}

/** With a group of its own, what git has started ends with it, and nothing can ask at a terminal. */
const hasGroups = process.platform !== 'win32';

/** Ends git and all it has started, so that they take their locks away. Answers how to leave it be. */
function endInTime(child: ChildProcess, timeout: number, signal?: AbortSignal): () => void {
  const end = () => {
    try {
      if (hasGroups && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      else child.kill();
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(end, timeout);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function gitEnvironment(environment: GitOptions['environment']): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !misleading.test(name));
  return {
    ...Object.fromEntries(own),
    GIT_ALLOW_PROTOCOL: protocols.join(':'),
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

function noGit(cause: Error): Error {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return cause;
  return new UserError(
    'git is not installed here',
    'Install git on the runner; the ledger is kept by it.',
    { cause },
  );
}
