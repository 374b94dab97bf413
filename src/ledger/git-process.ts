import { spawn } from 'node:child_process';
import { UserError } from '../core/user-error.ts';

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
}

const settings = ['gc.auto=0', 'maintenance.auto=false', 'push.followTags=false'];
/** These would lead git to another repository, index or identity than the one it is told. */
const misleading = /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE|AUTHOR_|COMMITTER_)/;

/** Runs git in a git directory, without a shell. Throws a `UserError` when there is no git. */
export async function runGit(
  { directory, environment, timeout }: GitOptions,
  args: readonly string[],
  input = '',
): Promise<GitAnswer> {
  const all = ['--git-dir', directory, ...settings.flatMap((one) => ['-c', one]), ...args];
  const child = spawn('git', all, { env: gitEnvironment(environment), timeout });
  const texts = [readAll(child.stdout), readAll(child.stderr)] as const;
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exit = await new Promise<number | undefined>((resolve, reject) => {
    child.once('error', (cause) => reject(noGit(cause)));
    child.once('close', (code) => resolve(code ?? undefined));
  });
  const [output, complaint] = await Promise.all(texts);
  return { exit, output, complaint: complaint.trim() };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function gitEnvironment(environment: GitOptions['environment']): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !misleading.test(name));
  return { ...Object.fromEntries(own), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
}

function noGit(cause: Error): Error {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return cause;
  return new UserError('git is not installed here.', 'Install git on the runner.', { cause });
}
