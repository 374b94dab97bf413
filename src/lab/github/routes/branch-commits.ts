import { ApiError } from '../api-error.ts';
import { optionalText, requiredText } from '../body.ts';
import { readCommits, resolveCommit } from '../commits.ts';
import { git, tryGit } from '../git.ts';
import { writeTree } from '../git-trees.ts';
import { writeLoose } from '../loose-objects.ts';
import { identity, mergedTree } from '../pull-facts.ts';
import { moveRefs } from '../pushes.ts';
import type { Answer, Context, Route } from '../route.ts';
import { fullName } from '../state.ts';
import { commitView, gitCommitView } from '../views/commit.ts';
import { gitDirectory, refReader } from '../world.ts';
import { fileView } from './contents.ts';
import { isForward, refuseGuarded, refuseWorkflows } from './refs.ts';

const base = '/repos/{owner}/{repo}';
const file = `${base}/contents/{path+}`;
const permission = { contents: 'write' } as const;

/** Commits that GitHub makes on a branch when it is asked to: merges of branches, files that are put or deleted. */
export const branchCommitRoutes: readonly Route[] = [
  { method: 'POST', path: `${base}/merges`, permission, handle: mergeBranches },
  { method: 'PUT', path: file, permission, handle: putFile },
  { method: 'DELETE', path: file, permission, handle: deleteFile },
];

interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

/** GitHub docs, "Merge a branch": 201, 204 when there is nothing to merge, 409 for a conflict. */
async function mergeBranches(context: Context): Promise<Answer> {
  const [into, head] = [requiredText(context, 'base'), requiredText(context, 'head')];
  const directory = directoryOf(context);
  return onBranch(context, into, 'Base does not exist', async (before) => {
    const theirs = await resolveCommit(directory, head);
    if (!theirs) throw new ApiError(404, 'Head does not exist');
    if (theirs === before || (await isForward(context, theirs, before))) return { status: 204 };
    const tree = await mergedTree(directory, before, theirs);
    if (!tree) throw new ApiError(409, 'Merge conflict');
    const message = optionalText(context, 'commit_message') ?? `Merge ${head} into ${into}`;
    const sha = await advance(context, into, { tree, parents: [before, theirs], message });
    const commits = await readCommits(directory, [sha]);
    const views = commits.map((made) => commitView(context.world, context.repository, made));
    return { status: 201, body: views[0] };
  });
}

/** GitHub docs, "Create or update file contents". */
async function putFile(context: Context): Promise<Answer> {
  const content = requiredText(context, 'content').replaceAll(/\s/g, '');
  if (!/^[\w+/-]*={0,2}$/.test(content)) throw new ApiError(422, 'content is not valid Base64');
  const blob = writeLoose(directoryOf(context), 'blob', Buffer.from(content, 'base64'));
  return changeFile(context, blob);
}

function deleteFile(context: Context): Promise<Answer> {
  return changeFile(context, null);
}

async function changeFile(context: Context, sha: string | null): Promise<Answer> {
  const directory = directoryOf(context);
  const message = requiredText(context, 'message');
  const branch = optionalText(context, 'branch') ?? context.repository.defaultBranch;
  const path = (context.params.path ?? '').replace(/^\/+|\/+$/g, '');
  return onBranch(context, branch, `Branch ${branch} not found`, async (before) => {
    const present = await tryGit(directory, ['rev-parse', '--verify', '-q', `${before}:${path}`]);
    refuseStale(context, path, present?.trim(), sha === null);
    const tree = await writeTree(directory, before, [{ path, mode: '100644', sha }]);
    const made = await advance(context, branch, { tree, parents: [before], message });
    const commits = await readCommits(directory, [made]);
    const [commit] = commits.map((one) => gitCommitView(context.world, context.repository, one));
    const view = sha === null ? null : fileView(context, branch, { path, sha });
    return { status: sha === null || present ? 200 : 201, body: { content: view, commit } };
  });
}

/** A file that is there is changed only by who knows which it is. */
function refuseStale(
  context: Context,
  path: string,
  present: string | undefined,
  gone: boolean,
): void {
  const known = optionalText(context, 'sha') ?? context.query.get('sha') ?? undefined;
  if (gone && !present) throw new ApiError(404, 'Not Found');
  if (present && !known) throw new ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
  if (known && known !== present) throw new ApiError(409, `${path} does not match ${known}`);
}

/** Does work at the tip of a branch, as nobody else moves it. */
async function onBranch(
  context: Context,
  branch: string,
  absent: string,
  work: (before: string) => Promise<Answer>,
): Promise<Answer> {
  const { world, repository, token } = context;
  return moveRefs(world, fullName(repository), token, async () => {
    const before = refReader(world, repository).read()[`refs/heads/${branch}`];
    if (!before) throw new ApiError(404, absent);
    return work(before);
  });
}

/** Makes the commit, and moves the branch to it. */
async function advance(context: Context, branch: string, commit: NewCommit): Promise<string> {
  const directory = directoryOf(context);
  const { tree, parents, message } = commit;
  const { login } = context.token;
  const env = identity(login, `${login}@users.noreply.github.com`, context.world.clock.now());
  const above = parents.flatMap((parent) => ['-p', parent]);
  const args = ['commit-tree', tree, ...above];
  const sha = (await git(directory, args, { env, input: message })).trim();
  const [before = ''] = parents;
  await refuseWorkflows(context, sha);
  await refuseGuarded(context, `refs/heads/${branch}`, before, sha);
  await git(directory, ['update-ref', `refs/heads/${branch}`, sha, before]);
  return sha;
}

function directoryOf({ world, repository }: Context): string {
  return gitDirectory(world, repository);
}
