import { readCommits } from '../commits.ts';
import type { RepositoryState, RunState } from '../state.ts';
import type { World } from '../world.ts';
import { gitDirectory } from '../world.ts';
import type { Json } from './account.ts';
import { nodeId, userView } from './account.ts';
import { apiOf, htmlOf, minimalRepositoryView } from './repository.ts';

/** `workflow-run` of the published schema. */
export async function runView(
  world: World,
  repository: RepositoryState,
  run: RunState,
): Promise<Json> {
  const api = `${apiOf(world, repository)}/actions/runs/${run.id}`;
  const minimal = minimalRepositoryView(world, repository);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    display_title: run.title ?? run.name,
    run_number: 1,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 1,
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CheckSuite', run.id),
    url: api,
    html_url: `${htmlOf(world, repository)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.createdAt,
    actor: userView(world, run.actor),
    triggering_actor: userView(world, run.actor),
    jobs_url: `${api}/jobs`,
    logs_url: `${api}/logs`,
    check_suite_url: `${apiOf(world, repository)}/check-suites/${run.id}`,
    artifacts_url: `${api}/artifacts`,
    cancel_url: `${api}/cancel`,
    rerun_url: `${api}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${apiOf(world, repository)}/actions/workflows/1`,
    head_commit: await headCommit(world, repository, run.headSha),
    repository: minimal,
    head_repository: minimal,
  };
}

async function headCommit(
  world: World,
  repository: RepositoryState,
  sha: string,
): Promise<Json | null> {
  const [commit] = await readCommits(gitDirectory(world, repository), [sha]);
  if (!commit) return null;
  const { author, committer } = commit;
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message.trimEnd(),
    timestamp: committer.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}
