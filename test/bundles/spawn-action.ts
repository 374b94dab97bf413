import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What a step is given, as the runner would. */
export interface Step {
  readonly action:
    | 'compute-preview-id'
    | 'deploy-preview'
    | 'teardown-preview'
    | 'promote-environment'
    | 'understudy';
  readonly inputs?: Readonly<Record<string, string>>;
  readonly event?: string;
  /** Written to the event file: an object as JSON, a text as it stands. */
  readonly payload?: unknown;
  /** Files of the checkout; a path that ends in a slash is a folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a step ended. */
export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly summary: string;
  readonly outputs: string;
  /** Annotations of the kind error, undone of their escapes. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** A repository with built bundles, this one unless told otherwise. */
const root = process.env.UNDERSTUDY_BUNDLES ?? resolve(import.meta.dirname, '../..');

/** Runs the built bundle in an environment of its own. Port 9 answers nobody. */
export async function spawnAction(step: Step, parent: string): Promise<Ended> {
  const folder = mkdtempSync(join(parent, 'step-'));
  const workspace = join(folder, 'workspace');
  for (const [path, text] of Object.entries({ '.git/HEAD': 'ref: x\n', ...step.files })) {
    const place = join(workspace, path);
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(place, text);
  }
  const { stdout, stderr, exit } = await run(step, environmentOf(step, folder, workspace));
  return {
    exit,
    stdout,
    stderr,
    summary: readFileSync(join(folder, 'summary.md'), 'utf8'),
    outputs: readFileSync(join(folder, 'output'), 'utf8'),
    errors: annotations(stdout, 'error'),
    warnings: annotations(stdout, 'warning'),
  };
}

function environmentOf(step: Step, folder: string, workspace: string): Record<string, string> {
  for (const name of ['summary.md', 'output']) writeFileSync(join(folder, name), '');
  const { payload = {} } = step;
  const event = join(folder, 'event.json');
  writeFileSync(event, typeof payload === 'string' ? payload : JSON.stringify(payload));
  const inputs = Object.entries({ 'github-token': 'ghs_canary', ...step.inputs });
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_EVENT_NAME: step.event ?? 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_API_URL: 'http://127.0.0.1:9',
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    RUNNER_TEMP: folder,
    ...Object.fromEntries(inputs.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...step.environment,
  };
}

function run({ action }: Step, env: Record<string, string>) {
  const bundle = join(root, 'dist', action, 'index.js');
  return new Promise<Pick<Ended, 'exit' | 'stdout' | 'stderr'>>((resolved) => {
    const child = execFile(
      process.execPath,
      [bundle],
      { env, timeout: 20_000 },
      (_, stdout, stderr) => resolved({ exit: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

function annotations(stdout: string, kind: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith(`::${kind}::`) || line.startsWith(`::${kind} `))
    .map((line) => line.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'));
}

/** Runs tasks four at a time. */
export async function fourAtATime<Answer>(tasks: readonly (() => Promise<Answer>)[]) {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const index = next;
      next += 1;
      const task = tasks[index];
      if (task) answers[index] = await task();
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return answers;
}
