import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../core/user-error.ts';
import { git } from './git.ts';
import { type SampleLook, sampleApp } from './sample-app.ts';

/** The repository the story plays in. All writes go to the bare directory, never to anything of the user's. */
export interface Project {
  /** `owner/name`. */
  readonly name: string;
  readonly bare: string;
  readonly sample: boolean;
}

/** What a commit changes; without files it is an empty one. */
export interface CommitPlan {
  readonly branch: string;
  readonly message: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** The branch everything is merged into, in the lab. */
export const mainBranch = 'main';

/** Name in the lab for a repository of the user's: its folder's. */
export function projectName(path: string | undefined): string {
  if (path === undefined) return 'acme/lantern';
  const folded = basename(resolve(path))
    .replace(/\.git$/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-');
  return `local/${/^\.*$/.test(folded) ? 'app' : folded.slice(0, 100)}`;
}

/** Fills an empty bare directory with the sample application. */
export async function fillWithSample(project: Project, look: SampleLook): Promise<void> {
  const files = sampleApp(look);
  await commitTo(project, { branch: mainBranch, message: 'Light the lantern', files });
}

/** What was found of a repository of the user's. */
export interface UserRepository {
  readonly path: string;
  /** Paths with changes that are not committed, at most a few. */
  readonly uncommitted: readonly string[];
}

/** Looks at a repository without changing it. Throws `UserError`: no such path, no repository, no commit. */
export async function inspectRepository(path: string): Promise<UserRepository> {
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (!found?.isDirectory())
    throw new UserError(`${full} is not a directory`, 'Give the path of a git repository.');
  const run = (args: string[]) => git(args, { cwd: full, userSettings: true });
  await run(['rev-parse', '--git-dir']).catch((cause: Error) => {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      `${full} is not a git repository: ${lastLine(cause)}`,
      'Run git init there and commit something.',
    );
  });
  await run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).catch(() => {
    throw new UserError(
      `${full} has no commit yet`,
      'Commit something first: git add . && git commit.',
    );
  });
  const status = await run(['--no-optional-locks', 'status', '--porcelain', '-z']).catch(() => '');
  const uncommitted = status
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => line.slice(3));
  return { path: full, uncommitted };
}

/** Copies the checked-out branch of the user's repository as the lab's main branch. */
export async function importRepository(
  project: Project,
  repository: UserRepository,
): Promise<void> {
  const refspec = `HEAD:refs/heads/${mainBranch}`;
  const args = ['fetch', '--quiet', '--no-tags', '--update-shallow', repository.path, refspec];
  await git(args, { cwd: project.bare, userSettings: true });
}

/** Makes a commit on top of a branch, or of main where the branch is new, and pushes it. Answers its hash. */
export async function commitTo(project: Project, plan: CommitPlan): Promise<string> {
  const ref = `refs/heads/${plan.branch}`;
  const parent = (await tip(project, ref)) ?? (await tip(project, `refs/heads/${mainBranch}`));
  const tree = await writeTree(project, parent, plan.files ?? {});
  const parents = parent ? ['-p', parent] : [];
  const args = ['commit-tree', tree, ...parents, '-m', plan.message];
  const commit = await git(args, { cwd: project.bare });
  await git(['push', '--quiet', project.bare, `${commit}:${ref}`], { cwd: project.bare });
  return commit;
}

/** The commit a ref points to; `undefined` when there is no such ref. */
export async function tip(project: Project, ref: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
  return git(args, { cwd: project.bare }).catch((error: Error) => {
    if (error instanceof UserError) throw error;
    return undefined;
  });
}

/** The parent's tree with some files replaced, by an index of its own: no checkout is needed. */
async function writeTree(
  project: Project,
  parent: string | undefined,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const env = { GIT_INDEX_FILE: join(project.bare, `lab-index-${randomUUID()}`) };
  const run = (args: string[], input?: string) =>
    git(args, { cwd: project.bare, env, ...(input !== undefined && { input }) });
  if (parent && Object.keys(files).length === 0) return run(['rev-parse', `${parent}^{tree}`]);
  await run(parent ? ['read-tree', parent] : ['read-tree', '--empty']);
  const entries: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const blob = await run(['hash-object', '-w', '--stdin'], text);
    entries.push(`100644 ${blob}\t${path}\n`);
  }
  await run(['update-index', '--add', '--index-info'], entries.join(''));
  const tree = await run(['write-tree']);
  await rm(env.GIT_INDEX_FILE, { force: true });
  return tree;
}

/** A checkout as `actions/checkout` leaves it: the commit, detached, with the bare directory as `origin`. */
export async function checkOut(project: Project, commit: string, folder: string): Promise<void> {
  const args = ['clone', '--quiet', '--shared', '--no-checkout', project.bare, folder];
  await git(args, { cwd: project.bare });
  await git(['checkout', '--quiet', '--detach', commit], { cwd: folder });
}

function lastLine(error: Error): string {
  return error.message.trim().split('\n').at(-1) ?? '';
}
