import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { promoteAction } from '../../../src/actions/promote-environment/run.ts';
import { parseDuration } from '../../../src/core/time.ts';
import type { Problem } from '../../../src/core/user-error.ts';
import { type ActionOutcome, failedOutcome } from '../../../src/runner/run-action.ts';
import { requestsOf, writesAmong } from '../../github/connected.ts';
import { collaborator } from '../../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../../lab/github/lab.ts';

/** What a step is given besides its inputs. */
export interface Circumstance {
  readonly actor?: string;
  /** The same number is another job, or another step, of the same run. */
  readonly run?: number;
  readonly event?: string;
  readonly payload?: object;
  readonly signal?: AbortSignal;
  readonly token?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a step ended. */
export interface Ended {
  readonly exit: 0 | 1;
  // biome-ignore lint/suspicious/noExplicitAny: tests read outputs by name.
  readonly outputs: Readonly<Record<string, any>>;
  readonly failures: readonly Problem[];
  readonly warnings: readonly string[];
  readonly summary: string;
  /** Method, path and status of each. */
  readonly requests: readonly string[];
  /** Of the requests, those that are there to change something. */
  readonly writes: readonly string[];
}

type Inputs = Readonly<Record<string, string>>;

type Action = (run: Parameters<typeof promoteAction>[0]) => Promise<ActionOutcome>;

/**
 * A repository with pipelines at a stand-in of GitHub, and a clock that is moved by hand. `ada` may write, `mia` maintains
 * the repository.
 */
export interface PromotionLab {
  readonly lab: Lab;
  /** Pushes a commit to main, and answers it. */
  push(files?: Readonly<Record<string, string>>): string;
  pass(length: string): void;
  now(): string;
  step(inputs?: Inputs, more?: Circumstance): Promise<Ended>;
  /** As `step`, of another action. */
  act(action: Action, inputs?: Inputs, more?: Circumstance): Promise<Ended>;
  /** Reports on what a step handed out, as another job of the same workflow would. */
  report(of: Ended, result: string, more?: Inputs): Promise<Ended>;
  /** Takes what is handed out for a stage, and reports that it went well; answers the step that handed it out. */
  deploy(stage: string): Promise<Ended>;
  /** Pushes a version and deploys it to `staging`, from where it may go on; answers the version. */
  staged(): Promise<string>;
  /** The commit that a branch is at. */
  tip(branch: string): string;
  close(): Promise<void>;
}

const file = '.github/understudy.yml';
/** Whose account GitHub finds by the address. */
const author = 'Ada <ada@users.noreply.github.com>';
const lists = ['promotions', 'matrix', 'gates', 'targets'];

/** Opens a lab whose default branch has this configuration. */
export async function openPromotionLab(configuration: string): Promise<PromotionLab> {
  let now = Date.parse('2026-11-24T12:00:00Z');
  const lab = await startLab({ now: () => now });
  const folder = mkdtempSync(join(tmpdir(), 'understudy-promotion-'));
  let runs = 0;
  let pushes = 0;
  const push = (files: Readonly<Record<string, string>> = {}) => {
    pushes += 1;
    const version = lab.commit({ 'app.txt': `${pushes}\n`, ...files }, `Change ${pushes}`, author);
    lab.git('push', '--quiet', 'origin', 'main');
    return version;
  };
  push({ [file]: configuration });
  await collaborator(lab, 'ada', 'write');
  await collaborator(lab, 'mia', 'maintain');
  const act: PromotionLab['act'] = async (action, inputs = {}, more = {}) => {
    runs += 1;
    const payload = { repository: { default_branch: 'main' }, ...more.payload };
    const event = join(folder, `event-${runs}.json`);
    writeFileSync(event, JSON.stringify(payload));
    const environment = {
      ...environmentOf(lab, inputs, more, runs),
      GITHUB_EVENT_PATH: event,
      RUNNER_TEMP: folder,
      UNDERSTUDY_NOW: new Date(now).toISOString(),
    };
    return run(lab, action, environment, more.signal);
  };
  return {
    lab,
    push,
    pass: (length) => {
      now += parseDuration(length) ?? Number.NaN;
    },
    now: () => new Date(now).toISOString(),
    act,
    ...stepsOf(act, push),
    tip: (branch) => {
      lab.git('fetch', '--quiet', 'origin');
      return lab.git('rev-parse', `origin/${branch}`);
    },
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await lab.close();
    },
  };
}

/** What the jobs of a workflow do with steps, from one action of any kind. */
function stepsOf(
  act: PromotionLab['act'],
  push: PromotionLab['push'],
): Pick<PromotionLab, 'step' | 'report' | 'deploy' | 'staged'> {
  const step: PromotionLab['step'] = (inputs, more) => act(promoteAction, inputs, more);
  const report: PromotionLab['report'] = ({ outputs: { promotion } }, result, more) =>
    step({ mode: 'report', promotion, result, ...more });
  const deploy = async (stage: string) => {
    const handed = await step();
    expect(handed.outputs).toMatchObject({ decision: 'promote', stage });
    expect(await report(handed, 'success')).toMatchObject({ exit: 0, failures: [] });
    return handed;
  };
  const staged = async () => {
    const version = push();
    await deploy('staging');
    return version;
  };
  return { step, report, deploy, staged };
}

/** What a step says about one stage. */
export function decisionOn({ outputs }: Ended, stage: string) {
  const all: readonly { stage: string; decision: string; reason: string }[] = outputs.promotions;
  return all.find((each) => each.stage === stage);
}

function environmentOf(
  { github }: Lab,
  inputs: Inputs,
  { actor = 'ada', run: number, event = 'schedule', token, environment }: Circumstance,
  runs: number,
): Record<string, string> {
  const given = Object.entries({ 'github-token': token ?? github.token, ...inputs });
  return {
    PATH: process.env.PATH ?? '',
    GITHUB_REPOSITORY: repository,
    GITHUB_EVENT_NAME: event,
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_RUN_ID: String(1000 + (number ?? runs)),
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_ACTOR: 'nobody-to-be-asked',
    GITHUB_TRIGGERING_ACTOR: actor,
    ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...environment,
  };
}

async function run(
  lab: Lab,
  action: Action,
  environment: Record<string, string>,
  signal = new AbortController().signal,
): Promise<Ended> {
  const warnings: string[] = [];
  await requestsOf(lab);
  const nothing = () => undefined;
  const outcome = await action({
    environment,
    signal,
    log: nothing,
    debug: nothing,
    group: nothing,
    endGroup: nothing,
    warn: (message) => warnings.push(message),
  }).catch((cause) => failedOutcome('promote-environment', cause));
  const requests = await requestsOf(lab);
  const { outputs, failures = [], summary = '' } = outcome;
  return {
    exit: failures.length > 0 ? 1 : 0,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [
        name,
        lists.includes(name) ? JSON.parse(value) : value,
      ]),
    ),
    failures,
    warnings: [...warnings, ...(outcome.warnings ?? [])].filter(
      (line) => !/UNDERSTUDY_NOW/.test(line),
    ),
    summary,
    requests,
    writes: writesAmong(requests),
  };
}
