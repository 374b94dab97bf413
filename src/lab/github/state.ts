/** A user, bot or organisation. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
}

/** Levels of a token's permission; a higher one contains the lower. */
export type Access = 'read' | 'write' | 'admin';

/** `{ contents: 'write', pull_requests: 'read' }`, in the words of GitHub's API. */
export type Permissions = Readonly<Record<string, Access>>;

/** Who calls, and what for. An installation token stands for `GITHUB_TOKEN`. */
export interface Token {
  readonly kind: 'full' | 'installation' | 'user';
  readonly login: string;
  readonly permissions: Permissions;
  /** `owner/name`; absent = every repository. */
  readonly repository?: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

/** What only a pull request has. Commits are 40 hex digits. */
export interface PullState {
  readonly id: number;
  readonly draft: boolean;
  /** `owner/name` of the repository the head branch is in. */
  readonly headRepository: string;
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly mergedAt: string | null;
  readonly mergedBy: string | null;
  readonly mergeCommitSha: string | null;
  readonly maintainerCanModify: boolean;
  /** Who is asked for a review still: logins, and slugs of teams. */
  readonly reviewers?: readonly string[];
  readonly reviewTeams?: readonly string[];
}

/** An issue; a pull request is an issue with `pull`, as on GitHub. Times are ISO 8601. */
export interface IssueState {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly user: string;
  readonly labels: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly closedBy?: string;
  readonly pull?: PullState;
}

export interface CommentState {
  readonly id: number;
  readonly issue: number;
  readonly user: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly reactions: readonly ReactionState[];
}

export interface ReactionState {
  readonly id: number;
  readonly user: string;
  readonly content: string;
  readonly createdAt: string;
}

export interface ReviewState {
  readonly id: number;
  readonly pull: number;
  readonly user: string;
  readonly body: string;
  readonly state: string;
  readonly commit: string;
  readonly submittedAt: string;
}

export interface DeploymentState {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly originalEnvironment: string;
  readonly payload: unknown;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly creator: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Oldest first. */
  readonly statuses: readonly DeploymentStatusState[];
}

export interface DeploymentStatusState {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly creator: string;
  readonly createdAt: string;
}

export interface CommitStatusState {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: string;
  readonly createdAt: string;
}

export interface CheckRunState {
  readonly id: number;
  readonly suite: number;
  readonly headSha: string;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly externalId: string;
  readonly detailsUrl: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly output: {
    readonly title: string | null;
    readonly summary: string | null;
    readonly text: string | null;
  };
}

export interface ReleaseState {
  readonly id: number;
  readonly tag: string;
  readonly target: string;
  readonly name: string | null;
  readonly body: string | null;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly author: string;
  readonly createdAt: string;
  readonly publishedAt: string | null;
}

export interface EnvironmentState {
  readonly id: number;
  readonly name: string;
  readonly createdAt: string;
}

export interface RunState {
  readonly id: number;
  readonly name: string;
  /** What `run-name` made of it; absent = the name. */
  readonly title?: string;
  readonly path: string;
  readonly event: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly actor: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `pull-request`: no update but by a merge; `no-force`: forward only. */
export type Protection = 'pull-request' | 'no-force';

/**
 * Everything known of one repository but its git objects. Never changed in place: each change makes a new
 * value, so that an older one can be answered by the `stale-read` fault.
 */
export interface RepositoryState {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly description: string | null;
  readonly defaultBranch: string;
  /** `owner/name` of the repository this is a fork of. */
  readonly parent?: string;
  readonly createdAt: string;
  readonly pushedAt: string;
  readonly lastNumber: number;
  readonly labels: Readonly<Record<string, Label>>;
  readonly issues: Readonly<Record<number, IssueState>>;
  readonly comments: Readonly<Record<number, CommentState>>;
  readonly reviews: readonly ReviewState[];
  readonly deployments: Readonly<Record<number, DeploymentState>>;
  readonly statuses: readonly CommitStatusState[];
  readonly checkRuns: readonly CheckRunState[];
  readonly releases: readonly ReleaseState[];
  readonly environments: Readonly<Record<string, EnvironmentState>>;
  readonly runs: readonly RunState[];
  /** Paths of workflows that are switched off. */
  readonly disabledWorkflows?: readonly string[];
  /** Full names of refs that a rule guards, and what it refuses to all. */
  readonly protections?: Readonly<Record<string, Protection>>;
  /** Id of the release that was made the latest; absent = the newest. */
  readonly latestRelease?: number;
  /** Permission of a login: `read triage write maintain admin`. */
  readonly collaborators: Readonly<Record<string, string>>;
  /** Full ref name to object, as last seen in the git directory. */
  readonly refs: Readonly<Record<string, string>>;
}

/** What a member of a team is in it. */
export type TeamRole = 'member' | 'maintainer';

/** A team of an organisation. */
export interface TeamState {
  readonly id: number;
  readonly org: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string | null;
  /** `secret` or `closed`. */
  readonly privacy: string;
  /** `notifications_enabled` or `notifications_disabled`. */
  readonly notifications: string;
  /** `pull`, `push` or `admin`. */
  readonly permission: string;
  /** By lower-case login. */
  readonly members: Readonly<Record<string, TeamRole>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The whole of the stand-in, as it is written to disk. */
export interface LabState {
  readonly version: 1;
  readonly lastId: number;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly tokens: Readonly<Record<string, Token>>;
  /** By lower-case `org/slug`. */
  readonly teams: Readonly<Record<string, TeamState>>;
  /** By lower-case `owner/name`: GitHub's names do not differ by case. */
  readonly repositories: Readonly<Record<string, RepositoryState>>;
}

/** `owner/name` as it was written when the repository was made. */
export function fullName(repository: RepositoryState): string {
  return `${repository.owner}/${repository.name}`;
}

/** A repository without anything in it. */
export function emptyRepository(
  seed: Pick<RepositoryState, 'id' | 'owner' | 'name' | 'createdAt'>,
): RepositoryState {
  return {
    ...seed,
    private: false,
    description: null,
    defaultBranch: 'main',
    pushedAt: seed.createdAt,
    lastNumber: 0,
    labels: {},
    issues: {},
    comments: {},
    reviews: [],
    deployments: {},
    statuses: [],
    checkRuns: [],
    releases: [],
    environments: {},
    runs: [],
    collaborators: {},
    refs: {},
  };
}
