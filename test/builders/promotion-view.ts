import type { Instant } from '../../src/core/time.ts';
import { decidePromotions } from '../../src/promotion/decide.ts';
import type { PromotionFacts } from '../../src/promotion/facts.ts';
import type { Pipeline } from '../../src/promotion/pipeline.ts';
import {
  type Effect,
  type PipelineRecord,
  type Promotion,
  stageRecord,
  withStage,
} from '../../src/promotion/records/record.ts';
import type { PipelineView } from '../../src/promotion/report/view.ts';
import type { PipelineSettings, StageSettings } from '../../src/promotion/settings.ts';
import { settle } from '../../src/promotion/settle.ts';
import { at, facts } from './promotion.ts';

/** Settings of a pipeline whose stages act as their `via` says. */
export function settings(
  pipeline: Pipeline,
  more: Readonly<Record<string, Partial<StageSettings>>> = {},
): PipelineSettings {
  const stages = Object.fromEntries(
    pipeline.stages.map(({ name, via }): [string, StageSettings] => {
      const way = (via === 'ref' ? { via, ref: `heads/${name}` } : { via }) as StageSettings['way'];
      const plain = { environment: name, observe: { from: 'deployments' }, way, verifications: [] };
      return [name, { ...(plain as StageSettings), ...more[name] }];
    }),
  );
  return { pipeline, versions: { from: 'branch', branch: 'main' }, stages };
}

/** The view at the end of a run that saw these facts and decided by them; nothing was carried out. */
export function viewOf(
  given: Partial<PromotionFacts>,
  overrides: Partial<PipelineView> = {},
): PipelineView {
  const all = facts(given);
  const record = settle(all, 0);
  const { pipeline, record: _, now, ...observed } = { ...all, record };
  return {
    settings: settings(pipeline),
    record,
    decisions: decidePromotions({ ...all, record }),
    observed,
    now,
    dryRun: false,
    warnings: [],
    links: {
      serverUrl: 'https://github.com',
      repository: 'acme/app',
      runUrl: 'https://github.com/acme/app/actions/runs/7',
    },
    ...overrides,
  };
}

/** A promotion of `v1` that was claimed at noon and acted by these effects, one an attempt. */
export function promotion(
  overrides: Partial<Promotion> = {},
  effects: readonly (Effect | undefined)[] = [],
): Promotion {
  const id = overrides.id ?? 'production-g0-0123456789ab';
  return {
    id,
    version: 'v1',
    generation: 0,
    kind: 'forward',
    phase: effects.at(-1) ? 'running' : 'pending',
    createdAt: at('12:00'),
    reason: 'newest: it is the turn of v1',
    attempts: effects.map((effect, index) => ({
      number: index + 1,
      lease: lease(`${id}-a${index + 1}`),
      ...(effect && { effect }),
    })),
    ...overrides,
  };
}

/** A lease of an hour from noon on. */
export function lease(effect: string, holder = 'run-7') {
  return { holder, since: '2026-11-24T12:00:00Z', until: '2026-11-24T13:00:00Z', effect };
}

/** The pull request #12. */
export function pullRequest(overrides: Partial<Effect> = {}): Effect {
  const url = 'https://github.com/acme/app/pull/12';
  return { kind: 'pull-request', reference: '12', url, at: at('12:00'), ...overrides };
}

/** The record with these promotions in one stage. */
export function withPromotions(
  record: PipelineRecord,
  stage: string,
  promotions: readonly Promotion[],
): PipelineRecord {
  return withStage(record, stage, (before) => ({ ...before, promotions }));
}

/** A moment so many minutes after noon. */
export function minutes(after: number): Instant {
  return (at('12:00') + after * 60_000) as Instant;
}

/** What the record has of promotions into a stage. */
export function promotionsOf(record: PipelineRecord, stage: string): readonly Promotion[] {
  return stageRecord(record, stage).promotions;
}
