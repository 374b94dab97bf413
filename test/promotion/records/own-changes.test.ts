import { expect, test } from '@jest/globals';
import type { PipelineRecords } from '../../../src/promotion/ports.ts';
import { rememberingChanges } from '../../../src/promotion/records/own-changes.ts';
import {
  emptyRecord,
  type PipelineRecord,
  type Promotion,
  stageRecord,
} from '../../../src/promotion/records/record.ts';
import { promotion, withPromotions } from '../../builders/promotion-view.ts';

const one = promotion({ id: 'production-g0-v1', version: 'v1', phase: 'succeeded' });
const two = promotion({ id: 'production-g0-v2', version: 'v2', phase: 'running' });
const ended: Promotion = { ...two, phase: 'succeeded' };
const recordOf = (...all: Promotion[]) => withPromotions(emptyRecord('app'), 'production', all);

function kept(start: PipelineRecord): PipelineRecords & { record: PipelineRecord } {
  return {
    record: start,
    async read() {
      return this.record;
    },
    async change(next) {
      const wanted = next(this.record, two.createdAt);
      if (wanted) this.record = wanted.record;
      return { kind: wanted ? 'recorded' : 'unchanged', record: this.record };
    },
  };
}

const idsOf = (record: PipelineRecord) =>
  stageRecord(record, 'production').promotions.map(({ id, phase }) => `${id} ${phase}`);

test('what a run changed is as it was before its first change, what it made is not there', async () => {
  const records = kept(recordOf(one));
  const mine = rememberingChanges(records);
  await mine.records.change(() => ({ record: recordOf(one, two), why: 'takes v2' }));
  await mine.records.change(() => ({ record: recordOf(one, ended), why: 'arrived' }));
  expect(idsOf(mine.before(records.record))).toEqual(['production-g0-v1 succeeded']);

  const later = rememberingChanges(kept(recordOf(one, two)));
  await later.records.change(() => ({ record: recordOf(one, ended), why: 'arrived' }));
  expect(idsOf(later.before(recordOf(one, ended)))).toEqual([
    'production-g0-v1 succeeded',
    'production-g0-v2 running',
  ]);
});

test('what rivals changed meanwhile is as they left it', async () => {
  const records = kept(recordOf(one));
  const mine = rememberingChanges(records);
  const rival = rememberingChanges(records);
  await rival.records.change(() => ({ record: recordOf(one, two), why: 'takes v2' }));
  await mine.records.change(() => undefined);
  expect(mine.before(records.record)).toEqual(records.record);
});
