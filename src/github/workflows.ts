import { RequestError } from '@octokit/request-error';
import { type Instant, parseInstant, toIso } from '../core/time.ts';
import type { StartedRun, WorkflowRun, Workflows } from '../promotion/ways/dispatch-ports.ts';
import type { Written } from '../promotion/ways/written.ts';
import { explained, undefinedIfAbsent } from './api-error.ts';
import type { GitHubClient } from './client.ts';
import { hasNext, pageSize } from './pages.ts';
import { readRepositoryFile } from './repository-files.ts';
import { sentOnce, written } from './written.ts';

/** Also of what only reads: whoever asks starts runs next, and would be told of one permission after the other. */
const permission = 'actions: write';
const reading = { act: 'list the runs of a workflow', permission };

/** Workflows by GitHub's REST API. */
export function githubWorkflows(client: GitHubClient): Workflows {
  return {
    dispatch: (file, ref, inputs) => dispatch(client, { file, ref, inputs }),
    dispatched: (file, since) => dispatched(client, file, since),
    run: (id) => run(client, id),
    text: (file, ref) => readRepositoryFile(client, `.github/workflows/${file}`, ref),
    cancel: (id) => cancel(client, id),
  };
}

interface Dispatch {
  readonly file: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * `return_run_details` came in February 2026. An Enterprise Server that does not know it refuses the whole, so that nothing
 * was started, and is asked without it.
 */
async function dispatch(
  client: GitHubClient,
  wanted: Dispatch,
): Promise<Written<StartedRun | undefined>> {
  // One deadline for both, so that nothing is started after it.
  const request = sentOnce();
  const answer = await written(() => post(client, wanted, { return_run_details: true, request }));
  const unfamiliar = answer.kind === 'refused' && /return_run_details/.test(answer.detail);
  return unfamiliar ? written(() => post(client, wanted, { request })) : answer;
}

async function post(
  { octokit, owner, repo }: GitHubClient,
  { file, ref, inputs }: Dispatch,
  more: { readonly return_run_details?: true; readonly request: ReturnType<typeof sentOnce> },
): Promise<StartedRun | undefined> {
  const answer = await octokit.request(
    'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
    { owner, repo, workflow_id: file, ref, inputs, ...more },
  );
  const told = answer.data as { workflow_run_id?: number | bigint; html_url?: string } | undefined;
  return told?.workflow_run_id === undefined
    ? undefined
    : { id: String(told.workflow_run_id), url: told.html_url ?? '' };
}

/** Paged by hand, and counted: a list that grew while it was read is whole, one that lacks any of its first count is not. */
async function dispatched(
  { octokit, owner, repo }: GitHubClient,
  file: string,
  since: Instant,
): Promise<WorkflowRun[] | undefined> {
  const found = new Map<string, WorkflowRun>();
  let expected: number | undefined;
  for (let number = 1; ; number += 1) {
    const answer = await explained(reading, () =>
      octokit
        .request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
          owner,
          repo,
          workflow_id: file,
          event: 'workflow_dispatch',
          created: `>=${toIso(since).slice(0, 19)}Z`,
          per_page: pageSize,
          ...(number > 1 && { page: number }),
          headers: { 'cache-control': 'no-cache' },
        })
        .catch(undefinedIfAbsent),
    );
    if (!answer) return undefined;
    const { data } = answer;
    expected ??= data.total_count;
    for (const one of data.workflow_runs) found.set(String(one.id), runOf(one));
    if (!hasNext(answer)) break;
  }
  if (found.size < (expected ?? 0))
    throw new Error(`GitHub listed ${found.size} of ${expected} runs of ${file}`);
  return [...found.values()];
}

async function run(
  { octokit, owner, repo }: GitHubClient,
  id: string,
): Promise<WorkflowRun | undefined> {
  return explained({ act: `show the run ${id}`, permission }, async () => {
    const answer = await octokit
      .request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
        owner,
        repo,
        run_id: Number(id),
        headers: { 'cache-control': 'no-cache' },
      })
      .catch(undefinedIfAbsent);
    return answer && runOf(answer.data);
  });
}

interface ListedRun {
  readonly id: number | bigint;
  readonly display_title: string;
  readonly head_branch: string | null;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly html_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}

function runOf(run: ListedRun): WorkflowRun {
  return {
    id: String(run.id),
    url: run.html_url,
    title: run.display_title,
    ref: run.head_branch ?? '',
    status: run.status ?? 'unknown',
    conclusion: run.conclusion ?? undefined,
    createdAt: timeOf(run.created_at),
    updatedAt: timeOf(run.updated_at),
  };
}

function timeOf(text: string): Instant {
  const time = parseInstant(text);
  if (time === undefined) throw new Error(`GitHub gave ${text} for a time`);
  return time;
}

/** 409 = it has ended meanwhile. */
async function cancel({ octokit, owner, repo }: GitHubClient, id: string): Promise<void> {
  const purpose = { act: `cancel the run ${id}`, permission };
  await explained(purpose, () =>
    octokit
      .request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', {
        owner,
        repo,
        run_id: Number(id),
      })
      .catch((cause) => {
        if (!(cause instanceof RequestError) || ![404, 409].includes(cause.status)) throw cause;
      }),
  );
}
