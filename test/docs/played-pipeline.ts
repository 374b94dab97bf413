import { after, duration, type Instant } from '../../src/core/time.ts';
import type { Decision } from '../../src/promotion/decision.ts';
import type { CheckResult, Person, StageObservation } from '../../src/promotion/facts.ts';
import type { Command } from '../../src/promotion/instruction.ts';
import { moveOn, type Verified } from '../../src/promotion/move-on.ts';
import { obey } from '../../src/promotion/obey.ts';
import type { Changed, Observed, PipelineRecords, Way } from '../../src/promotion/ports.ts';
import {
  activePromotion,
  emptyRecord,
  type PipelineRecord,
  type Promotion,
  stageRecord,
} from '../../src/promotion/records/record.ts';
import type { PipelineSettings } from '../../src/promotion/settings.ts';
import { contextOf, knownFrom } from '../../src/promotion/stage-context.ts';
import type { Answer } from '../../src/promotion/transitions/answer.ts';
import { report } from '../../src/promotion/transitions/report.ts';
import type { Version } from '../../src/promotion/versions.ts';
import { openZone } from '../../src/promotion/windows/zone.ts';

/** What a stage is, for as long as nobody says otherwise. */
interface Place {
  version: string | undefined;
  health: StageObservation['health'];
  since: Instant;
}

const quarter = duration(15 * 60_000);
const lease = duration(5 * 60_000);

/** A pipeline of the documentation, with real decisions over a world that is told to it, and a run every 15 minutes. */
export class PlayedPipeline {
  readonly settings: PipelineSettings;
  now: Instant;
  record: PipelineRecord;
  /** What verifications come to that are run from now on. */
  verification: Verified = { result: 'passed', evidence: '' };
  private readonly versions: Version[] = [];
  private readonly checks: Record<string, Record<string, CheckResult>> = {};
  private readonly people: Record<string, Person> = {};
  private readonly places = new Map<string, Place>();
  private last: readonly Decision[] = [];
  private runs = 0;

  constructor(settings: PipelineSettings, start: Instant) {
    this.settings = settings;
    this.now = start;
    this.record = emptyRecord(settings.pipeline.name);
  }

  /** A version is made. */
  push(key: string, ...authors: string[]): void {
    const commit = key.padEnd(40, '0');
    this.versions.push({ key, commit, at: this.now, authors });
  }

  /** A stage is seen to be so from now on. */
  see(stage: string, version: string | undefined, health: Place['health'] = 'healthy'): void {
    this.places.set(stage, { version, health, since: this.now });
  }

  check(version: string, name: string, state: CheckResult['state']): void {
    this.checks[version] = { ...this.checks[version], [name]: { state, at: this.now } };
  }

  person(login: string, permission: Person['permission'], ...teams: string[]): void {
    this.people[login] = { permission, teams };
  }

  /** The deployment of what is under way ends; the stage runs it then. */
  deployed(
    stage: string,
    result: 'success' | 'failure' = 'success',
    evidence = 'deploy run',
  ): void {
    const active = this.active(stage);
    if (!active) throw new Error(`nothing is under way in ${stage}`);
    if (result === 'success') this.see(stage, active.version);
    const told = { promotion: active.id, result, evidence, at: this.now } as const;
    this.record = report(this.record, this.settings.pipeline, told, 0).record;
  }

  active(stage: string): Promotion | undefined {
    return activePromotion(stageRecord(this.record, stage));
  }

  /** A person with permission says so. */
  say(command: Command, by: string, why: string): Answer {
    const { pipeline } = this.settings;
    const known = knownFrom({ pipeline, ...this.facts(), record: this.record, now: this.now });
    const { stage } = command;
    const answer = obey(this.record, command, {
      pipeline,
      author: { by, at: this.now, why },
      source: 'comment',
      current: stage === undefined ? undefined : contextOf(known, stage).current,
      order: known.order,
    });
    this.record = answer.record;
    return answer;
  }

  /** Time goes by, with its runs; the one at that moment is not made yet. */
  async passUntil(moment: Instant): Promise<void> {
    while (after(this.now, quarter) < moment) {
      this.now = after(this.now, quarter);
      await this.run();
    }
    this.now = moment;
  }

  /** What the run of now says of each stage. */
  async run(): Promise<readonly Decision[]> {
    this.runs += 1;
    const { pipeline, stages } = this.settings;
    const request = {
      pipeline,
      settings: stages,
      holder: `run-${this.runs}`,
      lease,
      jitter: 0.5,
      dryRun: false,
    };
    const moved = await moveOn(request, {
      records: this.records(),
      observer: { observe: async () => this.facts() },
      way: () => this.way(),
      clock: () => this.now,
      verify: async () => this.verification,
    });
    this.last = moved.decisions;
    return this.last;
  }

  private records(): PipelineRecords {
    return {
      read: async () => this.record,
      change: async (next): Promise<Changed> => {
        const wanted = next(this.record, this.now);
        if (wanted) this.record = wanted.record;
        return { kind: wanted ? 'recorded' : 'unchanged', record: this.record };
      },
    };
  }

  private way(): Way {
    const effect = { kind: 'ref', reference: 'heads/here', at: this.now };
    return { find: async () => undefined, act: async () => ({ kind: 'acted', effect }) };
  }

  private facts(): Observed {
    const { stages } = this.settings.pipeline;
    const zones = new Set(stages.map(({ gates }) => gates.windows?.timezone ?? 'UTC'));
    const calendars = [...zones].map((name) => {
      const zone = openZone(name);
      if (!zone) throw new Error(`no zone ${name}`);
      return [name, { zone }];
    });
    return {
      history: { versions: [...this.versions] },
      observations: Object.fromEntries(stages.map(({ name }) => [name, this.seen(name)])),
      checks: this.checks,
      people: this.people,
      effects: {},
      calendars: Object.fromEntries(calendars),
    };
  }

  private seen(name: string): StageObservation {
    const place = this.places.get(name);
    const at = this.now;
    if (!place) return { health: 'healthy', version: undefined, at, evidence: 'nothing yet' };
    const { health, version, since } = place;
    if (health === 'unknown') return { health, at, evidence: 'no answer within 10s' };
    const isDated = this.settings.stages[name]?.observe.from === 'deployments';
    const from = isDated && health === 'healthy' ? { since } : {};
    const evidence = isDated
      ? `deployment 7 ${health === 'healthy' ? 'succeeded' : 'failed'}`
      : `it answered ${health === 'healthy' ? 200 : 500}`;
    return { health, version, at, ...from, evidence };
  }
}
