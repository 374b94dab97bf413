import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UserError } from '../core/user-error.ts';
import type { RepositoryFiles } from '../targets/repository-files.ts';
import { checkoutOf } from './checked-out-commit.ts';
import { pullRequestOfEvent, textAt } from './pull-request-event.ts';
import type { Session } from './session.ts';

/**
 * Files of the repository for a target. Those of a commit come from the workspace where that is checked out (or
 * where a step of this job has put them there), else from GitHub; trusted ones never from a pull request.
 */
export function repositoryFiles(session: Session): RepositoryFiles {
  const { github, context } = session;
  const { workspace } = context;
  const base = textAt(session.payload, 'repository', 'default_branch') ?? 'HEAD';
  return {
    async at(commit, path) {
      const there = holds(session, commit) ? readBelow(workspace, path) : undefined;
      return there ?? github.readFile(path, commit);
    },
    folderAt: async (commit, folder, wanted) =>
      holds(session, commit) && existsSync(join(workspace, folder))
        ? readFolder(inside(workspace, folder), wanted)
        : readRemoteFolder(session, folder, commit, wanted),
    trusted: (path) => github.readFile(path, base),
    trustedFolder: async (folder) =>
      ownCheckout(workspace, folder)
        ? readFolder(join(workspace, folder))
        : readRemoteFolder(session, folder, base),
  };
}

/** Whether the workspace is this commit's: its own checkout, or the merge that GitHub made of it for this event. */
function holds({ context, payload }: Session, commit: string): boolean {
  const checkout = checkoutOf(context.workspace);
  if (checkout === 'none') return context.workspace !== '';
  if (checkout.commit === commit) return true;
  const head = pullRequestOfEvent(payload)?.head.sha;
  return head === commit && checkout.commit === context.sha && context.sha !== '';
}

/** A link that a pull request brings must not lead out of the workspace. */
function readBelow(workspace: string, path: string): string | undefined {
  const file = join(workspace, path);
  if (!existsSync(file)) return undefined;
  return statSync(inside(workspace, path)).isFile() ? readFileSync(file, 'utf8') : undefined;
}

/** The path in the workspace. Throws a `UserError` where that leads out of it. */
function inside(workspace: string, path: string): string {
  const file = join(workspace, path);
  const root = realpathSync(workspace);
  const real = realpathSync(file);
  if (real === root || real.startsWith(root + sep)) return file;
  throw new UserError(
    `${path} leads out of the repository`,
    'Replace the link by the file that it leads to.',
  );
}

/**
 * Whether a step of the workflow has checked another repository out there. git keeps no folder named `.git` in a
 * commit, and of a submodule it is a file, so that no pull request can pretend this.
 */
function ownCheckout(workspace: string, folder: string): boolean {
  if (workspace === '') return false;
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.');
  return parts.some((_, index) => {
    const git = join(workspace, ...parts.slice(0, index + 1), '.git');
    return existsSync(git) && statSync(git).isDirectory();
  });
}

function readFolder(folder: string, wanted = everyFile): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${sep}.git${sep}`))
    .map((file) => file.slice(join(folder, sep).length).replaceAll(sep, '/'))
    .filter(wanted)
    .sort();
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

const everyFile = (_path: string) => true;

async function readRemoteFolder(
  { github }: Session,
  folder: string,
  ref: string,
  wanted = everyFile,
) {
  const files = new Map<string, string>();
  for (const path of (await github.listFolder(folder, ref)).filter(wanted)) {
    const text = await github.readFile(folder === '' ? path : `${folder}/${path}`, ref);
    if (text !== undefined) files.set(path, text);
  }
  return files;
}
