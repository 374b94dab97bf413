import type { CommitStatusState, RepositoryState } from '../state.ts';
import type { World } from '../world.ts';
import type { Json } from './account.ts';
import { nodeId, userView } from './account.ts';
import { apiOf } from './repository.ts';

/** `status` of the published schema. */
export function statusView(
  world: World,
  repository: RepositoryState,
  status: CommitStatusState,
): Json {
  return {
    url: `${apiOf(world, repository)}/statuses/${status.sha}`,
    avatar_url: userView(world, status.creator).avatar_url,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: userView(world, status.creator),
  };
}
