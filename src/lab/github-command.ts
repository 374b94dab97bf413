import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../core/user-error.ts';
import { faultActions } from './github/faults.ts';
import { startGitHub } from './github/server.ts';

/** What `lab github --help` prints. */
export const githubHelp = `lab github [options]

Starts the stand-in of GitHub alone, and prints one JSON line when it is ready:
{"url", "repositories": {"owner/name": "<bare git directory>"}, "token"}. Runs until Ctrl-C.

  --port N                 port on 127.0.0.1 (default 0: any)
  --state DIR              where state and repositories are kept, and continued (default: a new
                           directory, removed at the end)
  --repository OWNER/NAME  a repository that shall exist (may be repeated)

What GitHub has no button for, at the same address, as JSON:

  POST /_lab/tokens         {"permissions": {"contents": "write", …}, "repository", "login"} → {"token"}
  POST /_lab/repositories   {"name": "owner/name", "private"}
  POST /_lab/collaborators  {"repository", "login", "permission"}
  POST /_lab/teams          {"org", "slug", "members": […]}
  POST /_lab/pulls          {"repository", "pulls": […] or "count"}: pull requests without their commits
  POST /_lab/runs           {"repository", "head_sha", "status", "conclusion", …}: a run of a workflow;
                            {"repository", "id", "status", "conclusion"}: what became of it
  POST /_lab/workflows      {"repository", "path", "enabled"}
  POST /_lab/protections    {"repository", "ref", "rule": "pull-request" or "no-force"}; no rule: none
  POST /_lab/clock          {"now": "2026-11-21T09:00:00Z"}: time stands still there; null: real time
  POST /_lab/faults         {"match": {"method", "path"}, "action", "times", "milliseconds"}, with one of
                            ${faultActions.join(' ')}
  GET  /_lab/faults         those still to come; DELETE: none
  GET  /_lab/requests       {"method", "path", "status"} of every call; DELETE empties it
  GET  /_lab/git-requests   the same of git over HTTP; DELETE empties it
  GET  /_lab/events         payloads of webhooks, in order
  GET  /_lab/state          what there is, for people
`;

/** `lab github`: serves until SIGINT or SIGTERM. Throws `UserError` on bad arguments. */
export async function githubCommand(
  args: readonly string[],
  _root: string,
  print: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      state: { type: 'string' },
      repository: { type: 'string', multiple: true, default: [] },
    },
  });
  const port = readPort(values.port);
  const names = checked(values.repository);
  const state = values.state ?? (await mkdtemp(join(tmpdir(), 'understudy-github-')));
  const github = await startGitHub({ state, port, repositories: names });
  const { url, repositories, token } = github;
  print(JSON.stringify({ url, repositories, token }));
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  await github.close();
  if (values.state === undefined) await rm(state, { recursive: true, force: true });
  return 0;
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UserError(`--port ${text} is not a port`, 'Give a number from 0 (any) to 65535.');
}

function checked(names: readonly string[]): readonly string[] {
  const wrong = names.find((name) => !/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(name));
  if (wrong === undefined) return names;
  throw new UserError(`--repository ${wrong} is not a repository`, 'Write owner/name.');
}
