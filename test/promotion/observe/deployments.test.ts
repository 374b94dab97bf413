import { describe, expect, test } from '@jest/globals';
import { observeDeployments } from '../../../src/promotion/observe/observe-deployments.ts';
import type { Stage } from '../../../src/promotion/pipeline.ts';
import type { Promotion, StageRecord } from '../../../src/promotion/records/record.ts';
import { at } from '../../builders/promotion.ts';
import { deployed, type FakeWorld, looking, sha, states, view, world } from './fake-repository.ts';

const from = { from: 'deployments' } as const;

async function observe(
  of: Partial<FakeWorld>,
  record: Partial<StageRecord> = {},
  more: Partial<Stage> = {},
) {
  const given = looking(world(of));
  const observation = await observeDeployments(view(from, more, record), given.looking);
  return { observation, asked: given.asked };
}

function promoted(version: string, endedAt: string, more: Partial<Promotion> = {}): Promotion {
  return {
    id: `app.web.${version}`,
    version,
    generation: 0,
    kind: 'forward',
    phase: 'succeeded',
    createdAt: at('09:00'),
    endedAt: at(endedAt),
    reason: 'reported',
    attempts: [],
    ...more,
  };
}

const visited = (version: string): Partial<StageRecord> => ({
  visits: [{ version, health: 'healthy', since: at('08:00'), seenAt: at('09:00'), healthyFor: 1 }],
});

describe('a stage by its deployments', () => {
  test('runs the newest one that succeeded, since its first success of those on end', async () => {
    const { observation, asked } = await observe({
      deployments: { web: [deployed(2, 'b', '10:00'), deployed(1, 'a', '09:00')] },
      statuses: { 2: states(['success', '10:30'], ['success', '10:20'], ['in_progress', '10:05']) },
    });
    expect(observation).toMatchObject({
      health: 'healthy',
      version: sha('b'),
      since: at('10:20'),
      at: at('12:00'),
    });
    expect(asked).toEqual(['deployments web', 'statuses of 2']);
  });

  test.each(['failure', 'error'])(
    'is unhealthy with the newest when that ended in %s',
    async (state) => {
      const { observation } = await observe({
        deployments: { web: [deployed(2, 'b', '10:00'), deployed(1, 'a', '09:00')] },
        statuses: {
          2: states([state, '10:30'], ['success', '10:20']),
          1: states(['success', '09:30']),
        },
      });
      expect(observation).toMatchObject({ health: 'unhealthy', version: sha('b') });
    },
  );

  test.each([[[]], [['queued']], [['in_progress', 'queued']], [['pending']]])(
    'still runs what it ran before while the newest is on its way (%j)',
    async (all) => {
      const { observation } = await observe({
        deployments: { web: [deployed(2, 'b', '10:00'), deployed(1, 'a', '09:00')] },
        statuses: {
          2: states(...all.map((state) => [state, '10:30'] as const)),
          1: states(['success', '09:30']),
        },
      });
      expect(observation).toMatchObject({ health: 'healthy', version: sha('a') });
      expect(observation.evidence).toContain('deployment 2 is on its way');
    },
  );

  test('passes over one that is inactive, unless none is active', async () => {
    const deployments = { web: [deployed(2, 'b', '10:00'), deployed(1, 'a', '09:00')] };
    const inactive = states(['inactive', '11:00'], ['success', '10:30']);
    const active = await observe({
      deployments,
      statuses: { 2: inactive, 1: states(['success', '09:30']) },
    });
    expect(active.observation).toMatchObject({ health: 'healthy', version: sha('a') });
    const none = await observe({
      deployments,
      statuses: { 2: inactive, 1: states(['inactive', '10:30'], ['success', '09:30']) },
    });
    expect(none.observation).toMatchObject({ version: sha('b'), since: at('10:30') });
    expect(none.observation.evidence).toContain('inactive');
  });

  test('does not read back the deployments by which promotions are shown', async () => {
    const { observation, asked } = await observe({
      deployments: {
        web: [deployed(3, 'c', '11:00', 'understudy:promotion'), deployed(1, 'a', '09:00')],
      },
      statuses: { 3: states(['success', '11:10']), 1: states(['success', '09:30']) },
    });
    expect(observation).toMatchObject({ version: sha('a') });
    expect(asked).not.toContain('statuses of 3');
  });

  test('finds the deployments of others behind a page full of ours', async () => {
    const ours = Array.from({ length: 100 }, (_, index) =>
      deployed(200 - index, 'c', '11:00', 'understudy:promotion'),
    );
    const { observation } = await observe({
      deployments: { web: [...ours, deployed(1, 'a', '09:00')] },
      statuses: { 1: states(['success', '09:30']) },
      moreDeployments: true,
    });
    expect(observation).toMatchObject({ health: 'healthy', version: sha('a') });
  });

  test('that never had any runs nothing yet', async () => {
    const { observation } = await observe({});
    expect(observation).toMatchObject({ health: 'healthy', version: undefined });
  });

  test('whose deployments are gone is unknown', async () => {
    const { observation } = await observe({}, visited('v1'));
    expect(observation).toMatchObject({ health: 'unknown' });
    expect(observation.evidence).toContain('v1 ran there');
  });

  test('none of whose newest deployments has ended is unknown', async () => {
    const many = Array.from({ length: 8 }, (_, index) => deployed(9 - index, 'a', '09:00'));
    const { observation, asked } = await observe({ deployments: { web: many } });
    expect(observation.health).toBe('unknown');
    expect(asked).toHaveLength(6);
  });
});

