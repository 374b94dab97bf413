import type { Commit } from '../commits.ts';
import { readCommits } from '../commits.ts';
import { tryGit } from '../git.ts';
import type { RefMove } from '../pushes.ts';
import type { RepositoryState, Token } from '../state.ts';
import { fullName } from '../state.ts';
import type { World } from '../world.ts';
import { gitDirectory } from '../world.ts';
import type { Json } from './account.ts';
import { userView } from './account.ts';
import { eventRepository, htmlOf, repositoryView } from './repository.ts';

const zeros = '0'.repeat(40);
const most = 20;

/** Reports what GitHub reports when a branch or tag moves: `push`, and `create` or `delete`. */
export async function refEvents(
  world: World,
  name: string,
  move: RefMove,
  by: Token,
): Promise<void> {
  const repository = world.store.repository(name);
  const named = fullName(repository);
  const payload = await pushPayload(world, repository, move, by);
  world.events.add({ event: 'push', repository: named, payload }, by);
  if (move.before && move.after) return;
  const event = move.after ? 'create' : 'delete';
  world.events.add(
    { event, repository: named, payload: bornOrGone(world, repository, move, by) },
    by,
  );
}

function bornOrGone(world: World, repository: RepositoryState, move: RefMove, by: Token): Json {
  return {
    ref: move.ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_type: move.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ...(move.after && { master_branch: repository.defaultBranch, description: null }),
    pusher_type: 'user',
    ...eventRepository(world, repository),
    sender: userView(world, by.login),
  };
}

async function pushPayload(
  world: World,
  repository: RepositoryState,
  move: RefMove,
  by: Token,
): Promise<Json> {
  const directory = gitDirectory(world, repository);
  const { before, after } = move;
  const commits = await pushed(directory, repository, move);
  const entries = commits.map((commit) => commitEntry(world, repository, commit));
  const forced = Boolean(before && after) && !(await isAncestor(directory, before, after));
  const html = htmlOf(world, repository);
  return {
    ref: move.ref,
    before: before ?? zeros,
    after: after ?? zeros,
    ...eventRepository(world, repository),
    repository: pushRepository(world, repository),
    pusher: { name: by.login, email: addressOf(by.login) },
    sender: userView(world, by.login),
    created: !before,
    deleted: !after,
    forced,
    base_ref: null,
    compare: `${html}/compare/${(before ?? zeros).slice(0, 12)}...${(after ?? zeros).slice(0, 12)}`,
    commits: entries,
    head_commit: after ? (entries.at(-1) ?? (await single(world, repository, after))) : null,
  };
}

async function single(world: World, repository: RepositoryState, sha: string) {
  const [commit] = await readCommits(gitDirectory(world, repository), [sha]);
  return commit ? commitEntry(world, repository, commit) : null;
}

async function pushed(directory: string, repository: RepositoryState, move: RefMove) {
  if (!move.after) return [];
  const known = move.before ?? repository.refs[`refs/heads/${repository.defaultBranch}`];
  const range = known && known !== move.after ? [move.after, `^${known}`] : [move.after];
  const args = ['rev-list', '--reverse', `--max-count=${most}`, ...range];
  const listed = (await tryGit(directory, args)) ?? '';
  return readCommits(directory, listed.split('\n').filter(Boolean));
}

async function isAncestor(directory: string, before = '', after = ''): Promise<boolean> {
  return (await tryGit(directory, ['merge-base', '--is-ancestor', before, after])) !== undefined;
}

/** The repository of a push has times as seconds and two names of old. */
function pushRepository(world: World, repository: RepositoryState): Json {
  const view = repositoryView(world, repository);
  const seconds = (text: string) => Math.floor(Date.parse(text) / 1000);
  return {
    ...view,
    owner: {
      name: repository.owner,
      email: addressOf(repository.owner),
      ...userView(world, repository.owner),
    },
    url: htmlOf(world, repository),
    created_at: seconds(repository.createdAt),
    pushed_at: seconds(repository.pushedAt),
    stargazers: 0,
    master_branch: repository.defaultBranch,
    custom_properties: {},
  };
}

function commitEntry(world: World, repository: RepositoryState, commit: Commit): Json {
  const person = ({ name, email }: Commit['author']) => ({ name, email, username: name });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message.trimEnd(),
    timestamp: commit.committer.date,
    url: `${htmlOf(world, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: [],
    removed: [],
    modified: [],
  };
}

function addressOf(login: string): string {
  return `${login}@users.noreply.github.com`;
}
