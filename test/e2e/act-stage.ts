import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type GitHub, startGitHub } from '../../src/lab/github/server.ts';
import { type GithubApi, githubApi } from '../../src/lab/story/github-api.ts';
import { commitTo, type Project } from '../../src/lab/story/project.ts';
import { type ActPlace, type ActRun, permissionsOf, runAct } from './act.ts';

/** The stand-in, a repository with the example workflows, and act to run them. */
export interface Stage {
  readonly github: GitHub;
  readonly api: GithubApi;
  readonly project: Project;
  /** Runs a job's workflow for the latest event of that name (and action), as GitHub would. */
  run(workflow: string, event: string, options?: RunOptions): Promise<ActRun>;
  /** What the gateway answers at an address of a preview. */
  visit(url: string): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Job whose permissions the token gets. */
  readonly job?: string;
  readonly action?: string;
  /** Instead of that of an event. */
  readonly payload?: unknown;
}

const repository = 'acme/app';

/** An application that says which commit it is, and a word from the configuration file. */
const application = {
  'package.json': JSON.stringify({
    name: 'app',
    private: true,
    scripts: { start: 'node server.mjs' },
  }),
  'server.mjs': `import { createServer } from 'node:http';
const { PORT, UNDERSTUDY_COMMIT, WORD } = process.env;
createServer((_, response) => response.end(\`\${UNDERSTUDY_COMMIT} \${WORD}\`)).listen(PORT, '127.0.0.1');
`,
  '.github/understudy.yml': 'preview: { local: { env: { WORD: configured } } }\n',
};

/** Sets everything up. The actions are what a user downloads: the archive of the last commit. */
export async function setStage(act: string, nodeFolder: string): Promise<Stage> {
  const temp = mkdtempSync(join(tmpdir(), 'understudy-act-'));
  const suite = exportSuite(join(temp, 'suite'));
  const github = await startGitHub({ state: join(temp, 'github'), repositories: [repository] });
  const project = { name: repository, bare: github.repositories[repository] ?? '', sample: true };
  await commitTo(project, {
    branch: 'main',
    message: 'First',
    files: { ...application, ...workflows() },
  });
  const place: ActPlace = {
    act,
    nodeFolder,
    temp,
    repository,
    github: github.url,
    checkout: join(temp, 'app'),
    suite,
    env: { UNDERSTUDY_HOME: join(temp, 'previews'), UNDERSTUDY_GATEWAY_PORT: '0' },
  };
  execFileSync('git', ['clone', '--quiet', project.bare, place.checkout]);
  return {
    github,
    project,
    api: githubApi(github.url, github.token),
    run: (workflow, event, options) => run(github, place, workflow, event, options),
    visit,
    close: async () => {
      await endGateway(join(temp, 'previews'));
      await github.close();
      rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function workflows(): Record<string, string> {
  const names = ['previews.yml', 'previews-composable.yml', 'previews-forks.yml'];
  return Object.fromEntries(
    names.map((name) => [`.github/workflows/${name}`, readFileSync(`examples/${name}`, 'utf8')]),
  );
}

/** Not the checkout: act copies the whole folder for each step, node_modules included. */
function exportSuite(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', 'HEAD'], { maxBuffer: 2 ** 28 });
  execFileSync('tar', ['x', '-C', folder], { input: archive });
  return folder;
}

async function run(
  github: GitHub,
  place: ActPlace,
  workflow: string,
  event: string,
  { job = 'preview', action, payload }: RunOptions = {},
): Promise<ActRun> {
  await github.takeInPushes();
  const happened = github
    .events()
    .findLast((one) => one.event === event && (action === undefined || one.action === action));
  if (!happened && payload === undefined) throw new Error(`there was no ${event} ${action ?? ''}`);
  const permissions = permissionsOf(`examples/${workflow}`, job);
  const token = happened
    ? github.tokenFor(happened, permissions)
    : github.createToken(permissions, place.repository);
  return runAct(place, {
    workflow: `.github/workflows/${workflow}`,
    event,
    payload: payload ?? happened?.payload,
    token,
  });
}

/** Node knows no *.localhost, which browsers and curl lead to the loopback address. */
function visit(url: string): Promise<{ status: number; body: string }> {
  const { host, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: pathname, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    }).on('error', reject);
  });
}

/** A job started it, and it outlived the job. Where no job came that far, there is none. */
async function endGateway(state: string): Promise<void> {
  const file = join(state, 'gateway.json');
  if (!existsSync(file)) return;
  const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number };
  process.kill(pid, 'SIGTERM');
  for (let tries = 0; tries < 150 && isAlive(pid); tries += 1) await delay(100);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
