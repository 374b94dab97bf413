import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One run of a workflow by nektos/act. */
export interface ActRun {
  /** 0 also when no job ran: look at `jobs`. */
  readonly exit: number;
  /** `success` or `failure` by the job's id; a job that was skipped or had no runner is absent. */
  readonly jobs: Readonly<Record<string, string>>;
  /** Of all steps together; later ones win. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** All that act wrote, for messages. */
  readonly log: string;
}

/** What does not change from run to run. */
export interface ActPlace {
  readonly act: string;
  /** Folder with the node that actions run with. */
  readonly nodeFolder: string;
  /** Where act may write. */
  readonly temp: string;
  /** Checkout of the repository whose workflows run. */
  readonly checkout: string;
  readonly repository: string;
  /** The stand-in. */
  readonly github: string;
  /** What `understudy-dev/understudy@v1` is. */
  readonly suite: string;
  /** Variables of every step. */
  readonly env: Readonly<Record<string, string>>;
  /** What act is told besides. */
  readonly options?: readonly string[];
}

/** What starts a run. */
export interface ActTrigger {
  /** Path of the workflow in the checkout. */
  readonly workflow: string;
  readonly event: string;
  readonly payload: unknown;
  readonly token: string;
}

/** The address that users write in their workflows. */
const address = 'understudy-dev/understudy';

/**
 * Runs a workflow in host mode, hermetically: act would hand its own environment and HOME to the steps, and
 * read .env, .secrets, .vars and .input of the current folder.
 */
export async function runAct(place: ActPlace, trigger: ActTrigger): Promise<ActRun> {
  const event = join(place.temp, 'event.json');
  writeFileSync(event, JSON.stringify(trigger.payload));
  const child = spawn(place.act, [...actOptions(place), ...triggerOptions(trigger, event)], {
    env: {
      HOME: join(place.temp, 'home'),
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      PATH: `${place.nodeFolder}:/usr/local/bin:/usr/bin:/bin`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
  }
  const exit = await new Promise<number>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done(code ?? -1));
  });
  return { exit, log, ...readLog(log) };
}

function triggerOptions({ event, workflow, token }: ActTrigger, payload: string): string[] {
  return [event, '--workflows', workflow, '--eventpath', payload, '-s', `GITHUB_TOKEN=${token}`];
}

function actOptions(place: ActPlace): string[] {
  const env = {
    GITHUB_REPOSITORY: place.repository,
    GITHUB_API_URL: place.github,
    GITHUB_SERVER_URL: place.github,
    GITHUB_GRAPHQL_URL: `${place.github}/graphql`,
    ...place.env,
  };
  return [
    ...['-C', place.checkout, '-P', 'self-hosted=-self-hosted', '-a', 'octo', '--json'],
    ...['--container-daemon-socket', '-', '--no-cache-server'],
    // Absolute: a relative one breaks every `run:` step.
    ...['--action-cache-path', join(place.temp, 'cache')],
    ...['env', 'secret', 'var', 'input'].flatMap((kind) => [`--${kind}-file`, '/dev/null']),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...['--local-repository', `${address}@v1=${place.suite}`],
    ...(place.options ?? []),
  ];
}

interface LogLine {
  readonly jobID?: string;
  readonly jobResult?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
}

function readLog(log: string): Pick<ActRun, 'jobs' | 'outputs' | 'summary'> {
  const lines = log.split('\n').flatMap(readLine);
  const results = lines.flatMap(({ jobID, jobResult }) =>
    jobID && jobResult ? [[jobID, jobResult]] : [],
  );
  const outputs = lines.flatMap(({ command, name, arg }) =>
    command === 'set-output' && name ? [[name, arg ?? '']] : [],
  );
  const summaries = lines.flatMap(({ command, content }) =>
    command === 'summary' ? [content ?? ''] : [],
  );
  return {
    jobs: Object.fromEntries(results),
    outputs: Object.fromEntries(outputs),
    summary: summaries.join('\n'),
  };
}

/** The last line of a failed run is plain text. */
function readLine(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}

/** The permissions that a workflow gives to one of its jobs, in the words of the API. */
export function permissionsOf(file: string, job: string): Record<string, 'read' | 'write'> {
  const { jobs } = parse(readFileSync(file, 'utf8'));
  const entries = Object.entries(jobs[job].permissions as Record<string, 'read' | 'write'>);
  return Object.fromEntries(entries.map(([name, access]) => [name.replaceAll('-', '_'), access]));
}
