import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitHub, startGitHub } from '../github/server.ts';
import { type PageServer, startPage } from '../page/server.ts';
import { startStep } from '../step/run-step.ts';
import type { StepResult } from '../step/step.ts';
import { Dispatcher, type RunHandle, type Trigger } from './dispatcher.ts';
import { choosePort, type Gateway, startGateway } from './gateway.ts';
import { type GithubApi, githubApi } from './github-api.ts';
import { pageSource } from './page-source.ts';
import { checkOut, mainBranch, type Project, tip } from './project.ts';
import type { RunRecord } from './run-record.ts';

/** Everything that plays in the lab, started. */
export interface Lab {
  /** The page, and what previews' hosts stand in front of. */
  readonly url: string;
  readonly project: Project;
  readonly github: GitHub;
  readonly api: GithubApi;
  readonly gateway: Gateway;
  readonly dispatcher: Dispatcher;
  /** Runs the workflow for its schedule, as GitHub does by the clock. */
  sweep(): Promise<RunRecord | undefined>;
  /** Stops all of it and removes every file. May be called twice. */
  stop(): Promise<void>;
}

/** What a lab is started with. */
export interface LabOptions {
  /** Directory of Understudy: holds `action.yml`, `actions/` and `dist/`. */
  readonly root: string;
  /** `owner/name` in the stand-in. */
  readonly repository: string;
  /** A path of the user's application, else the sample is played with. */
  readonly sample: boolean;
  readonly port?: number;
  readonly now: () => number;
  readonly onRun: (run: RunRecord) => void;
}

/** `permissions:` of the example workflow. */
const permissions = { contents: 'read', deployments: 'write', pull_requests: 'write' } as const;

/** Starts stand-in, page and gateway; nothing of it outlives `stop`. Throws `UserError` for a port in use. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const port = await choosePort(options.port);
  const home = await realpath(await mkdtemp(join(tmpdir(), 'understudy-lab-')));
  const cleanup = [() => rm(home, { recursive: true, force: true, maxRetries: 5 })];
  try {
    return await startParts(options, home, port, cleanup);
  } catch (error) {
    await undo(cleanup);
    throw error;
  }
}

async function startParts(
  options: LabOptions,
  home: string,
  port: number,
  cleanup: (() => Promise<void>)[],
): Promise<Lab> {
  const github = await startGitHub({
    state: join(home, 'github'),
    port: 0,
    repositories: [options.repository],
  });
  cleanup.push(async () => github.close());
  const page = await startPage();
  cleanup.push(() => page.close());
  const state = join(home, 'gateway');
  const fallback = page.url;
  const gateway = await startGateway({ root: options.root, port, state, fallback });
  cleanup.push(() => gateway.stop());
  return assemble({ options, home, github, page, gateway, cleanup });
}

interface Parts {
  readonly options: LabOptions;
  readonly home: string;
  readonly github: GitHub;
  readonly page: PageServer;
  readonly gateway: Gateway;
  readonly cleanup: (() => Promise<void>)[];
}

function assemble(parts: Parts): Lab {
  const { options, github, page, gateway, cleanup } = parts;
  const bare = github.repositories[options.repository] ?? '';
  const project = { name: options.repository, bare, sample: options.sample };
  const url = `http://localhost:${gateway.address.port}/`;
  const api = githubApi(github.url, github.token);
  const dispatcher = new Dispatcher({
    now: options.now,
    changed: (run) => {
      options.onRun(run);
      page.changed();
    },
    run: (trigger, handle) => runWorkflow(parts, project, trigger, handle),
  });
  const unlisten = github.onEvent((event) => {
    page.changed();
    if (event.triggersWorkflows) void dispatcher.dispatch(event);
  });
  const noticed = setInterval(() => void github.takeInPushes().catch(() => undefined), 400);
  cleanup.push(async () => {
    clearInterval(noticed);
    unlisten();
    await dispatcher.close();
  });
  const lab: Lab = {
    url,
    project,
    github,
    api,
    gateway,
    dispatcher,
    sweep: async () => dispatcher.dispatch(await scheduleEvent(api, project)),
    stop: () => undo(cleanup),
  };
  page.show(pageSource(lab, options.now));
  return lab;
}

async function scheduleEvent(api: GithubApi, project: Project): Promise<Trigger> {
  const repository = await api.call('GET', `/repos/${project.name}`);
  return { event: 'schedule', payload: { schedule: '23 * * * *', repository } };
}

/** The example workflow's one job: a checkout, and the root action with a token of the job's permissions. */
async function runWorkflow(
  { options, home, github, gateway }: Parts,
  project: Project,
  trigger: Trigger,
  { id, onLine, signal }: RunHandle,
): Promise<StepResult> {
  const folder = join(home, 'runs', String(id));
  const workspace = join(folder, 'workspace');
  await mkdir(folder, { recursive: true });
  const sha = await commitOf(project, trigger);
  await checkOut(project, sha, workspace);
  try {
    const step = startStep({
      root: options.root,
      action: 'understudy',
      event: trigger.event,
      payload: trigger.payload,
      repository: project.name,
      url: github.url,
      serverUrl: gateway.address.url.replace(/\/$/, ''),
      token: tokenFor(github, project, trigger),
      workspace,
      home: folder,
      sha,
      runId: id,
      runNumber: id,
      env: { UNDERSTUDY_HOME: gateway.address.state },
      onLine,
    });
    signal.addEventListener('abort', step.cancel, { once: true });
    return await step.finished;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** As GitHub grants it: for pull requests from forks, reading only. */
function tokenFor(github: GitHub, project: Project, trigger: Trigger): string {
  const event = github.events().find(({ payload }) => payload === trigger.payload);
  return event
    ? github.tokenFor(event, permissions)
    : github.createToken(permissions, project.name);
}

/** What `actions/checkout` takes by default: the pull request's merge, else the default branch. */
async function commitOf(project: Project, { payload }: Trigger): Promise<string> {
  const pull = payload.pull_request as { number: number; head: { sha: string } } | undefined;
  const merged = pull && (await tip(project, `refs/pull/${pull.number}/merge`));
  return merged ?? pull?.head.sha ?? (await tip(project, `refs/heads/${mainBranch}`)) ?? '';
}

/** Last started, first stopped; each once. */
async function undo(cleanup: (() => Promise<void>)[]): Promise<void> {
  for (let stop = cleanup.pop(); stop; stop = cleanup.pop()) await stop().catch(() => undefined);
}
