import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { anonymous, authenticate, authorize } from './access.ts';
import { ApiError, notFound } from './api-error.ts';
import { isObject } from './body.ts';
import type { Fault } from './faults.ts';
import { GitError } from './git.ts';
import { acceptedPermissions } from './permissions.ts';
import { takeInAll } from './pushes.ts';
import type { RateLimits } from './rate-limit.ts';
import { quotaHeaders } from './rate-limit.ts';
import type { Answer, Context, Matcher, Route } from './route.ts';
import type { RepositoryState, Token } from './state.ts';
import { fullName } from './state.ts';
import type { World } from './world.ts';

/** One HTTP request, its body read. `path` without the `/api/v3` of Enterprise Server. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Before the path: empty, or `/api/v3`. */
  readonly prefix: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What the API needs besides the world. */
export interface Api {
  readonly world: World;
  readonly match: Matcher;
  readonly limits: RateLimits;
}

const versions = ['2022-11-28', '2026-03-10'];

/** Answers one API call as GitHub would: checks, then the route, with GitHub's headers. */
export async function answerCall(api: Api, call: Call, fault: Fault | undefined): Promise<Answer> {
  const requestId = randomUUID().toUpperCase();
  const caller = call.headers.authorization ?? 'anonymous';
  const found = api.match(call.method, call.path);
  let answer: Answer;
  try {
    answer = await answerMatched(api, call, caller, found, fault);
  } catch (error) {
    answer = errorAnswer(error);
  }
  return {
    ...answer,
    headers: {
      ...quotaHeaders(api.limits.quota(caller)),
      ...commonHeaders(call, requestId),
      ...(found && { 'x-accepted-github-permissions': permissionText(found.route) }),
      ...answer.headers,
    },
  };
}

async function answerMatched(
  api: Api,
  call: Call,
  caller: string,
  found: ReturnType<Matcher>,
  fault: Fault | undefined,
): Promise<Answer> {
  checkHeaders(call);
  const token = authenticate(api.world, call.headers.authorization);
  if (call.path === '/rate_limit') return rateLimit(api, caller);
  if (!found) throw notFound();
  api.limits.spend(caller);
  await takeInAll(api.world);
  const { owner, repo } = found.params;
  const repository = owner && repo ? api.world.store.repository(`${owner}/${repo}`) : undefined;
  authorize(found.route, token, repository);
  const context = contextOf(api.world, call, found.params, token, repository);
  return fault?.action === 'stale-read' && repository
    ? staleAnswer(found.route, context, repository)
    : found.route.handle(context);
}

/** `GET /rate_limit`, which costs nothing. */
function rateLimit(api: Api, caller: string): Answer {
  const { limit, used, remaining, reset } = api.limits.quota(caller);
  const core = { limit, used, remaining, reset };
  const search = { limit: 30, used: 0, remaining: 30, reset };
  return { status: 200, body: { resources: { core, search, graphql: core }, rate: core } };
}

/** The newest earlier version of an answer that differs from the present one; the present one if none. */
async function staleAnswer(
  route: Route,
  context: Context,
  repository: RepositoryState,
): Promise<Answer> {
  const present = await settle(route, context);
  for (const version of context.world.store.history(fullName(repository))) {
    const earlier = await settle(route, { ...context, repository: version });
    if (fingerprint(earlier) !== fingerprint(present)) return earlier;
  }
  return present;
}

async function settle(route: Route, context: Context): Promise<Answer> {
  try {
    return await route.handle(context);
  } catch (error) {
    return errorAnswer(error);
  }
}

function fingerprint({ status, body }: Answer): string {
  return JSON.stringify([status, body]);
}

function contextOf(
  world: World,
  call: Call,
  params: Readonly<Record<string, string>>,
  token: Token | undefined,
  repository: RepositoryState | undefined,
): Context {
  return {
    world,
    method: call.method,
    params,
    query: call.query,
    body: parseBody(call),
    accept: call.headers.accept ?? '',
    token: token ?? anonymous,
    // A route outside /repos/{owner}/{repo} that asks for its repository is a fault of ours.
    repository: repository as RepositoryState,
    address: world.origin() + call.prefix + call.path,
    host: call.headers.host ?? '',
  };
}

function parseBody(call: Call): Record<string, unknown> {
  if (call.body.length === 0 || call.method === 'GET') return {};
  let value: unknown;
  try {
    value = JSON.parse(call.body.toString('utf8'));
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
  // GitHub takes a bare list for a few endpoints; they find it under `labels`.
  if (Array.isArray(value)) return { labels: value };
  if (!isObject(value)) throw new ApiError(400, 'Body should be a JSON object');
  return value;
}

function checkHeaders(call: Call): void {
  if (!call.headers['user-agent']) {
    throw new ApiError(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
    );
  }
  const version = call.headers['x-github-api-version'];
  if (version !== undefined && !versions.includes(String(version))) {
    throw new ApiError(400, `The version "${version}" is not a supported version of the REST API.`);
  }
}

/** What a thrown value becomes on the wire. A git that failed unforeseen is GitHub's plain 500. */
export function errorAnswer(error: unknown): Answer {
  if (error instanceof ApiError) {
    return { status: error.status, body: error.body, headers: error.headers };
  }
  if (error instanceof URIError) return errorAnswer(notFound());
  const detail = error instanceof GitError ? error.message : String((error as Error)?.stack);
  return { status: 500, body: { message: 'Server Error', detail } };
}

function permissionText(route: Route): string {
  return acceptedPermissions(route.permission ?? { metadata: 'read' });
}

function commonHeaders(call: Call, requestId: string): Record<string, string> {
  return {
    server: 'github.com',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': String(call.headers['x-github-api-version'] ?? versions[0]),
    'x-github-request-id': requestId,
    'access-control-allow-origin': '*',
    ...(call.method === 'GET' && { 'cache-control': 'private, max-age=60, s-maxage=60' }),
    vary: 'Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With',
  };
}
