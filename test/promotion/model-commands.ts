import { hasEnded, type PipelineRecord, stageRecord } from '../../src/promotion/records/record.ts';
import { abort } from '../../src/promotion/transitions/abort.ts';
import { approve } from '../../src/promotion/transitions/approve.ts';
import { hold, release } from '../../src/promotion/transitions/hold.ts';
import { rearm } from '../../src/promotion/transitions/rearm.ts';
import { rollback } from '../../src/promotion/transitions/rollback.ts';
import type { PipelineWorld } from './pipeline-world.ts';

type Pick = <T>(from: readonly T[]) => T | undefined;
type Change = (record: PipelineRecord) => PipelineRecord;

/** What people do to a stage, or to the pipeline. */
export const commands = {
  hold: (world: PipelineWorld, stage: string): Change => {
    return (record) => hold(record, stage, authorAt(world)).record;
  },
  freeze: (world: PipelineWorld): Change => {
    return (record) => hold(record, undefined, authorAt(world)).record;
  },
  /** To what was there before, or to a version of one's choice. */
  rollback: (world: PipelineWorld, stage: string, pick: Pick): Change => {
    const { version } = world.stage(stage);
    const to = pick([undefined, ...world.versions])?.key;
    return (record) => rollback(record, stage, authorAt(world), version, to).record;
  },
  abort: (world: PipelineWorld, stage: string): Change => {
    return (record) => abort(record, stage, authorAt(world)).record;
  },
  /** Of a version that had its promotion. */
  rearm: (world: PipelineWorld, stage: string, pick: Pick): Change => {
    const again = pick(stageRecord(world.record, stage).promotions.filter(hasEnded));
    return (record) =>
      again ? rearm(record, stage, again.version, authorAt(world)).record : record;
  },
  approve: (world: PipelineWorld, stage: string, pick: Pick): Change => {
    const version = pick(world.versions)?.key ?? '';
    const approval = { version, by: 'hubot', at: world.clock(), source: 'command' };
    return (record) => approve(record, stage, approval).record;
  },
  /** All that holds anything. */
  lift: (world: PipelineWorld): Change => {
    const names = [undefined, ...world.pipeline.stages.map(({ name }) => name)];
    return (record) =>
      names.reduce((lifted, name) => release(lifted, name, authorAt(world)).record, record);
  },
};

function authorAt(world: PipelineWorld) {
  return { by: 'octocat', at: world.clock(), why: 'test' };
}
