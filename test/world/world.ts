import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WebhookEvent } from '../../src/lab/github/event-log.ts';
import { type GitHub, startGitHub } from '../../src/lab/github/server.ts';
import { startStep } from '../../src/lab/step/run-step.ts';
import type { RunningStep, StepResult } from '../../src/lab/step/step.ts';
import { appFiles, type Look, lookFile } from './app.ts';
import { openGateway, type RunningGateway } from './gateway.ts';
import { commit, git } from './git.ts';
import { markerPrefix, type Observed, observe } from './observe.ts';
import { allProcesses, killAll, processesWith, type RunningProcess } from './processes.ts';
import { Tap, type TappedCall } from './tap.ts';

/** What the README tells users to give the job. */
export const readmePermissions = {
  contents: 'read',
  pull_requests: 'write',
  deployments: 'write',
} as const;

export const repository = 'acme/app';

/** The project whose bundles run; another folder can be named to prove its bundles instead. */
export const projectRoot =
  process.env.UNDERSTUDY_BUNDLES ?? fileURLToPath(new URL('../..', import.meta.url));

/** What a person's own token may do. */
const everything = {
  administration: 'write',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
} as const;

/** An event that starts a run. */
export interface Trigger {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** How a step differs from what the workflow of the README runs. */
export interface StepSettings {
  /** `understudy` unless said otherwise. */
  readonly action?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one with `readmePermissions`, as the event gets it. */
  readonly token?: string;
  /** The checkout; default: none. */
  readonly workspace?: string;
  readonly debug?: boolean;
  /** Where the API is reached; default: through the tap. */
  readonly url?: string;
  /** Which attempt of the run; default: the first. */
  readonly attempt?: number;
}

/** How a world begins. */
export interface WorldOptions {
  /** `.github/understudy.yml` of the base branch. */
  readonly configuration?: string;
  /** Further files of the base branch. */
  readonly files?: Readonly<Record<string, string>>;
  /** `false`: the action starts a gateway itself. */
  readonly gateway?: boolean;
  /** A folder that `leave` answered: this world is a copy of that one, as GitHub had it then. */
  readonly from?: string;
  /** The folder in which it gets one of its own; default: that for temporary files. */
  readonly parent?: string;
}

/** An API answer of the stand-in. */
export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  readonly body: any;
}

/**
 * A repository with a small application at a stand-in for GitHub, and a machine with a gateway. Actions run in
 * it as built bundles. All calls of theirs go through taps.
 */
export class World {
  readonly root: string;
  /** The state folder of the local target. */
  readonly home: string;
  /** Where commits are made. */
  readonly clone: string;
  readonly github: GitHub;
  /** Before the stand-in: API and git alike. */
  readonly tap: Tap;
  readonly repository = repository;
  gateway: RunningGateway | undefined;

