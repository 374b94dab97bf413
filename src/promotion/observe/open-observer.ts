import type { Instant } from '../../core/time.ts';
import type { Problem } from '../../core/user-error.ts';
import type { PromotionFacts, StageObservation } from '../facts.ts';
import type { Observed, Observer } from '../ports.ts';
import { activePromotion, type PipelineRecord, stageRecord } from '../records/record.ts';
import type { PipelineSettings } from '../settings.ts';
import { settle } from '../settle.ts';
import { type Known, knownFrom } from '../stage-context.ts';
import type { VersionHistory } from '../versions.ts';
import type { StageWay } from '../ways/way.ts';
import { gatherAuthors } from './gather-authors.ts';
import { gatherChecks } from './gather-checks.ts';
import { gatherEffects } from './gather-effects.ts';
import { beginHistory, gatherHistory, warnOfMoreTags } from './gather-history.ts';
import { gatherPeople } from './gather-people.ts';
import type { DeploymentObservation } from './observe-deployments.ts';
import { observeStage } from './observe-stage.ts';
import { type LoadRecurrences, openCalendars } from './open-calendars.ts';
import { atMost, type Limiter, shared } from './shared-calls.ts';
import type { Looking, ObserverPorts } from './stage-view.ts';

/** Requests that are under way at once; GitHub takes many at once for abuse. */
const parallel = 8;

/** What an observer is opened with. */
export interface ObserverOptions {
  readonly settings: PipelineSettings;
  readonly ports: ObserverPorts & { readonly recurrences: LoadRecurrences };
  /** The way of a stage; may use `commitOf` of the observer that it is opened for. */
  way(stage: string): StageWay;
  /** A version that was asked for by name: its gates are looked at too. */
  readonly asked?: PromotionFacts['asked'];
  now(): Instant;
}

/** The world as it is now, and what of it people should mend. */
export interface OpenObserver extends Observer {
  /** Of the last look; each once. */
  warnings(): readonly Problem[];
  /** The commit of a version, by the last look. Throws where it is not known. */
  commitOf(version: string): string;
}

/**
 * Opens what gathers all that decisions are made from. Nothing is asked twice in one look. Throws where the versions
 * cannot be read: without them there is nothing to decide. A stage that cannot be seen is unknown.
 */
export function openObserver(options: ObserverOptions): OpenObserver {
  let warnings: Problem[] = [];
  let history: VersionHistory = { versions: [] };
  const warn = (problem: Problem) => {
    if (!warnings.some(({ message }) => message === problem.message)) warnings.push(problem);
  };
  return {
    warnings: () => [...warnings],
    commitOf: (version) => commitIn(history, version),
    async observe(record) {
      warnings = [];
      const limiter = atMost(parallel);
      const looking = lookingWith(options, limiter, warn);
      const seen = await observeStages(options, record, looking);
      history = await gatherHistory(options.settings, record, seen, looking.repository);
      await warnOfMoreTags(options.settings, looking);
      const observations = named(seen, history);
      return observeRest(options, { record, history, observations }, looking, limiter);
    },
  };
}

function lookingWith(
  { ports, now }: ObserverOptions,
  limiter: Limiter,
  warn: Looking['warn'],
): Looking {
  const { history, environments, checks, people } = ports.repository;
  const { tipOf, readFile } = shared(ports.repository, limiter);
  const repository = {
    history: shared(history, limiter),
    environments: shared(environments, limiter),
    checks: shared(checks, limiter),
    people: shared(people, limiter),
    tipOf,
    readFile,
  };
  const { stacks, workloads, ask } = shared(ports, limiter);
  return { repository, ask, readValues: ports.readValues, stacks, workloads, now, warn };
}

/** The history is begun with the stages: its first part is the same whatever they run. */
async function observeStages(
  { settings }: ObserverOptions,
  record: PipelineRecord,
  looking: Looking,
): Promise<Record<string, DeploymentObservation>> {
  const begun = beginHistory(settings, looking.repository.history);
  const seen = await Promise.all(
    settings.pipeline.stages.map(async (stage): Promise<[string, DeploymentObservation]> => {
      const { name } = stage;
      const own = settings.stages[name];
      if (!own) throw new RangeError(`the stage ${name} has no settings`);
      const view = { stage, settings: own, record: stageRecord(record, name) };
      return [name, await observeStage(view, looking)];
    }),
  );
  await begun;
  return Object.fromEntries(seen);
}

/** A deployment of a tag runs that tag, where versions are tags: its commit may have several. */
function named(
  seen: Readonly<Record<string, DeploymentObservation>>,
  { versions }: VersionHistory,
): Record<string, StageObservation> {
  return Object.fromEntries(
    Object.entries(seen).map(([stage, { ref, ...observation }]) => {
      const tag = versions.find(({ key }) => key === ref);
      const isMeant = tag && observation.health !== 'unknown' && observation.version === tag.commit;
      return [stage, isMeant ? { ...observation, version: tag.key } : observation];
    }),
  );
}

async function observeRest(
  options: ObserverOptions,
  found: Pick<PromotionFacts, 'record' | 'history' | 'observations'>,
  looking: Looking,
  limiter: Limiter,
): Promise<Observed> {
  const { settings, ports, way, asked, now } = options;
  const { pipeline } = settings;
  const calendars = await openCalendars(pipeline, ports.recurrences);
  const effects = await gatherEffects(pipeline, found.record, way, { ...looking, limiter });
  const first = { ...found, pipeline, effects, calendars, checks: {}, people: {}, now: now() };
  const again = await observeEnded(settings, first, looking);
  const observations = { ...found.observations, ...again };
  const facts = { ...first, observations };
  const known = settledFrom({ ...facts, ...(asked && { asked }) });
  const [checks, people, history] = await Promise.all([
    gatherChecks(known, looking),
    gatherPeople(known, looking),
    gatherAuthors(found.history, known, looking),
  ]);
  return { history, observations, checks, people, effects, calendars };
}

/**
 * Stages whose promotion is found to have ended well just now, where that word counts: they are looked at as the next run
 * would, so that what comes after them need not wait for it. What was asked for them is not asked for again.
 */
async function observeEnded(
  { pipeline, stages }: PipelineSettings,
  facts: PromotionFacts,
  looking: Looking,
): Promise<Record<string, StageObservation>> {
  const { record } = settledFrom(facts);
  const ended = pipeline.stages.filter((stage) => {
    const { name, arrival } = stage;
    const active = activePromotion(stageRecord(facts.record, name));
    const now = stageRecord(record, name).promotions.find(({ id }) => id === active?.id);
    return arrival === 'reported' && now?.phase === 'succeeded';
  });
  const seen = await Promise.all(
    ended.map(async (stage): Promise<[string, DeploymentObservation][]> => {
      const { name } = stage;
      const own = stages[name];
      if (own?.observe.from !== 'deployments') return [];
      const view = { stage, settings: own, record: stageRecord(record, name) };
      return [[name, await observeStage(view, looking)]];
    }),
  );
  return named(Object.fromEntries(seen.flat()), facts.history);
}

/** What the use case will decide on: the record with what was seen. */
function settledFrom(facts: PromotionFacts): Known {
  return knownFrom({ ...facts, record: settle(facts, 0) });
}

function commitIn({ versions }: VersionHistory, version: string): string {
  const found = versions.find(({ key }) => key === version)?.commit;
  if (found !== undefined) return found;
  if (/^[0-9a-f]{40}$/.test(version)) return version;
  throw new Error(`the commit of ${version} is not known`);
}
