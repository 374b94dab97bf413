import { ApiError, notAccessible, notFound } from '../api-error.ts';
import { optionalFlag, requiredText } from '../body.ts';
import { objectType, readCommits } from '../commits.ts';
import { tryGit } from '../git.ts';
import { pageOf } from '../pagination.ts';
import { isGranted } from '../permissions.ts';
import { moveRefs } from '../pushes.ts';
import type { Answer, Context, Route } from '../route.ts';
import { fullName } from '../state.ts';
import type { Json } from '../views/account.ts';
import { nodeId } from '../views/account.ts';
import { apiOf } from '../views/repository.ts';
import { introducesWorkflows } from '../workflow-rule.ts';
import { gitDirectory, refReader } from '../world.ts';

const base = '/repos/{owner}/{repo}/git';
const zeros = '0'.repeat(40);
/** What git takes for certain; of any other name it is asked. */
const plainRef = /^refs(\/[A-Za-z0-9][A-Za-z0-9_+-]*){2,}$/;

/** Refs in the git database. Read is singular, write is plural, as on GitHub. */
export const refRoutes: readonly Route[] = [
  { method: 'GET', path: `${base}/ref/{ref+}`, permission: { contents: 'read' }, handle: one },
  {
    method: 'GET',
    path: `${base}/matching-refs/{ref+}`,
    permission: { contents: 'read' },
    handle: matching,
  },
  { method: 'POST', path: `${base}/refs`, permission: { contents: 'write' }, handle: create },
  {
    method: 'PATCH',
    path: `${base}/refs/{ref+}`,
    permission: { contents: 'write' },
    handle: update,
  },
  {
    method: 'DELETE',
    path: `${base}/refs/{ref+}`,
    permission: { contents: 'write' },
    handle: remove,
  },
];

async function one(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const ref = `refs/${context.params.ref}`;
  const sha = context.repository.refs[ref];
  if (!sha) throw notFound();
  return { status: 200, body: await refView(context, ref, sha) };
}

async function matching(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const prefix = `refs/${context.params.ref}`;
  const found = Object.entries(context.repository.refs).filter(([ref]) => ref.startsWith(prefix));
  const views = await Promise.all(found.map(([ref, sha]) => refView(context, ref, sha)));
  return pageOf(context, views, (view) => view);
}

async function create(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const ref = requiredText(context, 'ref');
  const sha = await knownObject(context);
  if (!/^refs\/[^/]+\/./.test(ref)) {
    throw refused("Reference name must start with 'refs/' and have at least two slashes.");
  }
  await refuseName(context, ref);
  await refuseWorkflows(context, sha);
  return moveRefs(context.world, fullName(context.repository), context.token, async () => {
    if (tip(context, ref)) throw refused('Reference already exists');
    await swap(context, ref, sha, zeros, 'Reference already exists');
    return { status: 201, body: await refView(context, ref, sha) };
  });
}

async function update(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const ref = `refs/${context.params.ref}`;
  const sha = await knownObject(context);
  const force = optionalFlag(context, 'force') ?? false;
  await refuseWorkflows(context, sha);
  return moveRefs(context.world, fullName(context.repository), context.token, async () => {
    const before = tip(context, ref);
    if (!before) throw refused('Reference does not exist');
    await refuseName(context, ref);
    if (!force && before !== sha && !(await isForward(context, before, sha))) {
      throw refused('Update is not a fast forward');
    }
    await refuseGuarded(context, ref, before, sha);
    await swap(context, ref, sha, before, 'Update is not a fast forward');
    return { status: 200, body: await refView(context, ref, sha) };
  });
}

async function remove(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const ref = `refs/${context.params.ref}`;
  return moveRefs(context.world, fullName(context.repository), context.token, async () => {
    const before = tip(context, ref);
    if (!before) throw refused('Reference does not exist');
    await refuseName(context, ref);
    if (ref === `refs/heads/${context.repository.defaultBranch}`) {
      throw refused('Reference cannot be deleted');
    }
    await swap(context, ref, zeros, before, 'Reference update failed');
    return { status: 204 };
  });
}

