import { readCommits } from './commits.ts';
import type { Context } from './route.ts';
import type { CommitStatusState } from './state.ts';
import { fullName } from './state.ts';
import { userView } from './views/account.ts';
import { commitView } from './views/commit.ts';
import { eventRepository } from './views/repository.ts';
import { gitDirectory } from './world.ts';

/** Reports a `status` event. */
export async function statusEvent(context: Context, status: CommitStatusState): Promise<void> {
  const { world, repository, token } = context;
  const [commit] = await readCommits(gitDirectory(world, repository), [status.sha]);
  const payload = {
    id: status.id,
    sha: status.sha,
    name: fullName(repository),
    target_url: status.targetUrl,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: commit ? commitView(world, repository, commit) : null,
    branches: [],
    created_at: status.createdAt,
    updated_at: status.createdAt,
    ...eventRepository(world, repository),
    sender: userView(world, token.login),
  };
  world.events.add({ event: 'status', repository: fullName(repository), payload }, token);
}
