import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../../core/sha256.ts';

/** Where everything of one gateway lives. The root is readable by its user only. */
export interface StateFolder {
  readonly root: string;
  /** One JSON record for each preview. */
  readonly previews: string;
  /** One folder for each release. */
  readonly worktrees: string;
  readonly logs: string;
  /** Bare mirrors that clients fetch into. */
  readonly repositories: string;
  /** Tells clients process, socket and port; there while a gateway runs. */
  readonly gatewayFile: string;
  /** What a gateway says that was started by a client. */
  readonly gatewayLog: string;
}

/** The default port of the gateway. */
export const defaultPort = 7420;

/** The parts of a state folder. */
export function stateFolder(root: string): StateFolder {
  return {
    root,
    previews: join(root, 'previews'),
    worktrees: join(root, 'worktrees'),
    logs: join(root, 'logs'),
    repositories: join(root, 'repositories'),
    gatewayFile: join(root, 'gateway.json'),
    gatewayLog: join(root, 'gateway.log'),
  };
}

/** `UNDERSTUDY_HOME`, else `understudy` in the XDG state folder (XDG base directory specification 0.8). */
export function defaultStateRoot(
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (environment.UNDERSTUDY_HOME) return environment.UNDERSTUDY_HOME;
  const home = environment.HOME || homedir();
  return join(environment.XDG_STATE_HOME || join(home, '.local', 'state'), 'understudy');
}

/** The bare repository that holds the fetched commits of `owner/name`. */
export function mirrorFolder(state: StateFolder, repository: string): string {
  return join(state.repositories, repositoryKey(repository), 'git');
}

/** The record of one preview. */
export function recordFile(state: StateFolder, repository: string, previewId: string): string {
  return join(state.previews, `${repositoryKey(repository)}.${previewId}.json`);
}

/** A file name for `owner/name`: readable, and unlike that of any other repository. */
function repositoryKey(repository: string): string {
  const folded = repository.toLowerCase();
  const readable = folded.replace(/[^a-z0-9]+/g, '-').slice(0, 40);
  return `${readable}-${sha256Hex(folded).slice(0, 10)}`;
}
