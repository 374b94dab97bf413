import type { RepositoryState } from '../state.ts';
import { fullName } from '../state.ts';
import type { World } from '../world.ts';
import { account } from '../world.ts';
import type { Json } from './account.ts';
import { nodeId, organizationView, userView } from './account.ts';

/** Names of a repository's URL templates and what follows its API address in them. */
const templates = {
  forks_url: '/forks',
  keys_url: '/keys{/key_id}',
  collaborators_url: '/collaborators{/collaborator}',
  teams_url: '/teams',
  hooks_url: '/hooks',
  issue_events_url: '/issues/events{/number}',
  events_url: '/events',
  assignees_url: '/assignees{/user}',
  branches_url: '/branches{/branch}',
  tags_url: '/tags',
  blobs_url: '/git/blobs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  git_refs_url: '/git/refs{/sha}',
  trees_url: '/git/trees{/sha}',
  statuses_url: '/statuses/{sha}',
  languages_url: '/languages',
  stargazers_url: '/stargazers',
  contributors_url: '/contributors',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  commits_url: '/commits{/sha}',
  git_commits_url: '/git/commits{/sha}',
  comments_url: '/comments{/number}',
  issue_comment_url: '/issues/comments{/number}',
  contents_url: '/contents/{+path}',
  compare_url: '/compare/{base}...{head}',
  merges_url: '/merges',
  archive_url: '/{archive_format}{/ref}',
  downloads_url: '/downloads',
  issues_url: '/issues{/number}',
  pulls_url: '/pulls{/number}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  labels_url: '/labels{/name}',
  releases_url: '/releases{/id}',
  deployments_url: '/deployments',
} as const;

/** The API address of a repository. */
export function apiOf(world: World, repository: RepositoryState): string {
  return `${world.origin()}/repos/${fullName(repository)}`;
}

/** The address of a repository for people. */
export function htmlOf(world: World, repository: RepositoryState): string {
  return `${world.origin()}/${fullName(repository)}`;
}

/** `minimal-repository` of the published schema. */
export function minimalRepositoryView(world: World, repository: RepositoryState): Json {
  const api = apiOf(world, repository);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: userView(world, repository.owner),
    html_url: htmlOf(world, repository),
    description: repository.description,
    fork: repository.parent !== undefined,
    url: api,
    ...Object.fromEntries(Object.entries(templates).map(([key, path]) => [key, api + path])),
  };
}

/** `repository` of the published schema, as in pull requests and events. */
export function repositoryView(world: World, repository: RepositoryState): Json {
  const html = htmlOf(world, repository);
  const open = Object.values(repository.issues).filter(({ state }) => state === 'open').length;
  return {
    ...minimalRepositoryView(world, repository),
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    pushed_at: repository.pushedAt,
    git_url: `git:${html.slice(html.indexOf('//'))}.git`,
    ssh_url: `git@127.0.0.1:${fullName(repository)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    ...counts(open),
    mirror_url: null,
    archived: false,
    disabled: false,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    default_branch: repository.defaultBranch,
    ...mergeSettings,
  };
}

function counts(open: number): Json {
  return {
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    open_issues_count: open,
    forks: 0,
    open_issues: open,
    watchers: 0,
  };
}

const mergeSettings = {
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  delete_branch_on_merge: false,
  allow_update_branch: false,
  use_squash_pr_title_as_default: false,
  squash_merge_commit_message: 'COMMIT_MESSAGES',
  squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
  merge_commit_message: 'PR_TITLE',
  merge_commit_title: 'MERGE_MESSAGE',
};

/** `full-repository`: what `GET /repos/{owner}/{repo}` answers. */
export function fullRepositoryView(world: World, repository: RepositoryState): Json {
  const parent = repository.parent && world.store.find(repository.parent);
  const family = parent && repositoryView(world, parent);
  return {
    ...repositoryView(world, repository),
    subscribers_count: 0,
    network_count: 0,
    permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
    ...(family && { parent: family, source: family }),
  };
}

/** The `repository` of an event and, where there is one, its `organization`. */
export function eventRepository(world: World, repository: RepositoryState): Json {
  const owned = account(world, repository.owner).type === 'Organization';
  return {
    repository: repositoryView(world, repository),
    ...(owned && { organization: organizationView(world, repository.owner) }),
  };
}
