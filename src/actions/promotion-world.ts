import { once } from '../core/once.ts';
import { secretsIn } from '../core/redact.ts';
import { sha256Hex } from '../core/sha256.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { Commander } from '../promotion/command-permission.ts';
import type { AskedFor } from '../promotion/instruction.ts';
import { type OpenObserver, openObserver } from '../promotion/observe/open-observer.ts';
import type { Observed } from '../promotion/ports.ts';
import type { PromotePorts } from '../promotion/promote.ts';
import { recordsIn } from '../promotion/records/stored-record.ts';
import type { PipelineSettings, PullRequestSettings } from '../promotion/settings.ts';
import type { DueVerification } from '../promotion/verification-runs.ts';
import { openWay } from '../promotion/ways/open-way.ts';
import { versionValues } from '../promotion/ways/texts.ts';
import type { StageWay, WayContext } from '../promotion/ways/way.ts';
import { pauseFor } from '../targets/pause.ts';
import { askOverHttp } from './ask.ts';
import { loadRecurrences, loadStackReader, loadWorkloadReader } from './load-observers.ts';
import { runVerification } from './promotion/run-verification.ts';
import { stoppable } from './promotion/stoppable.ts';
import type { Session } from './session.ts';

/** Who this process is to others. */
export interface Identity {
  /** Unique to this process. */
  readonly holder: string;
  /** What holders of this run begin with. */
  readonly ownHolder: string;
  /** From 0 to below 1; the same for the same run, so that chance decides nothing. */
  readonly jitter: number;
}

/** The world of one run over one pipeline. */
export interface PromotionWorld extends Identity {
  readonly ports: PromotePorts;
  readonly ledger: Pick<Ledger, 'witness' | 'leave' | 'unfinished'>;
  readonly observer: Pick<OpenObserver, 'warnings'>;
}

/** Who a run is, by the runner's variables and an id of the process. */
export function identityOf(
  environment: Readonly<Record<string, string | undefined>>,
  unique: string,
): Identity {
  const { GITHUB_RUN_ID = '0', GITHUB_RUN_ATTEMPT = '1' } = environment;
  const ownHolder = `run-${GITHUB_RUN_ID}-`;
  const share = sha256Hex(`${GITHUB_RUN_ID} ${GITHUB_RUN_ATTEMPT}`).slice(0, 8);
  return {
    holder: `${ownHolder}${GITHUB_RUN_ATTEMPT}-${unique}`,
    ownHolder,
    jitter: Number.parseInt(share, 16) / 2 ** 32,
  };
}

/** Connects all that a run over a pipeline needs. Sends nothing. */
export function openPromotionWorld(
  session: Session,
  settings: PipelineSettings,
  asked: AskedFor,
  by: string,
): PromotionWorld {
  const { github, run, now, inputs } = session;
  const identity = identityOf(run.environment, crypto.randomUUID().slice(0, 8));
  const ledger = openLedger({
    store: github.ledgerRefs,
    writer: { id: identity.holder, by, run: session.context.runUrl },
    secrets: [inputs.token, ...secretsIn(run.environment)],
    now,
    pause: (milliseconds) => pauseFor(milliseconds, run.signal),
  });
  const ask = askOverHttp(run.environment);
  const reading = { environment: run.environment, signal: run.signal };
  const ways = openWays(session, settings, (version) => observer.commitOf(version));
  const observer = openObserver({
    settings,
    ports: {
      repository: github,
      ask,
      readValues: async (text, file, path) => (await loadFileValues()).valuesAt(text, file, path),
      stacks: () => loadStackReader(reading),
      workloads: () => loadWorkloadReader(reading),
      recurrences: loadRecurrences,
    },
    way: ways,
    ...(asked && { asked }),
    now,
  });
  const world = {
    records: recordsIn(ledger, settings.pipeline.name),
    observer,
    way: ways,
    clock: now,
    warn: (line: string) => run.warn(line),
    commander: (login: string, teams: readonly string[]) => commanderOf(session, login, teams),
    verify: (due: DueVerification, { observations }: Observed) =>
      runVerification(due.run, valuesFor(session, settings, due, observer, observations), {
        ask,
        workspace: session.context.workspace,
        environment: run.environment,
        signal: run.signal,
        token: inputs.token,
      }),
  };
  return { ...identity, ports: stoppable(world, run.signal), ledger, observer };
}

/** Each way is opened once, and that by pull request only when something is asked of it. */
function openWays(
  session: Session,
  { stages }: PipelineSettings,
  commitOf: (version: string) => string,
): (stage: string) => StageWay {
  const { github, context, now, run } = session;
  const { repository, serverUrl, runUrl } = context;
  const open = new Map<string, StageWay>();
  const ports = {
    refs: github.refs,
    workflows: github.workflows,
    releases: github.releases,
    clock: now,
    runUrl,
    pullRequest: (settings: PullRequestSettings, of: WayContext) =>
      lazily(async () => {
        const { openPullRequestWay } = await loadPullRequestWay();
        return openPullRequestWay(settings, of, {
          ...github.pullRequestWay,
          clock: now,
          warn: (line) => run.warn(line),
        });
      }),
  };
  return (stage) => {
    const settings = stages[stage];
    if (!settings) throw new RangeError(`the stage ${stage} has no settings`);
    const { environment, way } = settings;
    const known = open.get(stage);
    const made = known ?? openWay(way, { repository, serverUrl, environment, commitOf }, ports);
    open.set(stage, made);
    return made;
  };
}

function lazily(load: () => Promise<StageWay>): StageWay {
  const way = once(load);
  return {
    find: async (order) => (await way()).find(order),
    act: async (order) => (await way()).act(order),
    look: async (order, effect) => (await way()).look(order, effect),
    proceed: async (order, effect) => (await way()).proceed?.(order, effect),
    tidy: async (order, effect, why) => (await way()).tidy?.(order, effect, why),
  };
}

async function commanderOf(
  { github }: Session,
  login: string,
  teams: readonly string[],
): Promise<Commander> {
  const permission = await github.people.permission(login);
  const memberships = await Promise.all(teams.map((team) => github.people.isMember(team, login)));
  return {
    login,
    person: { permission, teams: teams.filter((_, index) => memberships[index] === true) },
    doubtful: teams.filter((_, index) => memberships[index] === undefined),
  };
}

function valuesFor(
  { context: { repository, serverUrl } }: Session,
  { pipeline, stages }: PipelineSettings,
  { stage, version }: DueVerification,
  { commitOf }: Pick<OpenObserver, 'commitOf'>,
  observations: Observed['observations'],
): Record<string, string> {
  const seen = observations[stage];
  const from = seen?.health === 'unknown' ? undefined : seen?.version;
  const environment = stages[stage]?.environment ?? stage;
  return versionValues(
    { pipeline: pipeline.name, stage, version, from },
    { repository, serverUrl, environment, commitOf },
  );
}

function loadFileValues() {
  return import(/* webpackIgnore: true */ '../promotion/observe/file-values.ts');
}

function loadPullRequestWay() {
  return import(/* webpackIgnore: true */ '../promotion/ways/pull-request/open.ts');
}
