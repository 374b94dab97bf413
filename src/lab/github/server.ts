import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Api } from './api.ts';
import { createClock } from './clock.ts';
import type { WebhookEvent } from './event-log.ts';
import { createEventLog } from './event-log.ts';
import type { Gate } from './exchange.ts';
import { createExchange } from './exchange.ts';
import { createFaults } from './faults.ts';
import { everyScope } from './permissions.ts';
import { takeInAll } from './pushes.ts';
import { createRateLimits } from './rate-limit.ts';
import { createMatcher } from './route.ts';
import { apiRoutes } from './route-table.ts';
import { graphqlRoutes } from './routes/graphql.ts';
import type { SeedPull } from './seed.ts';
import { seedPullRequests } from './seed.ts';
import type { Permissions } from './state.ts';
import { openStore } from './store.ts';
import { fullPermissionToken, issueToken, tokenForEvent } from './tokens.ts';
import type { World } from './world.ts';
import { createQueue, ensureRepository, gitDirectories } from './world.ts';

/** A running stand-in for GitHub. */
export interface GitHub {
  /** `http://127.0.0.1:PORT`, for `GITHUB_API_URL` and `GITHUB_SERVER_URL` alike. */
  readonly url: string;
  /** A token that may do everything, as a person with admin rights. */
  readonly token: string;
  /** Bare git directories by `owner/name`. */
  readonly repositories: Record<string, string>;
  /** Ends every connection and writes the state. */
  close(): Promise<void>;
  /** What happened since the start, in order. */
  events(): readonly WebhookEvent[];
  /** Calls back after each event; the answer ends that. */
  onEvent(listener: (event: WebhookEvent) => void): () => void;
  /** A token like `GITHUB_TOKEN`; with a login, one of that person. */
  createToken(permissions: Permissions, repository?: string, login?: string): string;
  /** The token a run for this event gets: read-only for forks and Dependabot. */
  tokenFor(event: WebhookEvent, permissions?: Permissions): string;
  /** Stands the clock at a moment (milliseconds since the epoch); `null` = real time. */
  setClock(moment: number | null): void;
  /** Makes a repository; answers its bare git directory. */
  createRepository(name: string): Promise<string>;
  /** Takes in pushes to the bare directories now, not only with the next request. */
  takeInPushes(): Promise<void>;
  /** Puts pull requests into a repository without git work or events. */
  seedPullRequests(repository: string, pulls: readonly SeedPull[]): void;
}

export interface GitHubOptions {
  /** Directory for the state and the git repositories; what is there is continued. */
  readonly state: string;
  /** 0 = any free one. */
  readonly port?: number;
  /** `owner/name` of repositories that shall exist. */
  readonly repositories?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Called before each API request (not git, not `/_lab`); `index` counts from 1. */
  readonly onRequest?: Gate;
}

/** Starts the stand-in on 127.0.0.1. */
export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const clock = createClock(options.now ?? Date.now);
  let origin = '';
  const world: World = {
    store: openStore(resolve(options.state)),
    clock,
    events: createEventLog(clock),
    root: join(resolve(options.state), 'repositories'),
    readers: new Map(),
    exclusively: createQueue(),
    origin: () => origin,
  };
  const api: Api = {
    world,
    match: createMatcher([...apiRoutes, ...graphqlRoutes]),
    limits: createRateLimits(() => clock.now()),
  };
  for (const name of options.repositories ?? []) await ensureRepository(world, name);
  const exchange = createExchange(api, createFaults(), options.onRequest);
  const server = createServer(exchange);
  await new Promise<void>((ready, fail) => {
    server.once('error', fail).listen(options.port ?? 0, '127.0.0.1', ready);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await takeInAll(world);
  const close = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
    await world.exclusively(async () => world.store.flush());
  };
  return {
    ...control(world),
    url: origin,
    token: fullPermissionToken(world),
    // Repositories may be added while it runs.
    get repositories() {
      return gitDirectories(world);
    },
    close,
  };
}

function control(world: World): Omit<GitHub, 'url' | 'token' | 'repositories' | 'close'> {
  const secret = () => `ghs_${randomBytes(18).toString('hex')}`;
  return {
    events: () => world.events.all(),
    onEvent: (listener) => world.events.listen(listener),
    createToken: (permissions, repository, login) =>
      issueToken(world, secret(), permissions, repository, login),
    tokenFor: (event, permissions = everyScope('write')) =>
      tokenForEvent(world, secret(), event, permissions),
    setClock: (moment) => world.clock.set(moment),
    createRepository: async (name) => {
      const made = await ensureRepository(world, name);
      return gitDirectories(world)[`${made.owner}/${made.name}`] ?? '';
    },
    takeInPushes: () => takeInAll(world),
    seedPullRequests: (repository, pulls) => seedPullRequests(world, repository, pulls),
  };
}
