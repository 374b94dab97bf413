import type { Commit, Signature } from '../commits.ts';
import type { RepositoryState } from '../state.ts';
import type { World } from '../world.ts';
import type { Json } from './account.ts';
import { nodeId, userView } from './account.ts';
import { apiOf, htmlOf } from './repository.ts';

/** `commit`: as in lists of commits, comparisons and branches. */
export function commitView(world: World, repository: RepositoryState, commit: Commit): Json {
  const api = `${apiOf(world, repository)}/commits/${commit.sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message.trimEnd(),
      tree: treeLink(world, repository, commit.tree),
      url: `${apiOf(world, repository)}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: verificationOf(commit),
    },
    url: api,
    html_url: `${htmlOf(world, repository)}/commit/${commit.sha}`,
    comments_url: `${api}/comments`,
    author: accountOf(world, commit.author),
    committer: accountOf(world, commit.committer),
    parents: commit.parents.map((sha) => parentLink(world, repository, sha, 'commits')),
  };
}

/** `git-commit`: as in the git database. */
export function gitCommitView(world: World, repository: RepositoryState, commit: Commit): Json {
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${apiOf(world, repository)}/git/commits/${commit.sha}`,
    html_url: `${htmlOf(world, repository)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: treeLink(world, repository, commit.tree),
    message: commit.message,
    parents: commit.parents.map((sha) => parentLink(world, repository, sha, 'git/commits')),
    verification: verificationOf(commit),
  };
}

/** `diff-entry`: one file of a pull request, commit or comparison. */
export function fileView(
  world: World,
  repository: RepositoryState,
  head: string,
  file: {
    readonly sha: string;
    readonly filename: string;
    readonly previous?: string;
    readonly status: string;
    readonly additions: number;
    readonly deletions: number;
    readonly patch?: string;
  },
): Json {
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  const { previous, patch, ...rest } = file;
  return {
    ...rest,
    changes: file.additions + file.deletions,
    blob_url: `${htmlOf(world, repository)}/blob/${head}/${path}`,
    raw_url: `${htmlOf(world, repository)}/raw/${head}/${path}`,
    contents_url: `${apiOf(world, repository)}/contents/${path}?ref=${head}`,
    ...(patch !== undefined && { patch }),
    ...(previous !== undefined && { previous_filename: previous }),
  };
}

const unsigned = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
};

/** What GitHub commits itself, it signs; here the address has to do for the signature. Of others any signature is good. */
function verificationOf({ committer: { email, date }, signed }: Commit) {
  if (email !== webFlow && !signed) return unsigned;
  const made = { signature: '-----BEGIN PGP SIGNATURE-----', payload: 'tree', verified_at: date };
  return { verified: true, reason: 'valid', ...made };
}

function treeLink(world: World, repository: RepositoryState, sha: string): Json {
  return { sha, url: `${apiOf(world, repository)}/git/trees/${sha}` };
}

function parentLink(world: World, repository: RepositoryState, sha: string, kind: string): Json {
  return {
    sha,
    url: `${apiOf(world, repository)}/${kind}/${sha}`,
    html_url: `${htmlOf(world, repository)}/commit/${sha}`,
  };
}

/** Of commits that GitHub makes for people: merges by the button, edits in the browser. */
const webFlow = 'noreply@github.com';

/** GitHub finds the account by the address of the commit; only its own `noreply` ones are known here. */
function accountOf(world: World, { email }: Signature): Json | null {
  if (email === webFlow) return userView(world, 'web-flow');
  const login = /^(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  const known = login && world.store.state().accounts[login.toLowerCase()];
  return known ? userView(world, known.login) : null;
}
