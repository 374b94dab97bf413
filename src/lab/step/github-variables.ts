import type { StepOptions } from './step.ts';

/** What of a webhook's payload decides about refs and names. All of it may be absent. */
interface EventPayload {
  readonly ref?: string;
  readonly after?: string;
  readonly repository?: { full_name?: string; default_branch?: string };
  readonly sender?: { login?: string };
  readonly number?: number;
  readonly pull_request?: {
    number?: number;
    merged?: boolean;
    merge_commit_sha?: string | null;
    head?: { ref?: string; sha?: string };
    base?: { ref?: string; sha?: string };
  };
}

interface Place {
  readonly ref: string;
  readonly sha: string;
}

const noCommit = '0'.repeat(40);

/** The `GITHUB_*` variables of a step, files and workspace aside (GitHub docs: default variables). */
export function githubVariables(options: StepOptions): Record<string, string> {
  const payload = asPayload(options.payload);
  const repository = options.repository ?? payload.repository?.full_name ?? 'understudy/lab';
  const actor = options.actor ?? payload.sender?.login ?? repository.split('/')[0] ?? '';
  const place = placeOf(options.event, payload, options.sha);
  const pull = options.event.startsWith('pull_request') ? payload.pull_request : undefined;
  return {
    GITHUB_EVENT_NAME: options.event,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: repository.split('/')[0] ?? '',
    GITHUB_ACTOR: actor,
    GITHUB_TRIGGERING_ACTOR: actor,
    GITHUB_SHA: place.sha,
    GITHUB_REF: place.ref,
    GITHUB_REF_NAME: place.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
    GITHUB_REF_TYPE: place.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_HEAD_REF: pull?.head?.ref ?? '',
    GITHUB_BASE_REF: pull?.base?.ref ?? '',
    ...runVariables(options, repository, place),
    ...addresses(options.url, options.serverUrl),
  };
}

function runVariables(
  options: StepOptions,
  repository: string,
  place: Place,
): Record<string, string> {
  const path = options.workflowPath ?? '.github/workflows/preview.yml';
  return {
    GITHUB_RUN_ID: String(options.runId ?? 1),
    GITHUB_RUN_NUMBER: String(options.runNumber ?? 1),
    GITHUB_RUN_ATTEMPT: String(options.runAttempt ?? 1),
    GITHUB_JOB: options.job ?? 'preview',
    GITHUB_ACTION: '__self',
    GITHUB_ACTION_REPOSITORY: '',
    GITHUB_ACTION_REF: '',
    GITHUB_WORKFLOW: options.workflow ?? 'Preview',
    GITHUB_WORKFLOW_REF: `${repository}/${path}@${place.ref}`,
    GITHUB_WORKFLOW_SHA: place.sha,
  };
}

function addresses(url = 'https://api.github.com', server?: string): Record<string, string> {
  const own =
    url === 'https://api.github.com' ? 'https://github.com' : url.replace(/\/api\/v3$/, '');
  return {
    GITHUB_API_URL: url,
    GITHUB_SERVER_URL: server ?? own,
    GITHUB_GRAPHQL_URL: url.endsWith('/api/v3')
      ? url.replace(/\/v3$/, '/graphql')
      : `${url}/graphql`,
  };
}

/** `GITHUB_REF` and `GITHUB_SHA` by event (GitHub docs: events that trigger workflows). */
function placeOf(event: string, payload: EventPayload, sha: string | undefined): Place {
  const pull = payload.pull_request;
  if (event === 'pull_request' && pull) return pullRequestPlace(payload, sha);
  const base = payload.repository?.default_branch ?? 'main';
  const main = { ref: `refs/heads/${base}`, sha: sha ?? noCommit };
  if (event === 'push') return { ref: payload.ref ?? main.ref, sha: payload.after ?? main.sha };
  return main;
}

function pullRequestPlace(payload: EventPayload, sha: string | undefined): Place {
  const pull = payload.pull_request ?? {};
  const commit = pull.merge_commit_sha ?? sha ?? pull.head?.sha ?? noCommit;
  return pull.merged
    ? { ref: `refs/heads/${pull.base?.ref ?? 'main'}`, sha: commit }
    : { ref: `refs/pull/${pull.number ?? payload.number ?? 0}/merge`, sha: commit };
}

function asPayload(payload: unknown): EventPayload {
  return typeof payload === 'object' && payload !== null ? payload : {};
}
