import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MalformedFile, parseCommandFile, parsePathFile } from './command-file.ts';
import type { Masks } from './masks.ts';
import type { StepLog } from './step-log.ts';

/** Where a step's files lie; `variables` are the `GITHUB_*` that name them. */
export interface StepFiles {
  /** `RUNNER_TEMP`. */
  readonly temp: string;
  readonly workspace: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Directory that holds all of it. */
  readonly home: string;
}

/** What a step wrote into its files. `failed`: one of them was malformed. */
export interface StepWritings {
  readonly outputs: Record<string, string>;
  readonly env: Record<string, string>;
  readonly state: Record<string, string>;
  readonly path: string[];
  readonly summary: string;
  readonly failed: boolean;
}

const summaryLimit = 1024 * 1024;
const kinds = ['OUTPUT', 'ENV', 'STATE', 'PATH', 'STEP_SUMMARY'] as const;

/** Makes the directories and empty files that a step gets, and the payload's. */
export async function makeStepFiles(
  payload: unknown,
  places: { readonly home?: string; readonly workspace?: string },
): Promise<StepFiles> {
  const { home: parent = tmpdir(), workspace } = places;
  const home = await mkdtemp(join(parent, 'understudy-step-'));
  const temp = join(home, '_temp');
  const commands = join(temp, '_runner_file_commands');
  const own = workspace ?? join(home, 'workspace');
  await mkdir(commands, { recursive: true });
  await mkdir(own, { recursive: true });
  await mkdir(join(temp, '_github_workflow'));
  const event = join(temp, '_github_workflow', 'event.json');
  await writeFile(event, JSON.stringify(payload));
  const variables: Record<string, string> = { GITHUB_EVENT_PATH: event, GITHUB_WORKSPACE: own };
  for (const kind of kinds) {
    const name = `GITHUB_${kind}`;
    variables[name] = join(commands, `${kind.toLowerCase()}_${randomUUID()}`);
    await writeFile(variables[name], '');
  }
  return { temp, workspace: own, variables, home };
}

/** Reads the files after the process ended; what is wrong goes into the log as the runner puts it. */
export async function readStepFiles(
  files: StepFiles,
  log: StepLog,
  masks: Masks,
): Promise<StepWritings> {
  const read = (kind: string) =>
    readFile(files.variables[`GITHUB_${kind}`] ?? '', 'utf8').catch(() => '');
  const reading = new FileReading(log);
  return {
    outputs: reading.pairs('output', await read('OUTPUT')),
    env: reading.environment(await read('ENV')),
    state: reading.pairs('state', await read('STATE')),
    path: parsePathFile(await read('PATH')),
    summary: readSummary(await read('STEP_SUMMARY'), log, masks),
    failed: reading.failed,
  };
}

/** Removes all of it, `RUNNER_TEMP` included. */
export async function removeStepFiles(files: StepFiles): Promise<void> {
  await rm(files.home, { recursive: true, force: true });
}

class FileReading {
  failed = false;
  readonly #log: StepLog;

  constructor(log: StepLog) {
    this.#log = log;
  }

  pairs(name: string, text: string): Record<string, string> {
    try {
      return parseCommandFile(text.replace(/^\uFEFF/, ''));
    } catch (error) {
      if (!(error instanceof MalformedFile)) throw error;
      this.#fail(name, error.message);
      return {};
    }
  }

  environment(text: string): Record<string, string> {
    const { NODE_OPTIONS: refused, ...allowed } = this.pairs('env', text);
    if (refused !== undefined)
      this.#fail('env', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    return allowed;
  }

  #fail(name: string, message: string): void {
    this.failed = true;
    this.#log.error(`Unable to process file command '${name}' successfully.`);
    this.#log.error(message);
  }
}

function readSummary(text: string, log: StepLog, masks: Masks): string {
  const size = Buffer.byteLength(text);
  if (size <= summaryLimit) return masks.hide(text);
  log.error(
    `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(size / 1024)}k.`,
  );
  return '';
}
