import { describe, expect, test } from '@jest/globals';
import { decidePromotions } from '../../src/promotion/decide.ts';
import { type Decision, decision } from '../../src/promotion/decision.ts';
import type { Gate } from '../../src/promotion/gates/gate.ts';
import type { ActOrder } from '../../src/promotion/ports.ts';
import { proceedAll } from '../../src/promotion/proceed.ts';
import {
  type Effect,
  emptyRecord,
  type PipelineRecord,
  withStage,
} from '../../src/promotion/records/record.ts';
import { at, facts, healthy, pipeline, stage } from '../builders/promotion.ts';

const effect: Effect = { kind: 'pull-request', reference: '1', at: at('10:00') };
const lease = {
  holder: 'me',
  since: '2026-11-24T10:00:00.000Z',
  until: '2026-11-24T11:00:00.000Z',
  effect: 'key',
};
const hold: Gate = { gate: 'hold', state: 'refused', evidence: 'ada holds it' };
const soak: Gate = { gate: 'soak', state: 'passed', evidence: '24h' };

function recordWith(acted: Effect | undefined): PipelineRecord {
  return withStage(emptyRecord('app'), 'production', (before) => ({
    ...before,
    promotions: [
      {
        id: 'p1',
        version: 'v1',
        generation: 0,
        kind: 'forward',
        phase: 'running',
        createdAt: at('10:00'),
        reason: 'running',
        attempts: [{ number: 1, lease, ...(acted && { effect: acted }) }],
      },
    ],
  }));
}

const running = (gates: readonly Gate[], kind: Decision['decision'] = 'wait') =>
  decision('production', kind, 'running', 'it runs', { promotion: 'p1', version: 'v1', gates });

async function proceeded(
  decided: Decision,
  record = recordWith(effect),
  proceed: (order: ActOrder) => Promise<string | undefined> = async ({ key }) => `merged ${key}`,
) {
  const warnings: string[] = [];
  const warn = (line: string) => void warnings.push(line);
  const way = () => ({ proceed });
  const all = await proceedAll({ way, warn }, { decisions: [decided], record });
  return { evidence: all.map((each) => each.evidence), warnings };
}

describe('moving on what is under way', () => {
  test('asks the way while all gates are open', async () => {
    expect((await proceeded(running([soak]))).evidence).toEqual(['merged key']);
  });

  test('does nothing while a gate is shut', async () => {
    expect((await proceeded(running([soak, hold]))).evidence).toEqual([]);
  });

  test('leaves what this run has only just begun to the next', async () => {
    expect((await proceeded(running([soak], 'promote'))).evidence).toEqual([]);
  });

  test('does nothing for what has acted not yet, or is done', async () => {
    expect((await proceeded(running([]), recordWith(undefined))).evidence).toEqual([]);
    const done = recordWith({ ...effect, doneAt: at('11:00') });
    expect((await proceeded(running([]), done)).evidence).toEqual([]);
  });

  test('takes a failure for a warning', async () => {
    const fail = async () => Promise.reject(new Error('GitHub is away'));
    const { evidence, warnings } = await proceeded(running([]), recordWith(effect), fail);
    expect(evidence).toEqual([]);
    expect(warnings).toEqual(['production: p1 could not be moved on: GitHub is away']);
  });

  test('is kept by a hold that came after the act, as decisions say', () => {
    const stages = [stage('production', { via: 'pull-request' })];
    const held = withStage(recordWith(effect), 'production', (before) => ({
      ...before,
      hold: { by: 'ada', why: 'sale', at: at('11:00') },
    }));
    const [decided] = decidePromotions(
      facts({
        pipeline: pipeline({ stages }),
        record: held,
        observations: { production: healthy(undefined) },
      }),
    );
    expect(decided).toMatchObject({ decision: 'wait', rule: 'running' });
    expect(decided?.gates.find(({ gate }) => gate === 'hold')?.state).toBe('refused');
  });
});
