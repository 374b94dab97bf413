import { validationFailed } from '../api-error.ts';
import { optionalText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { git, initBare } from '../git.ts';
import { takeInAll } from '../pushes.ts';
import type { Context, Route } from '../route.ts';
import type { RepositoryState } from '../state.ts';
import { emptyRepository, fullName } from '../state.ts';
import { fullRepositoryView } from '../views/repository.ts';
import { account, addRepository, gitDirectory, isRepositoryName } from '../world.ts';

/** Repositories and forks. */
export const repositoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}',
    permission: { metadata: 'read' },
    handle: ({ world, repository }) => ({
      status: 200,
      body: fullRepositoryView(world, repository),
    }),
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/forks',
    permission: { administration: 'write', contents: 'read' },
    handle: async (context) => {
      const fork = await forkOf(context);
      return { status: 202, body: fullRepositoryView(context.world, fork) };
    },
  },
];

async function forkOf(context: Context): Promise<RepositoryState> {
  const { world, repository } = context;
  const owner = optionalText(context, 'organization') ?? context.token.login;
  const name = optionalText(context, 'name') ?? repository.name;
  const known = world.store.find(`${owner}/${name}`);
  if (known) return known;
  if (!isRepositoryName(`${owner}/${name}`)) {
    throw validationFailed({ resource: 'Repository', code: 'custom', field: 'name' });
  }
  account(world, owner);
  const fork: RepositoryState = {
    ...emptyRepository({
      id: world.store.nextId(),
      owner,
      name,
      createdAt: timestamp(world.clock),
    }),
    defaultBranch: repository.defaultBranch,
    private: repository.private,
    parent: fullName(repository),
    collaborators: { [context.token.login.toLowerCase()]: 'admin' },
  };
  const directory = gitDirectory(world, fork);
  await initBare(directory, fork.defaultBranch);
  const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  await git(directory, ['fetch', '--quiet', gitDirectory(world, repository), ...refs]);
  addRepository(world, fork);
  await takeInAll(world);
  return world.store.repository(fullName(fork));
}
