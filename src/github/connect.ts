import type { RefStore } from '../ledger/ref-store.ts';
import type { Comments, Deployments, PullRequests } from '../preview/ports.ts';
import type { PromotionDeployments } from '../promotion/deployment-ports.ts';
import type {
  CheckReader,
  EnvironmentReader,
  HistoryReader,
  PeopleReader,
} from '../promotion/observe/ports.ts';
import type { Workflows } from '../promotion/ways/dispatch-ports.ts';
import type { PullRequestWorld } from '../promotion/ways/pull-request/ports.ts';
import type { Refs } from '../promotion/ways/ref-ports.ts';
import type { Releases } from '../promotion/ways/release-ports.ts';
import { mayPass } from './api-error.ts';
import { githubChecks } from './checks.ts';
import { type ClientOptions, connectClient } from './client.ts';
import { hasWriteAccess } from './collaborators.ts';
import { githubComments } from './comments.ts';
import { githubDeployments } from './deployments.ts';
import { githubEnvironments } from './environments.ts';
import { githubHistory, tipOf } from './history.ts';
import { githubLedgerRefs } from './ledger-refs.ts';
import { githubPeople } from './people.ts';
import { githubPromotionDeployments } from './promotion-deployments.ts';
import { githubPullRequestWorld } from './promotion-pulls.ts';
import { githubPullRequests } from './pull-requests.ts';
import { addReaction, type Reaction } from './reactions.ts';
import { githubRefs } from './refs.ts';
import { githubReleases } from './releases.ts';
import { listRepositoryFolder, readRepositoryFile } from './repository-files.ts';
import { githubWorkflows } from './workflows.ts';

/** All that Understudy does at GitHub, for one repository and one token. */
export interface GitHub {
  readonly pullRequests: PullRequests;
  readonly comments: Comments;
  readonly deployments: Deployments;
  /** Promotions shown as deployments. */
  readonly promotionDeployments: PromotionDeployments;
  /** What the ledger is kept on. */
  readonly ledgerRefs: RefStore;
  /** Branches and tags, moved by promotions. */
  readonly refs: Refs;
  readonly workflows: Workflows;
  readonly releases: Releases;
  /** What promotions by pull request go over. */
  readonly pullRequestWay: PullRequestWorld;
  /** With `tipOf` and `readFile`, what promotions are decided by. */
  readonly history: HistoryReader;
  readonly environments: EnvironmentReader;
  readonly checks: CheckReader;
  readonly people: PeopleReader;
  /** The commit that `heads/production` or `tags/live` stands for; `undefined` = there is none. */
  tipOf(ref: string): Promise<string | undefined>;
  hasWriteAccess(login: string): Promise<boolean>;
  readFile(path: string, ref: string): Promise<string | undefined>;
  /** Paths of all files below a folder, relative to it. */
  listFolder(folder: string, ref: string): Promise<readonly string[]>;
  react(comment: number, reaction: Reaction): Promise<void>;
  /** Requests sent so far. */
  requests(): number;
  /** Whether what one of these threw may go well the next time. */
  mayPass(cause: unknown): boolean;
}

/** Connects to GitHub; sends nothing yet. */
export function connectGitHub(options: ClientOptions): GitHub {
  const client = connectClient(options);
  const comments = githubComments(client);
  return {
    pullRequests: githubPullRequests(client),
    comments,
    deployments: githubDeployments(client),
    promotionDeployments: githubPromotionDeployments(client),
    ledgerRefs: githubLedgerRefs(client),
    refs: githubRefs(client),
    workflows: githubWorkflows(client),
    releases: githubReleases(client),
    pullRequestWay: githubPullRequestWorld(client, comments),
    history: githubHistory(client),
    environments: githubEnvironments(client),
    checks: githubChecks(client),
    people: githubPeople(client),
    tipOf: (ref) => tipOf(client, ref),
    hasWriteAccess: (login) => hasWriteAccess(client, login),
    readFile: (path, ref) => readRepositoryFile(client, path, ref),
    listFolder: (folder, ref) => listRepositoryFolder(client, folder, ref),
    react: (comment, reaction) => addReaction(client, comment, reaction),
    requests: client.requests,
    mayPass,
  };
}
