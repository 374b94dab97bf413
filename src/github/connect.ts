import type { RefStore } from '../ledger/ref-store.ts';
import type { Comments, Deployments, PullRequests } from '../preview/ports.ts';
import { type ClientOptions, connectClient } from './client.ts';
import { hasWriteAccess } from './collaborators.ts';
import { githubComments } from './comments.ts';
import { githubDeployments } from './deployments.ts';
import { githubLedgerRefs } from './ledger-refs.ts';
import { githubPullRequests } from './pull-requests.ts';
import { addReaction, type Reaction } from './reactions.ts';
import { listRepositoryFolder, readRepositoryFile } from './repository-files.ts';

/** All that Understudy does at GitHub, for one repository and one token. */
export interface GitHub {
  readonly pullRequests: PullRequests;
  readonly comments: Comments;
  readonly deployments: Deployments;
  /** What the ledger is kept on. */
  readonly ledgerRefs: RefStore;
  hasWriteAccess(login: string): Promise<boolean>;
  readFile(path: string, ref: string): Promise<string | undefined>;
  /** Paths of all files below a folder, relative to it. */
  listFolder(folder: string, ref: string): Promise<readonly string[]>;
  react(comment: number, reaction: Reaction): Promise<void>;
  /** Requests sent so far. */
  requests(): number;
}

/** Connects to GitHub; sends nothing yet. */
export function connectGitHub(options: ClientOptions): GitHub {
  const client = connectClient(options);
  return {
    pullRequests: githubPullRequests(client),
    comments: githubComments(client),
    deployments: githubDeployments(client),
    ledgerRefs: githubLedgerRefs(client),
    hasWriteAccess: (login) => hasWriteAccess(client, login),
    readFile: (path, ref) => readRepositoryFile(client, path, ref),
    listFolder: (folder, ref) => listRepositoryFolder(client, folder, ref),
    react: (comment, reaction) => addReaction(client, comment, reaction),
    requests: client.requests,
  };
}
