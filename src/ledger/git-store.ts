import { UserError } from '../core/user-error.ts';
import { withoutPasswords } from './git-place.ts';
import { type GitAnswer, runGit } from './git-process.ts';
import {
  type LoggedCommit,
  ledgerMail,
  type NewCommit,
  type RefStore,
  recordFile,
  type Swap,
} from './ref-store.ts';

/** Where the refs are, and where objects are kept on the way. */
export interface GitStoreOptions {
  /** A git directory to keep objects in; a bare one beside any work will do. No ref in it is touched. */
  readonly directory: string;
  /** What git pushes to: an address, a folder, or the name of a remote of `directory`. */
  readonly remote: string;
  /** Variables of the process, with what git needs to log in. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that one call of git may take; a minute unless told. */
  readonly timeout?: number;
  /** Ends what git is at. */
  readonly signal?: AbortSignal;
}

type Git = (args: readonly string[], input?: string) => Promise<GitAnswer>;

interface Place {
  readonly git: Git;
  readonly remote: string;
  /** By which ref a commit can be fetched: not every server gives out commits by id. */
  readonly refs: Map<string, string>;
}

/** The ledger over plain git: any remote, no work tree. The swap is `git push --force-with-lease`. */
export function gitStore({ remote, timeout = 60_000, ...options }: GitStoreOptions): RefStore {
  const git: Git = (args, input) => runGit({ ...options, timeout }, args, input);
  const place: Place = { git, remote, refs: new Map() };
  return {
    remote: remote.replace(/(\/\/[^/\s:@]*):[^/\s]*@/, '$1@'),
    tips: (prefix) => tips(place, prefix),
    record: async (commit) => {
      await bring(place, commit);
      const { exit, output } = await git(['cat-file', 'blob', `${commit}:${recordFile}`]);
      return exit === 0 ? output : undefined;
    },
    write: (commit) => write(place, commit),
    swap: (ref, before, after) => swap(place, ref, before, after),
    history: (commit, limit) => history(place, commit, limit),
  };
}

async function tips({ git, remote, refs }: Place, prefix: string): Promise<Map<string, string>> {
  const answer = await git(['ls-remote', '--refs', '--', remote, `${prefix}*`]);
  if (answer.exit !== 0) throw unreachable(remote, answer);
  const lines = answer.output.split('\n').map((line) => line.split('\t'));
  const all = lines.filter(([, ref]) => ref?.startsWith(prefix)) as [string, string][];
  for (const [commit, ref] of all) refs.set(commit, ref);
  return new Map(all.map(([commit, ref]) => [ref, commit]));
}

/** Sees to it that a commit and its ancestors are here. */
async function bring({ git, remote, refs }: Place, commit: string): Promise<void> {
  const isHere = async () => (await git(['cat-file', '-e', `${commit}^{commit}`])).exit === 0;
  if (await isHere()) return;
  const ref = refs.get(commit);
  const options = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', remote];
  if (ref && (await git([...options, ref])).exit === 0 && (await isHere())) return;
  const answer = await git([...options, commit]);
  if (answer.exit !== 0 && !/not our ref|couldn't find|no such/i.test(answer.complaint)) {
    throw unreachable(remote, answer);
  }
}

async function write({ git }: Place, commit: NewCommit): Promise<string> {
  const blob = await made(git, ['hash-object', '-w', '--stdin'], commit.record);
  const tree = await made(git, ['mktree'], `100644 blob ${blob}\t${recordFile}\n`);
  const name = commit.by.replace(/[<>\n\0]/g, '').trim() || 'understudy';
  const person = `${name} <${ledgerMail}> ${Math.floor(commit.at / 1000)} +0000`;
  const lines = [
    `tree ${tree}`,
    ...(commit.parent ? [`parent ${commit.parent}`] : []),
    `author ${person}`,
    `committer ${person}`,
  ];
  const text = `${lines.join('\n')}\n\n${commit.message}`;
  return made(git, ['hash-object', '-t', 'commit', '-w', '--stdin'], text);
}

async function made(git: Git, args: readonly string[], input: string): Promise<string> {
  const { exit, output, complaint } = await git(args, input);
  if (exit !== 0) throw new Error(`git ${args[0]} failed: ${firstLine(complaint)}`);
  return output.trim();
}

/** `--porcelain` gives one line for each ref: a flag, the refs, and what became of it (git-push(1)). */
async function swap(
  { git, remote }: Place,
  ref: string,
  before: string | undefined,
  after: string,
): Promise<Swap> {
  const lease = `--force-with-lease=${ref}:${before ?? ''}`;
  const options = ['push', '--porcelain', '--no-verify', '--no-signed', lease];
  const { exit, output, complaint } = await git([...options, '--', remote, `${after}:${ref}`]);
  const line = output.split('\n').find((one) => one.split('\t')[1]?.endsWith(`:${ref}`));
  const said = line?.split('\t')[2] ?? complaint;
  if (line && /^[ *+=-]/.test(line) && exit === 0) return { kind: 'moved' };
  if (line?.startsWith('!') && !said.includes('[remote failure]')) {
    return { kind: 'refused', detail: withoutPasswords(said) };
  }
  if (!line && denied.test(complaint)) throw notPushed(remote, complaint);
  return { kind: 'unknown', detail: firstLine(said) || `git push ended with ${exit}` };
}

/** Words of git, ssh and servers for somebody who may not push, before anything is sent. */
const denied =
  /permission denied|permission to .* denied|access denied|authentication failed|could not read (?:username|password)|returned error: 40[13]|read[- ]only|not allowed/i;

function notPushed(remote: string, complaint: string): UserError {
  return new UserError(
    `git may not push to the ledger at ${withoutPasswords(remote)}: ${firstLine(complaint)}`,
    'Give git on this machine credentials that may push `refs/understudy/*` there, as a deploy key with write access, then run again.',
  );
}

async function history(place: Place, commit: string, limit: number): Promise<LoggedCommit[]> {
  await bring(place, commit);
  const format = '--format=%H%x00%an%x00%B%x00';
  const args = ['log', '-z', '--no-show-signature', `--max-count=${limit}`, format, commit, '--'];
  const { exit, output, complaint } = await place.git(args);
  if (exit !== 0) throw new Error(`git log failed: ${firstLine(complaint)}`);
  const parts = output.split('\0').filter((_, index) => index % 4 !== 3);
  return Array.from({ length: Math.floor(parts.length / 3) }, (_, index) => {
    const [sha = '', author = '', message = ''] = parts.slice(index * 3, index * 3 + 3);
    return { commit: sha, author, message };
  });
}

function unreachable(remote: string, { exit, complaint }: GitAnswer): UserError {
  const said = firstLine(complaint) || (exit === undefined ? 'it took too long' : `exit ${exit}`);
  return new UserError(
    `git could not read the ledger at ${withoutPasswords(remote)}: ${said}`,
    'Check that the repository is there (`git init --bare` makes one), the network and the credentials of git on this machine, then run again.',
  );
}

function firstLine(text: string): string {
  const lines = text.split('\n').filter(Boolean);
  return withoutPasswords(lines.find((line) => /^(fatal|error):/.test(line)) ?? lines[0] ?? '');
}