describe('a stage whose arrivals are reported', () => {
  const reported = { arrival: 'reported' } as const;

  test('runs the last version that was reported, when there are no deployments', async () => {
    const promotions = [promoted('v1', '09:30'), promoted('v2', '10:00', { phase: 'failed' })];
    const { observation } = await observe({}, { promotions }, reported);
    expect(observation).toMatchObject({
      health: 'healthy',
      version: 'v1',
      since: at('09:30'),
      evidence: 'reported',
    });
    const observed = await observe({}, { promotions });
    expect(observed.observation).toMatchObject({ version: undefined });
  });

  test('runs what was reported, as well as the deployment of that job is', async () => {
    const promotions = [promoted('v1', '09:30')];
    const deployments = { web: [deployed(1, 'workflow', '09:10')] };
    const well = await observe(
      { deployments, statuses: { 1: states(['success', '09:40']) } },
      { promotions },
      reported,
    );
    expect(well.observation).toMatchObject({
      health: 'healthy',
      version: 'v1',
      since: at('09:40'),
    });
    expect(well.observation).not.toHaveProperty('ref');
    const bad = await observe(
      { deployments, statuses: { 1: states(['failure', '09:40']) } },
      { promotions },
      reported,
    );
    expect(bad.observation).toMatchObject({ health: 'unhealthy', version: 'v1' });
  });

  test('runs it by pull request as well, but not what was only seen to arrive', async () => {
    const ends = { via: 'pull-request', reportEnds: true } as const;
    const word = { promotions: [promoted('v1', '09:30', { reason: 'reported: run 5' })] };
    expect((await observe({}, word, ends)).observation).toMatchObject({ version: 'v1' });
    const seen = { promotions: [promoted('v1', '09:30', { reason: 'arrived: web runs v1' })] };
    expect((await observe({}, seen, ends)).observation).toMatchObject({ version: undefined });
  });

  test('runs what was deployed by others later than the report', async () => {
    const { observation } = await observe(
      {
        deployments: { web: [deployed(1, 'b', '10:00')] },
        statuses: { 1: states(['success', '10:10']) },
      },
      { promotions: [promoted('v1', '09:30')] },
      reported,
    );
    expect(observation).toMatchObject({ version: sha('b') });
  });
});
