import type { Duration, Instant } from '../../core/time.ts';
import type { Edit } from '../edits/edit.ts';
import type { Permission } from '../permissions.ts';
import type { Relation } from '../versions.ts';

/** A commit as it is listed. */
export interface ListedCommit {
  readonly sha: string;
  /** The first one is what the branch was before. */
  readonly parents: readonly string[];
  readonly at: Instant;
  /** Logins of author and co-authors; `undefined` = one of them has no account that is known. */
  readonly authors: readonly string[] | undefined;
  /** It says that it carries out a promotion: what a stage runs is changed by it, not what there is to run. */
  readonly promotes?: boolean;
}

/** A part of a list; `more` = it goes on. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly more: boolean;
}

/** A tag and the commit it stands for. */
export interface ListedTag {
  readonly tag: string;
  readonly sha: string;
}

/** A release; a draft has no tag yet. */
export interface ListedRelease {
  readonly tag: string;
  readonly at: Instant;
  readonly prerelease: boolean;
  readonly draft: boolean;
}

/** How one commit stands to another. */
export interface Comparison {
  /** Of the head to the base. */
  readonly relation: Relation;
  /** Commits that the head has and the base has not. */
  readonly ahead: number;
  readonly base: ListedCommit;
}

/** The history of a repository. A part of a list is never given for the whole: methods throw. */
export interface HistoryReader {
  /**
   * A page of 100 of the commits that can be reached from a branch, tag or commit, newest first; none of an empty
   * repository. Throws a `UserError` where there is no such branch.
   * @param from Default: the default branch.
   * @param page From 1.
   */
  commits(from: string | undefined, page: number): Promise<Listed<ListedCommit>>;
  /** Tags in no order, as many as are looked at. */
  tags(): Promise<Listed<ListedTag>>;
  /** Releases, drafts included where they are shown; the newest as many as are looked at. */
  releases(): Promise<Listed<ListedRelease>>;
  /** `undefined` = one of them is not there, or they have no history in common. */
  compare(base: string, head: string): Promise<Comparison | undefined>;
  /** Who made what is in the head and not in the base; `undefined` = that is not all known. */
  authorsBetween(base: string, head: string): Promise<readonly string[] | undefined>;
}

/** A deployment of GitHub's. */
export interface ListedDeployment {
  readonly id: number;
  readonly sha: string;
  /** The branch, tag or commit that was asked for. */
  readonly ref: string;
  readonly task: string;
  readonly createdAt: Instant;
}

/** A status of a deployment. */
export interface DeploymentLook {
  /** As GitHub names it: `success`, `failure`, `error`, `inactive`, `in_progress`, `queued`, `pending`. */
  readonly state: string;
  readonly at: Instant;
}

/** GitHub's environments. */
export interface EnvironmentReader {
  /** The newest 100, newest first. */
  deployments(environment: string, task?: string): Promise<Listed<ListedDeployment>>;
  /** Newest first. */
  statuses(deployment: number): Promise<readonly DeploymentLook[]>;
}

/** A check run, or a commit status, which has no `id` to compare. */
export interface SeenCheck {
  readonly name: string;
  readonly state: 'success' | 'failure' | 'pending';
  /** When it ended, or began. */
  readonly at?: Instant;
  readonly url?: string;
}

/** Checks of a commit, to the last page; of a name there may be several. */
export interface CheckReader {
  checkRuns(commit: string): Promise<readonly SeenCheck[]>;
  /** The latest of each name. */
  statuses(commit: string): Promise<readonly SeenCheck[]>;
}

/** What people may do in the repository. */
export interface PeopleReader {
  permission(login: string): Promise<Permission>;
  /** Whether someone is in a team of the repository's owner; `undefined` = this token may not know. */
  isMember(team: string, login: string): Promise<boolean | undefined>;
}

/** What is read of the repository; one connection has it all. */
export interface RepositoryReader {
  readonly history: HistoryReader;
  readonly environments: EnvironmentReader;
  readonly checks: CheckReader;
  readonly people: PeopleReader;
  /** The commit that `heads/production` or `tags/live` stands for; `undefined` = there is none. */
  tipOf(ref: string): Promise<string | undefined>;
  /** `undefined` = there is no such file. */
  readFile(path: string, ref: string): Promise<string | undefined>;
}

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  /** By any case; several of one name are joined. */
  header(name: string): string | undefined;
  /** As UTF-8, cut where it is too long to be meant. */
  readonly body: string;
}

/** Asks once, follows no redirects. Throws an `Error` with words for people where nothing answers in time. */
export type Ask = (url: string, within: Duration) => Promise<HttpAnswer>;

/** The texts at a place of a YAML or JSON file; throws a `UserError` for a file that is neither. See `valuesAt`. */
export type ReadValues = (
  text: string,
  file: string,
  place: string | Edit,
) => Promise<readonly string[]>;

/** A CloudFormation stack. */
export interface StackSight {
  /** `moving`: an operation runs, and what the stack shows may not be yet, or not for long. `none`: made by a change set alone. */
  readonly state: 'well' | 'unwell' | 'moving' | 'none';
  /** In words, after "the stack shop": `it was updated`. */
  readonly meaning: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Reads stacks. */
export interface StackReader {
  /** `undefined` = there is no such stack. */
  read(stack: string, region: string | undefined): Promise<StackSight | undefined>;
}

/** A workload of Kubernetes'. */
export interface WorkloadName {
  readonly context?: string;
  readonly namespace: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly name: string;
}

/** What a workload was seen to be. */
export interface WorkloadSight {
  /** `moving`: it is being rolled out or scaled, and nothing is known to be wrong. */
  readonly state: 'well' | 'unwell' | 'moving';
  /** `2 of 2 replicas`. */
  readonly detail: string;
  /** Of its pod template: image by the name of the container, in their order. */
  readonly images: Readonly<Record<string, string>>;
  /** Of its pod template. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads workloads. */
export interface WorkloadReader {
  /** `undefined` = there is no such workload. */
  read(workload: WorkloadName): Promise<WorkloadSight | undefined>;
}
