import { secretsIn } from '../core/redact.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { RefStore } from '../ledger/ref-store.ts';
import type { AskedFor } from '../promotion/instruction.ts';
import { askPerson } from '../promotion/observe/ask-person.ts';
import { type OpenObserver, openObserver } from '../promotion/observe/open-observer.ts';
import type { Observed } from '../promotion/ports.ts';
import type { PromotePorts } from '../promotion/promote.ts';
import { recordsIn } from '../promotion/records/stored-record.ts';
import type { PipelineSettings } from '../promotion/settings.ts';
import type { DueVerification } from '../promotion/verification-runs.ts';
import { versionValues } from '../promotion/ways/texts.ts';
import type { WayContext } from '../promotion/ways/way.ts';
import { pauseFor } from '../targets/pause.ts';
import { askOverHttp } from './ask.ts';
import { loadLedgerRefs } from './load-ledger.ts';
import { loadRecurrences, loadStackReader, loadWorkloadReader } from './load-observers.ts';
import { type Identity, identityOf } from './promotion/identity.ts';
import { runVerification } from './promotion/run-verification.ts';
import { stoppable } from './promotion/stoppable.ts';
import type { Configured, Session } from './session.ts';
import { stageWays } from './stage-ways.ts';

/** The world of one run over one pipeline. */
export interface PromotionWorld extends Identity {
  readonly ports: PromotePorts;
  readonly ledger: Pick<Ledger, 'witness' | 'leave' | 'unfinished'>;
  readonly observer: Pick<OpenObserver, 'warnings'>;
}

/** Connects all that a run over a pipeline needs. Sends nothing. Throws a `UserError`. */
export async function openPromotionWorld(
  configured: Configured,
  settings: PipelineSettings,
  asked: AskedFor,
  by: string,
): Promise<PromotionWorld> {
  const { session } = configured;
  const { github, run, now, inputs, context } = session;
  const identity = identityOf(run.environment, crypto.randomUUID().slice(0, 8));
  const ledger = ledgerOf(session, await loadLedgerRefs(configured), identity.holder, by);
  const ask = askOverHttp(run.environment);
  const reading = { environment: run.environment, signal: run.signal };
  const contextOf = (stage: string): WayContext => ({
    repository: context.repository,
    serverUrl: context.serverUrl,
    environment: settings.stages[stage]?.environment ?? stage,
    commitOf: (version) => observer.commitOf(version),
  });
  const ways = stageWays(session, settings, contextOf);
  const observer = openObserver({
    settings,
    ports: {
      repository: github,
      ask,
      readValues: async (...given) => (await loadFileValues()).valuesAt(...given),
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
    commander: (login: string, teams: readonly string[]) => askPerson(github.people, login, teams),
    verify: (due: DueVerification, { observations }: Observed) =>
      runVerification(due.run, valuesFor(settings, due, observations, contextOf(due.stage)), {
        ask,
        workspace: context.workspace,
        environment: run.environment,
        signal: run.signal,
        token: inputs.token,
      }),
  };
  return { ...identity, ports: stoppable(world, run.signal), ledger, observer };
}

function ledgerOf(
  { run, now, inputs, context }: Session,
  store: RefStore,
  holder: string,
  by: string,
) {
  return openLedger({
    store,
    writer: { id: holder, by, run: context.runUrl },
    secrets: [inputs.token, ...secretsIn(run.environment)],
    now,
    pause: (milliseconds) => pauseFor(milliseconds, run.signal),
  });
}

function valuesFor(
  { pipeline }: PipelineSettings,
  { stage, version }: DueVerification,
  observations: Observed['observations'],
  context: WayContext,
): Record<string, string> {
  const seen = observations[stage];
  const from = seen?.health === 'unknown' ? undefined : seen?.version;
  return versionValues({ pipeline: pipeline.name, stage, version, from }, context);
}

function loadFileValues() {
  return import(/* webpackIgnore: true */ '../promotion/observe/file-values.ts');
}