/** Where a ref is at this moment, a push a millisecond ago included. */
function tip({ world, repository }: Context, ref: string): string | undefined {
  return refReader(world, repository).read()[ref];
}

/** Moves a ref if it is still where it was. A rival or a directory in the way is a 422. */
async function swap(
  context: Context,
  ref: string,
  after: string,
  before: string,
  lost: string,
): Promise<void> {
  const directory = gitDirectory(context.world, context.repository);
  const args = after === zeros ? ['-d', ref, before] : [ref, after, before];
  if ((await tryGit(directory, ['update-ref', '--no-deref', ...args])) !== undefined) return;
  throw refused(tip(context, ref) === (before === zeros ? undefined : before) ? failed : lost);
}

const failed = 'Reference update failed';

function refused(message: string): ApiError {
  return new ApiError(422, message);
}

/** By how it is now: an old answer knows old refs, and is not one of an empty repository. */
function refuseEmpty({ world, repository }: Context): void {
  const none = Object.keys(world.store.repository(fullName(repository)).refs).length === 0;
  if (none) throw new ApiError(409, 'Git Repository is empty.');
}

/** Hidden refs are not ours to move; a name git does not take is refused. */
async function refuseName(context: Context, ref: string): Promise<void> {
  if (/^refs\/(pull|__gh__)\//.test(ref)) throw refused(failed);
  if (plainRef.test(ref)) return;
  const directory = gitDirectory(context.world, context.repository);
  const good = await tryGit(directory, ['check-ref-format', ref]);
  if (good === undefined) throw refused(`${ref} is not a valid ref name.`);
}

async function knownObject(context: Context): Promise<string> {
  const sha = requiredText(context, 'sha');
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    throw refused('The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
  }
  const directory = gitDirectory(context.world, context.repository);
  if (!(await objectType(directory, sha))) throw refused('Object does not exist');
  return sha;
}

/** An installation token may not bring in workflow files that no ref holds yet. */
export async function refuseWorkflows(context: Context, sha: string): Promise<void> {
  const { world, repository, token } = context;
  if (token.kind !== 'installation' || isGranted(token, { workflows: 'write' })) return;
  if (await introducesWorkflows(gitDirectory(world, repository), sha)) throw notAccessible();
}

/** What a ruleset says to all that it does not let by. */
export async function refuseGuarded(
  context: Context,
  ref: string,
  before: string,
  after: string,
): Promise<void> {
  const rule = context.repository.protections?.[ref];
  if (!rule || before === after) return;
  const violated =
    rule === 'pull-request'
      ? 'Changes must be made through a pull request.'
      : !(await isForward(context, before, after)) && 'Cannot force-push to this branch';
  if (violated) throw refused(`Repository rule violations found\n\n${violated}`);
}

/** Whether the one commit is an ancestor of the other. */
export async function isForward(context: Context, before: string, after: string): Promise<boolean> {
  const directory = gitDirectory(context.world, context.repository);
  const [child] = await readCommits(directory, [after]);
  if (child?.parents.includes(before)) return true;
  const args = ['merge-base', '--is-ancestor', before, after];
  return (await tryGit(directory, args)) !== undefined;
}

async function refView(context: Context, ref: string, sha: string): Promise<Json> {
  const { world, repository } = context;
  const type = await typeOf(context, ref, sha);
  return {
    ref,
    node_id: nodeId('Ref', `${repository.id}:${ref}`),
    url: `${apiOf(world, repository)}/git/${ref}`,
    object: { sha, type, url: `${apiOf(world, repository)}/git/${type}s/${sha}` },
  };
}

/** Branches point to commits always, so git is not asked. */
async function typeOf(context: Context, ref: string, sha: string): Promise<string> {
  if (ref.startsWith('refs/heads/') || ref.startsWith('refs/pull/')) return 'commit';
  return (await objectType(gitDirectory(context.world, context.repository), sha)) ?? 'commit';
}
