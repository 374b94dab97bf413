import { randomBytes } from 'node:crypto';
import type { Call } from './api.ts';
import { errorAnswer } from './api.ts';
import { ApiError } from './api-error.ts';
import { isObject } from './body.ts';
import { timestamp } from './clock.ts';
import type { LoggedRequest } from './exchange.ts';
import type { Fault, FaultAction, Faults } from './faults.ts';
import { faultActions } from './faults.ts';
import { labState } from './lab-state.ts';
import { takeInAll } from './pushes.ts';
import type { Answer } from './route.ts';
import type { SeedPull } from './seed.ts';
import { seedPullRequests } from './seed.ts';
import type { Permissions, Protection, RunState } from './state.ts';
import { findTeam, newTeam, putTeam, withMembers } from './teams.ts';
import { issueToken } from './tokens.ts';
import type { World } from './world.ts';
import { account, ensureRepository, gitDirectories, isRepositoryName } from './world.ts';

type Body = Record<string, unknown>;
type Handler = (body: Body) => Answer | Promise<Answer>;

/** The `/_lab/…` endpoints: what GitHub has no button for. */
export function createLabControl(
  world: World,
  faults: Faults,
  requests: LoggedRequest[],
  gitRequests: LoggedRequest[],
): (call: Call) => Promise<Answer> {
  const handlers: Readonly<Record<string, Handler>> = {
    'POST /_lab/tokens': (body) => made({ token: tokenFrom(world, body) }),
    'POST /_lab/repositories': (body) => createRepository(world, body),
    'POST /_lab/collaborators': (body) => addCollaborator(world, body),
    'POST /_lab/teams': (body) => setTeam(world, body),
    'POST /_lab/pulls': (body) => seed(world, body),
    'POST /_lab/runs': (body) =>
      body.id === undefined ? addRun(world, body) : moveRun(world, body),
    'POST /_lab/workflows': (body) => switchWorkflow(world, body),
    'POST /_lab/protections': (body) => protect(world, body),
    'POST /_lab/clock': (body) => setClock(world, body),
    'POST /_lab/faults': (body) => addFault(faults, body),
    'GET /_lab/faults': () => ok(faults.list()),
    'DELETE /_lab/faults': () => emptied(() => faults.clear()),
    'GET /_lab/requests': () => ok(requests),
    'DELETE /_lab/requests': () => emptied(() => requests.splice(0)),
    'GET /_lab/git-requests': () => ok(gitRequests),
    'DELETE /_lab/git-requests': () => emptied(() => gitRequests.splice(0)),
    'GET /_lab/events': () => events(world),
    'GET /_lab/state': () => state(world),
  };
  return async (call) => {
    try {
      const handler = handlers[`${call.method} ${call.path}`];
      if (!handler) throw new ApiError(404, `The lab has no ${call.method} ${call.path}`);
      return await handler(bodyOf(call));
    } catch (error) {
      return errorAnswer(error);
    }
  };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function made(body: unknown): Answer {
  return { status: 201, body };
}

function emptied(work: () => void): Answer {
  work();
  return { status: 204 };
}

function bodyOf(call: Call): Body {
  if (call.body.length === 0) return {};
  const value = parsed(call.body.toString('utf8'));
  if (!isObject(value)) throw new ApiError(400, 'Body should be a JSON object');
  return value;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

function text(body: Body, field: string): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new ApiError(422, `"${field}" must be a text`);
}

function optional(body: Body, field: string): string | undefined {
  return body[field] === undefined || body[field] === null ? undefined : text(body, field);
}

/** The payloads as GitHub sends them, each with what its headers and the lab know besides. */
async function events(world: World): Promise<Answer> {
  await takeInAll(world);
  return ok(world.events.all().map((event) => ({ ...event, ...event.payload })));
}

async function state(world: World): Promise<Answer> {
  await takeInAll(world);
  return ok(labState(world));
}

function tokenFrom(world: World, body: Body): string {
  const permissions = isObject(body.permissions) ? (body.permissions as Permissions) : {};
  const repository = optional(body, 'repository');
  if (repository) world.store.repository(repository);
  const secret = `ghs_${randomBytes(18).toString('hex')}`;
  return issueToken(world, secret, permissions, repository, optional(body, 'login'));
}

async function createRepository(world: World, body: Body): Promise<Answer> {
  const wanted = text(body, 'name');
  if (!isRepositoryName(wanted)) throw new ApiError(422, `"${wanted}" is not owner/name`);
  const repository = await ensureRepository(world, wanted);
  const name = `${repository.owner}/${repository.name}`;
  const secret = body.private === true;
  world.store.changeRepository(name, (before) => ({ ...before, private: secret }));
  return made({ name, directory: gitDirectories(world)[name] });
}

function addCollaborator(world: World, body: Body): Answer {
  const login = text(body, 'login');
  const permission = text(body, 'permission');
  account(world, login);
  world.store.changeRepository(text(body, 'repository'), (before) => ({
    ...before,
    collaborators: { ...before.collaborators, [login.toLowerCase()]: permission },
  }));
  return made({ login, permission });
}

function setTeam(world: World, body: Body): Answer {
  const { login: org } = account(world, text(body, 'org'), 'Organization');
  const slug = text(body, 'slug').toLowerCase();
  const logins = Array.isArray(body.members) ? body.members.map(String) : [];
  const members = withMembers(world, {}, logins, 'member');
  const team = findTeam(world, org, slug) ?? { ...newTeam(world, org, slug), slug };
  putTeam(world, { ...team, members });
  return made({ team: `${org}/${slug}`, members: logins });
}

function seed(world: World, body: Body): Answer {
  const count = typeof body.count === 'number' ? body.count : 0;
  const pulls = Array.isArray(body.pulls) ? (body.pulls as SeedPull[]) : [];
  const all = [...pulls, ...Array.from({ length: count }, () => ({}))];
  seedPullRequests(world, text(body, 'repository'), all);
  return made({ seeded: all.length });
}

function addRun(world: World, body: Body): Answer {
  const now = timestamp(world.clock);
  const run: RunState = {
    id: world.store.nextId(),
    name: optional(body, 'name') ?? 'CI',
    path: optional(body, 'path') ?? '.github/workflows/ci.yml',
    event: optional(body, 'event') ?? 'push',
    headBranch: optional(body, 'head_branch') ?? 'main',
    headSha: text(body, 'head_sha'),
    status: optional(body, 'status') ?? 'completed',
    conclusion: optional(body, 'conclusion') ?? null,
    actor: optional(body, 'actor') ?? 'octocat',
    createdAt: now,
    updatedAt: now,
  };
  world.store.changeRepository(text(body, 'repository'), (r) => ({ ...r, runs: [...r.runs, run] }));
  return made({ id: run.id });
}

/** What became of a run: `{ repository, id, status, conclusion }`. */
function moveRun(world: World, body: Body): Answer {
  const [status, conclusion] = [text(body, 'status'), optional(body, 'conclusion') ?? null];
  const updatedAt = timestamp(world.clock);
  const moved = (run: RunState) =>
    run.id === body.id ? { ...run, status, conclusion, updatedAt } : run;
  world.store.changeRepository(text(body, 'repository'), (r) => ({
    ...r,
    runs: r.runs.map(moved),
  }));
  return ok({ id: body.id });
}

/** Switches a workflow off, or on again: `{ repository, path, enabled }`. */
function switchWorkflow(world: World, body: Body): Answer {
  const path = text(body, 'path');
  world.store.changeRepository(text(body, 'repository'), ({ disabledWorkflows = [], ...r }) => ({
    ...r,
    disabledWorkflows: [
      ...disabledWorkflows.filter((one) => one !== path),
      ...(body.enabled === true ? [] : [path]),
    ],
  }));
  return ok({ path });
}

/** Guards a ref: `{ repository, ref: refs/heads/…, rule: pull-request | no-force }`; without a rule no more. */
function protect(world: World, body: Body): Answer {
  const ref = text(body, 'ref');
  const rule = optional(body, 'rule') as Protection | undefined;
  world.store.changeRepository(text(body, 'repository'), (r) => {
    const { [ref]: _, ...others } = r.protections ?? {};
    return { ...r, protections: rule ? { ...others, [ref]: rule } : others };
  });
  return ok({ ref });
}

function setClock(world: World, body: Body): Answer {
  const now = optional(body, 'now');
  const moment = now === undefined ? null : Date.parse(now);
  if (Number.isNaN(moment)) throw new ApiError(422, '"now" must be a time in ISO 8601, or null');
  world.clock.set(moment);
  return ok({ now: new Date(world.clock.now()).toISOString() });
}

function addFault(faults: Faults, body: Body): Answer {
  const action = text(body, 'action') as FaultAction;
  if (!faultActions.includes(action)) {
    throw new ApiError(422, `"action" must be one of ${faultActions.join(', ')}`);
  }
  const match = isObject(body.match) ? (body.match as Fault['match']) : {};
  const { times = 1, milliseconds } = body as { times?: number; milliseconds?: number };
  faults.add({ match, action, times, ...(milliseconds !== undefined && { milliseconds }) });
  return made({ match, action, times });
}
