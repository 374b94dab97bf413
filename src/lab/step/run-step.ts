import { randomUUID } from 'node:crypto';
import { hostname, platform } from 'node:os';
import { type ActionManifest, readActionManifest } from './action-manifest.ts';
import { type Child, endOrphans, startChild } from './child-process.ts';
import { githubVariables } from './github-variables.ts';
import { Masks } from './masks.ts';
import type { CancelLadder, RunningStep, StepOptions, StepResult } from './step.ts';
import { makeStepFiles, readStepFiles, removeStepFiles, type StepFiles } from './step-files.ts';
import { resolveInputs } from './step-inputs.ts';
import { StepLog } from './step-log.ts';

/** actions/runner, ProcessInvoker: SIGINT, 7.5 s, SIGTERM, 2.5 s, kill. */
const runnerLadder: CancelLadder = { interrupt: 7_500, terminate: 2_500 };

/**
 * Runs one action's bundle as GitHub's runner does and waits for it. Throws `UserError` for an action that
 * does not exist or is not built; a failing action is a result.
 */
export function runStep(options: StepOptions): Promise<StepResult> {
  return startStep(options).finished;
}

/** As `runStep`, with a way to cancel. */
export function startStep(options: StepOptions): RunningStep {
  const step = new Step(options);
  return { finished: step.run(), cancel: () => step.cancel('cancelled') };
}

class Step {
  readonly #options: StepOptions;
  readonly #masks = new Masks();
  readonly #log: StepLog;
  #child: Child | undefined;
  #ended: 'cancelled' | 'timeout' | undefined;

  constructor(options: StepOptions) {
    this.#options = options;
    if (options.token) this.#masks.add(options.token);
    this.#log = new StepLog(
      this.#masks,
      options.debug ?? false,
      options.onLine ?? (() => undefined),
    );
  }

  cancel(why: 'cancelled' | 'timeout'): void {
    this.#ended ??= why;
    this.#child?.cancel();
  }

  async run(): Promise<StepResult> {
    const { root, action, payload } = this.#options;
    const manifest = await readActionManifest(root, action);
    const files = await makeStepFiles(payload, this.#options);
    let keep = false;
    try {
      const result = await this.#runIn(files, manifest);
      keep = Object.values(result.outputs).some((value) => value.includes(files.temp));
      return keep ? { ...result, temp: files.temp } : result;
    } finally {
      if (!keep) await removeStepFiles(files);
    }
  }

  async #runIn(files: StepFiles, manifest: ActionManifest): Promise<StepResult> {
    const trackingId = `github_${randomUUID()}`;
    const env = this.#environment(files, manifest, trackingId);
    const start = performance.now();
    const exit = await this.#execute(manifest, files, env);
    const wallMs = Math.round(performance.now() - start);
    await endOrphans(trackingId);
    return this.#result(exit, wallMs, files);
  }

  async #execute(
    manifest: ActionManifest,
    files: StepFiles,
    env: Record<string, string>,
  ): Promise<number> {
    const { ladder = runnerLadder, timeout } = this.#options;
    const onLine = (line: string) => this.#log.take(line);
    this.#child = startChild({ file: manifest.main, cwd: files.workspace, env, ladder, onLine });
    if (this.#ended) this.#child.cancel();
    const timer = timeout ? setTimeout(() => this.cancel('timeout'), timeout) : undefined;
    try {
      return await this.#child.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  #environment(
    files: StepFiles,
    manifest: ActionManifest,
    trackingId: string,
  ): Record<string, string> {
    const github = { ...githubVariables(this.#options), ...files.variables };
    const inputs = resolveInputs(manifest, this.#options.inputs ?? {}, this.#context(github));
    for (const message of inputs.warnings) this.#log.annotate({ level: 'warning', message });
    return {
      ...machineVariables(),
      ...this.#options.env,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      ...github,
      ...runnerVariables(files.temp, trackingId, this.#options.debug ?? false),
      ...inputs.env,
    };
  }

  #context(variables: Record<string, string>): Record<string, unknown> {
    const names = Object.entries(variables).map(([name, value]) => [
      name.replace(/^GITHUB_/, '').toLowerCase(),
      value,
    ]);
    const { token = '', payload } = this.#options;
    return { ...Object.fromEntries(names), token, event: payload };
  }

  async #result(exit: number, wallMs: number, files: StepFiles): Promise<StepResult> {
    const ending = this.#ending();
    if (exit !== 0 && ending) this.#log.error(ending);
    const { failed, ...written } = await readStepFiles(files, this.#log, this.#masks);
    const code = failed && exit === 0 ? 1 : exit;
    return {
      conclusion: this.#ended === 'cancelled' ? 'cancelled' : code === 0 ? 'success' : 'failure',
      exit: code,
      ...written,
      outputs: { ...this.#log.outputs, ...written.outputs },
      annotations: this.#log.annotations,
      log: this.#log.lines.map((line) => `${line}\n`).join(''),
      wallMs,
    };
  }

  /** A plain exit code gets no annotation for a JavaScript action (actions/runner, NodeScriptActionHandler). */
  #ending(): string | undefined {
    if (this.#ended === 'cancelled') return 'The operation was canceled.';
    const minutes = (this.#options.timeout ?? 0) / 60_000;
    return this.#ended === 'timeout'
      ? `The action '${this.#options.action}' has timed out after ${minutes} minutes.`
      : undefined;
  }
}

/** What every process needs of the machine; the rest of the caller's environment stays outside. */
function machineVariables(): Record<string, string> {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  return { PATH, HOME, LANG };
}

function runnerVariables(temp: string, trackingId: string, debug: boolean): Record<string, string> {
  return {
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: `${temp}/_tools`,
    RUNNER_OS: { darwin: 'macOS', win32: 'Windows' }[platform() as string] ?? 'Linux',
    RUNNER_ARCH: { arm64: 'ARM64', ia32: 'X86' }[process.arch as string] ?? 'X64',
    RUNNER_NAME: hostname(),
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TRACKING_ID: trackingId,
    ...(debug && { RUNNER_DEBUG: '1' }),
  };
}