  private constructor(root: string, github: GitHub, tap: Tap) {
    this.root = root;
    this.home = join(root, 'home');
    this.clone = join(root, 'clone');
    this.github = github;
    this.tap = tap;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const root = mkdtempSync(join(options.parent ?? tmpdir(), 'uw-'));
    if (options.from) cpSync(options.from, root, { recursive: true });
    const github = await startGitHub({ state: join(root, 'github'), repositories: [repository] });
    const tap = await Tap.open({ port: Number(new URL(github.url).port) });
    const world = new World(root, github, tap);
    try {
      if (options.from === undefined) await world.#fill(options);
      else git(world.clone, 'remote', 'set-url', 'origin', github.repositories[repository] ?? '');
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  async #fill(options: WorldOptions): Promise<void> {
    mkdirSync(this.home, { mode: 0o700 });
    mkdirSync(this.clone);
    git(this.clone, 'init', '--quiet', '--initial-branch=main');
    git(this.clone, 'remote', 'add', 'origin', this.github.repositories[repository] ?? '');
    const files = { ...appFiles({}, options.configuration), ...options.files };
    commit(this.clone, files, 'The application');
    git(this.clone, 'push', '--quiet', 'origin', 'main');
    await this.github.takeInPushes();
    if (options.gateway !== false) this.gateway = await openGateway(projectRoot, this.home);
  }

  /** Where calls of actions are counted and cut off: GitHub with git, and the gateway's control socket. */
  get taps(): readonly Tap[] {
    return this.gateway ? [this.tap, this.gateway.tap] : [this.tap];
  }

  /** Ends everything; throws when a process is left behind. */
  async close(): Promise<void> {
    rmSync(await this.leave(), { recursive: true, force: true, maxRetries: 3 });
  }

  /** As `close`, but what GitHub had stays, to be begun from: answers the folder, which is the caller's to remove. */
  async leave(): Promise<string> {
    await this.gateway?.stop();
    if (this.#processes().length > 0) await this.#endStartedGateway();
    await this.tap.close();
    await this.github.close();
    const left = this.#processes();
    if (left.length === 0) return this.root;
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
    throw new Error(`left: ${left.map(({ commandLine }) => commandLine)}`);
  }

  /** What actions started, and what that started. */
  #processes(): readonly RunningProcess[] {
    const marks = [
      `UNDERSTUDY_HOME=${this.home}`,
      `UNDERSTUDY_INSTANCE=${markerPrefix(this.home)}.`,
    ];
    return allProcesses().filter(({ environment }) =>
      environment.some((one) => marks.some((mark) => one.startsWith(mark))),
    );
  }

  /** Commits on a branch (made from main when new) and pushes it; answers the commit. */
  async push(branch: string, change: Look | Record<string, string> = {}, to = 'origin') {
    const known = git(this.clone, 'branch', '--list', branch) !== '';
    git(this.clone, 'checkout', '--quiet', ...(known ? [branch] : ['-b', branch, 'main']));
    const isLook = Object.keys(change).every((key) => ['greeting', 'broken', 'slow'].includes(key));
    const files = isLook ? lookFile(change as Look) : (change as Record<string, string>);
    const made = commit(this.clone, files, `Change ${branch}`);
    git(this.clone, 'push', '--quiet', to, branch);
    await this.github.takeInPushes();
    return made;
  }

  /** Opens a pull request; answers its event. */
  async openPull(branch: string, body: object = {}, by?: string): Promise<Trigger> {
    const given = { title: `Add ${branch}`, head: branch, base: 'main', ...body };
    await this.must('POST', `/repos/${repository}/pulls`, given, by);
    return this.last('pull_request', 'opened');
  }

  /** Pushes and opens in one. */
  async pullRequest(branch: string, look: Look = { greeting: branch }): Promise<Trigger> {
    await this.push(branch, look);
    return this.openPull(branch);
  }

  /** A push to an open pull request; answers its event. */
  async update(branch: string, change: Look | Record<string, string>): Promise<Trigger> {
    await this.push(branch, change);
    return this.last('pull_request', 'synchronize');
  }

  async closePull(number: number): Promise<Trigger> {
    await this.must('PATCH', `/repos/${repository}/pulls/${number}`, { state: 'closed' });
    return this.last('pull_request', 'closed');
  }

  async reopenPull(number: number): Promise<Trigger> {
    await this.must('PATCH', `/repos/${repository}/pulls/${number}`, { state: 'open' });
    return this.last('pull_request', 'reopened');
  }

  async label(number: number, name: string): Promise<Trigger> {
    const path = `/repos/${repository}/issues/${number}/labels`;
    await this.must('POST', path, { labels: [name] });
    return this.last('pull_request', 'labeled');
  }

  async unlabel(number: number, name: string): Promise<Trigger> {
    await this.must('DELETE', `/repos/${repository}/issues/${number}/labels/${name}`);
    return this.last('pull_request', 'unlabeled');
  }

  /** Someone comments; by a login the token is that person's. */
  async comment(number: number, body: string, by?: string): Promise<Trigger> {
    await this.must('POST', `/repos/${repository}/issues/${number}/comments`, { body }, by);
    return this.last('issue_comment', 'created');
  }

  /** The event of a schedule. */
  async schedule(): Promise<Trigger> {
    const { body } = await this.api('GET', `/repos/${repository}`);
    return { event: 'schedule', payload: { schedule: '7 * * * *', repository: body } };
  }

  /** Gives a person a permission on the repository. */
  async collaborator(login: string, permission: string): Promise<void> {
    await this.must('POST', '/_lab/collaborators', { repository, login, permission });
  }

  /** The last event of its kind. Throws when there was none. */
  last(event: string, action: string): Trigger {
    const found = this.github
      .events()
      .findLast((one) => one.event === event && one.action === action);
    if (!found) throw new Error(`there was no ${event} ${action}`);
    return found;
  }

  /** Calls the stand-in, not through the tap, as its operator or as a person. */
  async api(method: string, path: string, body?: unknown, by?: string): Promise<Reply> {
    const token = by ? this.github.createToken(everything, undefined, by) : this.github.token;
    const response = await fetch(this.github.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'world' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** As `api`; throws unless it succeeds. */
  async must(method: string, path: string, body?: unknown, by?: string): Promise<Reply> {
    const reply = await this.api(method, path, body, by);
    if (reply.status < 300) return reply;
    throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  }

  /** Runs an action's bundle for an event, as the runner does, and waits for its end. */
  step(trigger: Trigger, settings: StepSettings = {}): Promise<StepResult> {
    return this.start(trigger, settings).finished;
  }

  /** As `step`, with a way to cancel it and one to kill it with all its children. */
  start(
    { event, payload }: Trigger,
    {
      action = 'understudy',
      inputs,
      env,
      token,
      workspace,
      debug,
      attempt,
      url,
    }: StepSettings = {},
  ): RunningStep & { kill(): Promise<void> } {
    const mark = `UNDERSTUDY_WORLD_RUN=${randomUUID()}`;
    const [name = '', value = ''] = mark.split('=');
    const running = startStep({
      root: projectRoot,
      action,
      event,
      payload,
      repository,
      url: url ?? this.tap.url,
      token: token ?? this.tokenFor({ event, payload }),
      home: this.root,
      env: { UNDERSTUDY_HOME: this.home, UNDERSTUDY_GATEWAY_PORT: '0', [name]: value, ...env },
      ...(inputs && { inputs }),
      ...(workspace && { workspace }),
      ...(debug && { debug }),
      ...(attempt && { runAttempt: attempt }),
    });
    return { ...running, kill: () => killAll(mark) };
  }

  /** `GITHUB_TOKEN` of a run for the event, with what the README asks for. */
  tokenFor(trigger: Trigger, permissions: Record<string, 'read' | 'write'> = readmePermissions) {
    const { event, payload } = trigger;
    const sender = payload.sender as { login?: string } | undefined;
    const seen = { event, payload, repository, actor: sender?.login ?? 'octocat' };
    return this.github.tokenFor(seen as unknown as WebhookEvent, permissions);
  }

  /** The state of everything, once it has come to rest. */
  observe(): Promise<Observed> {
    return observe(this);
  }

  /** Requests to the API that actions sent, oldest first. */
  requests(): readonly TappedCall[] {
    return this.tap.calls.filter(({ path }) => !isGit(path));
  }

  /** The gateway that an action started lives on after its job; here it ends. */
  async #endStartedGateway(): Promise<void> {
    const started = () =>
      processesWith(`UNDERSTUDY_HOME=${this.home}`).filter(({ commandLine }) =>
        commandLine.includes('gateway'),
      );
    for (const { pid } of started()) process.kill(pid, 'SIGTERM');
    for (let round = 0; round < 500 && started().length > 0; round += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Opens a world, plays in it and ends it, however that went. */
export async function inWorld(options: WorldOptions, play: (world: World) => Promise<void>) {
  const world = await World.open(options);
  try {
    await play(world);
  } finally {
    await world.close();
  }
}

function isGit(path: string): boolean {
  return /\/(?:info\/refs|git-upload-pack)(?:\?|$)/.test(path);
}

/** Number of the pull request of an event. */
export function numberOf({ payload }: Trigger): number {
  const subject = (payload.pull_request ?? payload.issue) as { number: number };
  return subject.number;
}

/** Head commit of the pull request of an event. */
export function headOf({ payload }: Trigger): string {
  return (payload.pull_request as { head: { sha: string } }).head.sha;
}
