import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PreviewRecord } from '../../src/targets/local/registry.ts';
import type { RunningGateway } from './gateway.ts';
import { processesWith, variableOf } from './processes.ts';

/** Everything that people, GitHub and the machine see, with what differs from run to run made equal. */
export interface Observed {
  readonly previews: readonly ObservedPreview[];
  /** By pull request, oldest first. */
  readonly comments: Readonly<Record<string, readonly string[]>>;
  readonly deployments: readonly string[];
  /** Commits that processes run, one entry for each instance. */
  readonly processes: readonly string[];
  readonly worktrees: number;
  /** Files of the state folder, ids of releases made equal; git's own objects aside. */
  readonly files: readonly string[];
}

/** What is looked at. */
export interface Scene {
  readonly repository: string;
  /** State folder of the local target. */
  readonly home: string;
  readonly gateway: RunningGateway | undefined;
  /** Address under which actions know GitHub. */
  readonly tap: { readonly url: string };
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
  api(method: string, path: string): Promise<{ readonly body: any }>;
}

/** A preview as the gateway lists and serves it. */
export interface ObservedPreview {
  readonly previewId: string;
  readonly pullRequest: number;
  readonly commit: string;
  readonly requested: boolean;
  /** By service: state, and what its address answers. */
  readonly services: Readonly<Record<string, string>>;
  readonly failure?: string;
}

const restLimit = 20_000;

/** Waits until nothing changes by itself any more, then looks at everything. */
export async function observe(world: Scene): Promise<Observed> {
  const end = Date.now() + restLimit;
  while (await isBusy(world)) {
    if (Date.now() > end) throw new Error('the gateway does not come to rest');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    previews: await previewsOf(world),
    comments: await commentsOf(world),
    deployments: await deploymentsOf(world),
    processes: processesOf(world),
    worktrees: worktreesOf(world),
    files: filesOf(world),
  };
}

/** The state of a world in which no preview ever was, but for the traces that people keep. */
export function machineOf({ previews, processes, worktrees, files }: Observed) {
  return { previews, processes, worktrees, files };
}

async function isBusy({ gateway, home }: Scene): Promise<boolean> {
  const listed = (await gateway?.previews()) ?? [];
  if (listed.some(({ deploying }) => deploying)) return true;
  if (listed.some(({ services }) => services.some(({ state }) => state === 'starting')))
    return true;
  return recordsOf(home).some(({ passing }) => passing.length > 0);
}

function recordsOf(home: string): readonly PreviewRecord[] {
  return listOf(join(home, 'previews'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(home, 'previews', name), 'utf8')));
}

async function previewsOf({ gateway }: Scene): Promise<readonly ObservedPreview[]> {
  if (!gateway) return [];
  const listed = [...(await gateway.previews())].sort((a, b) => a.pullRequest - b.pullRequest);
  return Promise.all(
    listed.map(async ({ previewId, pullRequest, commit, requested, services, failure }) => ({
      ...{ previewId, pullRequest, commit, requested },
      services: Object.fromEntries(
        await Promise.all(
          services.map(async ({ name, host, state }) => {
            const { status, body } = await gateway.visit(host);
            return [name, `${state} ${status} ${status === 200 ? body : ''}`.trim()] as const;
          }),
        ),
      ),
      ...(failure && { failure: failure.reason }),
    })),
  );
}

async function commentsOf(world: Scene): Promise<Observed['comments']> {
  const path = `/repos/${world.repository}/issues/comments?per_page=100`;
  const { body } = await world.api('GET', path);
  const all = body as readonly { id: number; issue_url: string; body: string }[];
  const comments: Record<string, string[]> = {};
  for (const one of [...all].sort((a, b) => a.id - b.id)) {
    const number = one.issue_url.split('/').at(-1) ?? '';
    comments[number] = [...(comments[number] ?? []), normalized(one.body, world)];
  }
  return comments;
}

async function deploymentsOf(world: Scene): Promise<readonly string[]> {
  const base = `/repos/${world.repository}/deployments`;
  const { body } = await world.api('GET', `${base}?per_page=100`);
  const all = body as readonly { id: number; sha: string; task: string; environment: string }[];
  const lines = all.map(async ({ id, sha, task, environment }) => {
    const { body: statuses } = await world.api('GET', `${base}/${id}/statuses?per_page=1`);
    const [latest] = statuses as { state: string; environment_url: string }[];
    const state = latest ? `${latest.state} ${latest.environment_url}` : 'no status';
    return normalized(`${task} ${environment} ${sha} ${state}`.trim(), world);
  });
  return (await Promise.all(lines)).sort();
}

/** Moments, ports and ids made equal. */
export function normalized(text: string, world: Scene): string {
  return text
    .replaceAll(world.tap.url, '<github>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?Z| UTC)?/g, '<moment>')
    .replaceAll(/localhost:\d+/g, 'localhost:<port>');
}

/** What the markers of all processes of a state folder begin with. */
export function markerPrefix(home: string): string {
  return createHash('sha256').update(home).digest('hex').slice(0, 12);
}

function processesOf({ home }: Scene): readonly string[] {
  const found = processesWith(`UNDERSTUDY_INSTANCE=${markerPrefix(home)}.`);
  const instances = new Map(
    found.map((one) => [
      variableOf(one, 'UNDERSTUDY_INSTANCE'),
      variableOf(one, 'UNDERSTUDY_COMMIT'),
    ]),
  );
  return [...instances.values()].map(String).sort();
}

function worktreesOf({ home }: Scene): number {
  const mirrors = listOf(join(home, 'repositories'));
  const notes = mirrors.flatMap((name) =>
    listOf(join(home, 'repositories', name, 'git', 'worktrees')),
  );
  return Math.max(notes.length, listOf(join(home, 'worktrees')).length);
}

/** What is in the checkouts themselves, and git's objects, is not ours. */
function filesOf({ home }: Scene): readonly string[] {
  const all = existsSync(home) ? readdirSync(home, { recursive: true, encoding: 'utf8' }) : [];
  return all
    .filter((file) => !/^worktrees\/[^/]+\//.test(file))
    .filter((file) => !/^repositories\/[^/]+\/git\/(?:objects|worktrees|refs)\/./.test(file))
    .filter((file) => !/^gateway\.log$/.test(file))
    .map((file) => file.replaceAll(/\b[0-9a-f]{16}\b/g, '<release>'))
    .sort();
}

function listOf(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
