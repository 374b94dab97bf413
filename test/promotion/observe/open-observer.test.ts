import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../../src/core/user-error.ts';
import type { EffectState } from '../../../src/promotion/facts.ts';
import {
  type ObserverOptions,
  openObserver,
} from '../../../src/promotion/observe/open-observer.ts';
import type { SeenCheck } from '../../../src/promotion/observe/ports.ts';
import { atMost, shared } from '../../../src/promotion/observe/shared-calls.ts';
import type { ApprovalSettings, Pipeline, Stage } from '../../../src/promotion/pipeline.ts';
import {
  emptyRecord,
  type PipelineRecord,
  type StageRecord,
  stageRecord,
} from '../../../src/promotion/records/record.ts';
import type { StageWay } from '../../../src/promotion/ways/way.ts';
import { at, length, pipeline, stage, windows } from '../../builders/promotion.ts';
import {
  deployed,
  type FakeWorld,
  line,
  looking,
  sha,
  stageSettings,
  states,
  world,
} from './fake-repository.ts';

interface Given {
  readonly of: Partial<FakeWorld>;
  readonly pipeline?: Pipeline;
  readonly record?: Readonly<Record<string, Partial<StageRecord>>>;
  readonly way?: Partial<StageWay>;
  readonly options?: Partial<ObserverOptions>;
}

function recordOf(stages: NonNullable<Given['record']>): PipelineRecord {
  const empty = emptyRecord('app');
  const whole = Object.entries(stages).map(([name, some]) => [
    name,
    { ...stageRecord(empty, name), ...some },
  ]);
  return { ...empty, stages: Object.fromEntries(whole) };
}

async function observe({ of, record = {}, way = {}, options = {}, ...more }: Given) {
  const { looking: given, asked } = looking(world({ branches: { main: lastOf(of) }, ...of }));
  const settings = more.pipeline ?? pipeline();
  const observer = openObserver({
    settings: {
      pipeline: settings,
      versions: { from: 'branch', branch: 'main' },
      stages: Object.fromEntries(
        settings.stages.map(({ name }) => [name, stageSettings({ from: 'deployments' }, name)]),
      ),
    },
    ports: { ...given, recurrences: () => Promise.reject(new Error('no recurrences')) },
    way: () => way as StageWay,
    now: () => at('12:00'),
    ...options,
  });
  const observed = await observer.observe(recordOf(record));
  return { observed, observer, asked };
}

function lastOf({ commits = {} }: Partial<FakeWorld>): string {
  return Object.keys(commits).at(-1) ?? '';
}

/** Each stage runs a commit since nine o'clock. */
function running(stages: Readonly<Record<string, string>>): Partial<FakeWorld> {
  const all = Object.entries(stages).map(([name, commit], index) => ({
    name,
    commit,
    id: index + 1,
  }));
  return {
    deployments: Object.fromEntries(
      all.map(({ name, commit, id }) => [name, [deployed(id, commit, '09:00')]]),
    ),
    statuses: Object.fromEntries(all.map(({ id }) => [id, states(['success', '09:00'])])),
  };
}

const check = (name: string, state: SeenCheck['state'], more: Partial<SeenCheck> = {}) => ({
  name,
  state,
  ...more,
});

describe('the checks of versions', () => {
  const building = pipeline({ requiredChecks: ['build'], stages: [stage('staging')] });
  const of = { commits: line(9), ...running({ staging: 'c2' }) };

  test('are asked for from the newest on, up to the first that passed', async () => {
    const { observed, asked } = await observe({
      of: {
        ...of,
        runs: {
          c9: [check('build', 'failure')],
          c7: [check('build', 'success', { at: at('10:00'), url: 'https://x' })],
        },
      },
      pipeline: building,
      record: { staging: { frontier: sha('c2') } },
    });
    expect(observed.checks).toEqual({
      [sha('c9')]: { build: { state: 'failure' } },
      [sha('c8')]: {},
      [sha('c7')]: { build: { state: 'success', at: at('10:00'), url: 'https://x' } },
    });
    expect(asked.filter((each) => each.startsWith('check runs'))).toHaveLength(3);
  });

  test('are not asked for where nothing is newer', async () => {
    const { observed, asked } = await observe({
      of: { ...of, ...running({ staging: 'c9' }) },
      pipeline: building,
      record: { staging: { frontier: sha('c9') } },
    });
    expect(observed.checks).toEqual({});
    expect(asked).toHaveLength(3);
  });

  test('are asked for so many versions at most', async () => {
    const { asked } = await observe({
      of,
      pipeline: building,
      record: { staging: { frontier: sha('c2') } },
    });
    expect(asked.filter((each) => each.startsWith('check runs'))).toHaveLength(6);
  });

  test.each([
    ['c10', 60, 'c60'],
    ['c50', 60, 'c60'],
    ['c3', 300, 'c300'],
  ])(
    'are found of a version that has passed (%s) behind many whose checks still run',
    async (passed, count, newest) => {
      const { observed, asked } = await observe({
        of: {
          commits: line(count),
          ...running({ staging: 'c2' }),
          runs: Object.fromEntries(
            Array.from({ length: count }, (_, index) => {
              const has = index < Number(passed.slice(1)) ? ('success' as const) : 'pending';
              return [`c${index + 1}`, [check('build', has)]];
            }),
          ),
        },
        pipeline: building,
        record: { staging: { frontier: sha('c2') } },
      });
      expect(observed.checks[sha(newest)]).toEqual({ build: { state: 'pending' } });
      const states = Object.values(observed.checks).map((results) => results.build?.state);
      expect(states.at(-1)).toBe('success');
      expect(asked.filter((each) => each.startsWith('check runs')).length).toBeLessThanOrEqual(6);
    },
  );

  test('are asked for in a queue however many have failed before one that has not', async () => {
    const { observed } = await observe({
      of: {
        commits: line(20),
        ...running({ staging: 'c2' }),
        runs: Object.fromEntries(
          Array.from({ length: 17 }, (_, index) => [`c${index + 1}`, [check('build', 'failure')]]),
        ),
      },
      pipeline: { ...building, order: 'queue' },
      record: { staging: { frontier: sha('c2') } },
    });
    expect(Object.keys(observed.checks)).toHaveLength(16);
    expect(observed.checks[sha('c18')]).toEqual({});
  });

  test('are asked for from the oldest on in a queue, up to the first that did not fail', async () => {
    const { asked } = await observe({
      of: { ...of, runs: { c3: [check('build', 'failure')] } },
      pipeline: { ...building, order: 'queue' },
      record: { staging: { frontier: sha('c2') } },
    });
    expect(asked.filter((each) => each.startsWith('check runs'))).toEqual([
      'check runs of c3',
      'check runs of c4',
    ]);
  });

  test('are those of runs and statuses together, the latest of each name', async () => {
    const both = pipeline({ requiredChecks: ['build', 'lint'], stages: [stage('staging')] });
    const { observed } = await observe({
      of: {
        ...of,
        runs: {
          c9: [
            check('build', 'failure', { at: at('09:00') }),
            check('build', 'success', { at: at('10:00') }),
            check('lint', 'failure', { at: at('09:00') }),
          ],
        },
        contexts: { c9: [check('lint', 'success', { at: at('09:30') })] },
      },
      pipeline: both,
      record: { staging: { frontier: sha('c8') } },
    });
    expect(observed.checks[sha('c9')]).toMatchObject({
      build: { state: 'success' },
      lint: { state: 'success' },
    });
  });

  test('that could not all be read are unknown, but for those that failed, with a warning', async () => {
    const both = pipeline({ requiredChecks: ['build', 'lint', 'e2e'], stages: [stage('staging')] });
    const { observed, observer } = await observe({
      of: {
        ...of,
        runs: { c9: [check('build', 'success'), check('lint', 'failure')] },
        contexts: { c9: new UserError('GitHub refused to list the statuses', 'Add it.') },
      },
      pipeline: both,
      record: { staging: { frontier: sha('c8') } },
    });
    expect(observed.checks[sha('c9')]).toEqual({
      build: { state: 'unknown' },
      lint: { state: 'failure' },
      e2e: { state: 'unknown' },
    });
    expect(observer.warnings()).toEqual([
      { message: 'GitHub refused to list the statuses', hint: 'Add it.' },
    ]);
  });

  test('of a later stage are those of what may go on to it', async () => {
    const { observed } = await observe({
      of: {
        ...of,
        ...running({ staging: 'c5', production: 'c2' }),
        runs: { c5: [check('e2e', 'success')] },
      },
      pipeline: pipeline({}, { checks: ['e2e'] }),
      record: { staging: { frontier: sha('c5') }, production: { frontier: sha('c2') } },
    });
    expect(Object.keys(observed.checks)).toEqual([sha('c5')]);
  });

  test('of a version that was asked for by name are looked at as well', async () => {
    const { observed } = await observe({
      of: { ...of, runs: { c9: [check('build', 'success')] } },
      pipeline: building,
      record: { staging: { frontier: sha('c2') } },
      options: { asked: { version: sha('c3').slice(0, 12) } },
    });
    expect(Object.keys(observed.checks)).toEqual([sha('c3'), sha('c9')]);
  });
});

/** All stages by their deployments, and the versions by their tags. */
function ofTags(pipeline: Pipeline) {
  const stages = pipeline.stages.map(
    ({ name }) => [name, stageSettings({ from: 'deployments' }, name)] as const,
  );
  return {
    pipeline,
    versions: { from: 'tags', pattern: 'v*' } as const,
    stages: Object.fromEntries(stages),
  };
}

describe('the people who approved', () => {
  const approved = (...logins: string[]): Partial<StageRecord> => ({
    approvals: logins.map((by) => ({ version: sha('c5'), by, at: at('11:00'), source: 'command' })),
  });
  const asking = (more: Partial<ApprovalSettings>) =>
    pipeline({}, { approval: { by: ['maintain', 'ops'], count: 1, self: true, ...more } });
  const of = { commits: line(5), ...running({ staging: 'c5', production: 'c2' }) };

  test('are asked for with their teams', async () => {
    const { observed } = await observe({
      of: { ...of, permissions: { ada: 'maintain', grace: 'write' }, teams: { ops: ['grace'] } },
      pipeline: asking({}),
      record: { production: approved('ada', 'grace') },
    });
    expect(observed.people).toEqual({
      ada: { permission: 'maintain', teams: [] },
      grace: { permission: 'write', teams: ['ops'] },
    });
  });

  test('are left out where a team that decides may not be asked', async () => {
    const { observed } = await observe({
      of: { ...of, permissions: { ada: 'maintain', grace: 'write' } },
      pipeline: asking({}),
      record: { production: approved('ada', 'grace') },
    });
    expect(observed.people).toEqual({ ada: { permission: 'maintain', teams: [] } });
  });

  test('are left out, with a warning, where they cannot be asked for', async () => {
    const { observed, observer } = await observe({
      of: { ...of, permissions: { ada: new Error('socket hang up') }, teams: { ops: [] } },
      pipeline: asking({}),
      record: { production: approved('ada') },
    });
    expect(observed.people).toEqual({});
    expect(observer.warnings()[0]?.message).toContain('socket hang up');
  });

  test('are not asked for where nobody approved, names alone count, or the version is done with', async () => {
    const none = await observe({ of, pipeline: asking({}) });
    const named = await observe({
      of,
      pipeline: asking({ by: ['@ada'] }),
      record: { production: approved('ada') },
    });
    const done = await observe({
      of: { ...of, ...running({ staging: 'c5', production: 'c5' }) },
      pipeline: asking({}),
      record: { production: approved('ada') },
    });
    for (const { asked } of [none, named, done])
      expect(asked.filter((each) => /permission| in /.test(each))).toEqual([]);
  });

  test('are held against who made what they approved, where the list did not tell', async () => {
    const commits = {
      ...line(2),
      c3: { parents: ['c2'], authors: ['ada'] },
      c4: { parents: ['c3'], authors: undefined },
      c5: { parents: ['c4'], authors: ['grace'] },
    };
    const given = {
      of: { ...of, commits, permissions: { ada: 'maintain' as const } },
      record: { production: approved('ada') },
    };
    const self = await observe({ ...given, pipeline: asking({}) });
    expect(self.asked.filter((each) => each.startsWith('authors'))).toEqual([]);
    const others = await observe({ ...given, pipeline: asking({ self: false }) });
    expect(others.asked.filter((each) => each.startsWith('authors'))).toEqual([
      `authors ${sha('c3')}...${sha('c4')}`,
    ]);
  });

  test.each([
    ['all who made what there is', 3, ['ada', 'grace']],
    ['nobody known, where that is more than a page', 101, undefined],
  ])('are held, with the first of all versions, against %s', async (_, count, authors) => {
    const commits = { ...line(count, ['ada']), c1: { parents: [], authors: ['grace'] } };
    const key = 'v1.0.0';
    const given = asking({ self: false, by: ['maintain'] });
    const { observed } = await observe({
      of: {
        ...of,
        commits,
        tags: [{ tag: key, sha: sha(`c${count}`) }],
        ...running({ staging: `c${count}` }),
        permissions: { bob: 'maintain' as const },
      },
      pipeline: given,
      record: {
        production: {
          approvals: [{ by: 'bob', version: key, at: at('09:00'), source: 'command' }],
        },
      },
      options: { settings: ofTags(given) },
    });
    expect(observed.history.versions[0]?.authors?.toSorted()).toEqual(authors);
  });

  test('are held against all who made what lies between, where many versions do', async () => {
    const commits = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [
        `c${index + 1}`,
        { parents: index === 0 ? [] : [`c${index}`], authors: index === 5 ? ['grace'] : ['eve'] },
      ]),
    );
    const tags = Object.keys(commits).map((name, index) => ({
      tag: `v1.${index + 1}.0`,
      sha: sha(name),
    }));
    const given = asking({ self: false, by: ['maintain'] });
    const { observed, asked } = await observe({
      of: {
        commits,
        tags,
        branches: { main: 'c12' },
        ...running({ staging: 'c12', production: 'c2' }),
        permissions: { ada: 'maintain' },
      },
      pipeline: given,
      record: {
        production: {
          approvals: [{ version: 'v1.12.0', by: 'ada', at: at('11:00'), source: 'command' }],
        },
      },
      options: { settings: ofTags(given) },
    });
    expect(asked.filter((each) => each.startsWith('authors'))).toEqual([
      `authors ${sha('c2')}...${sha('c12')}`,
    ]);
    const coming = observed.history.versions.slice(2);
    expect(coming.map(({ authors }) => authors?.toSorted())).toEqual(
      coming.map(() => ['eve', 'grace']),
    );
  });
});

test.each([
  [true, ['the repository has more than 1 tags, and no version is taken from those beyond']],
  [false, []],
])('tags beyond those that are looked at (%s) are told of', async (moreTags, told) => {
  const { observer, asked } = await observe({
    of: { commits: line(1), tags: [{ tag: 'v1.0.0', sha: sha('c1') }], moreTags },
    options: {
      settings: {
        pipeline: pipeline({ stages: [stage('staging')] }),
        versions: { from: 'tags', pattern: 'v*' },
        stages: { staging: stageSettings({ from: 'deployments' }, 'staging') },
      },
    },
  });
  expect(observer.warnings().map(({ message }) => message)).toEqual(told);
  expect(asked.filter((each) => each === 'tags')).toHaveLength(1);
});

describe('the effects under way', () => {
  const lease = {
    holder: 'run',
    since: '2026-11-24T11:00:00Z',
    until: '2026-11-24T13:00:00Z',
    effect: 'the-key',
  };
  const effect = { kind: 'ref', reference: 'heads/production', at: at('11:00') };
  const promotion = {
    id: 'the-id',
    version: sha('c5'),
    generation: 0,
    kind: 'forward',
    phase: 'running',
    createdAt: at('11:00'),
    reason: 'x',
    attempts: [{ number: 2, lease, effect }],
  } as const;
  const of = { commits: line(5), ...running({ staging: 'c5', production: 'c2' }) };
  const look = (
    promotions: StageRecord['promotions'],
    way: Partial<StageWay>,
    arrival: Stage['arrival'] = 'observed',
  ) => {
    const stages = [stage('staging'), stage('production', { after: ['staging'], arrival })];
    return observe({
      of,
      record: { production: { promotions } },
      way,
      pipeline: pipeline({ stages }),
    });
  };

  test('are looked at by the way of their stage, and told by the key of their attempt', async () => {
    const state: EffectState = { state: 'open', at: at('12:00'), evidence: 'it was moved' };
    const orders: unknown[] = [];
    const { observed } = await look([promotion], {
      look: async (order, seen) => {
        orders.push([order, seen]);
        return state;
      },
    });
    expect(observed.effects).toEqual({ 'the-key': state });
    expect(orders).toEqual([
      [{ pipeline: 'app', stage: 'production', promotion, attempt: 2, key: 'the-key' }, effect],
    ]);
  });

  test('that ended well tell at once what the stage runs, where that word counts, and nothing is asked for it', async () => {
    const done: EffectState = { state: 'done', at: at('11:30'), evidence: 'the ref was moved' };
    const seen = async (arrival: Stage['arrival'], state: EffectState) => {
      const { observed, asked } = await look([promotion], { look: async () => state }, arrival);
      const { production } = observed.observations;
      return { production, requests: asked.length };
    };
    const before = await seen('reported', { ...done, state: 'open' });
    expect(before.production).toMatchObject({ version: sha('c2') });
    expect(await seen('reported', done)).toEqual({
      production: {
        health: 'healthy',
        version: promotion.version,
        at: at('12:00'),
        since: at('11:30'),
        evidence: `${promotion.version} was reported; deployment 2 succeeded`,
      },
      requests: before.requests,
    });
    expect((await seen('observed', done)).production).toMatchObject({ version: sha('c2') });
  });

  test('that cannot be looked at are unknown', async () => {
    const { observed, observer } = await look([promotion], {
      look: () => Promise.reject(new UserError('the run cannot be seen', 'Add `actions: read`.')),
    });
    expect(observed.effects['the-key']).toMatchObject({
      state: 'unknown',
      evidence: 'it could not be looked at: the run cannot be seen',
    });
    expect(observer.warnings()).toHaveLength(1);
  });

  test('that were begun in another way than that of the stage now are unknown, with a warning', async () => {
    const run = { kind: 'run', reference: '7', at: at('11:00') };
    const begun = { ...promotion, attempts: [{ number: 2, lease, effect: run }] };
    const { observed, observer } = await look([begun], {
      look: async () => ({ state: 'done', at: at('11:00'), evidence: '7 was moved' }),
    });
    expect(observed.effects['the-key']?.state).toBe('unknown');
    expect(observer.warnings()).toEqual([
      {
        message: `${sha('c5')} is on its way to production by run 7, and the stage acts by ref now`,
        hint: 'If it does not arrive, `/promote abort production` ends it.',
      },
    ]);
  });

  test('are none of claims without an effect, and of promotions that ended', async () => {
    const claimed = { ...promotion, attempts: [{ number: 1, lease }] };
    const done = { ...promotion, phase: 'succeeded' as const };
    for (const each of [claimed, done])
      expect((await look([each], {})).observed.effects).toEqual({});
  });

  test('may ask for the commit of a version', async () => {
    let commit = '';
    const { looking: given } = looking(world({ ...of, branches: { main: 'c5' } }));
    const observer = openObserver({
      settings: {
        pipeline: pipeline(),
        versions: { from: 'branch', branch: 'main' },
        stages: {
          staging: stageSettings({ from: 'deployments' }, 'staging'),
          production: stageSettings({ from: 'deployments' }, 'production'),
        },
      },
      ports: { ...given, recurrences: () => Promise.reject(new Error('none')) },
      way: () =>
        ({
          look: async () => {
            commit = observer.commitOf(sha('c5'));
            return { state: 'open', at: at('12:00'), evidence: '' };
          },
        }) as unknown as StageWay,
      now: () => at('12:00'),
    });
    await observer.observe(recordOf({ production: { promotions: [promotion] } }));
    expect(commit).toBe(sha('c5'));
    expect(() => observer.commitOf('v1')).toThrow('the commit of v1 is not known');
  });
});

describe('the calendars', () => {
  const of = { commits: line(1), ...running({ staging: 'c1', production: 'c1' }) };
  const zoned = (timezone: string) =>
    pipeline({}, { windows: windows(['Mon-Thu 09:00-16:00'], [], { timezone }) });

  test('are the zones of all windows', async () => {
    const { observed } = await observe({ of, pipeline: zoned('Europe/Berlin') });
    expect(Object.keys(observed.calendars)).toEqual(['Europe/Berlin']);
    expect(observed.calendars['Europe/Berlin']?.expand).toBeUndefined();
    await expect(observe({ of, pipeline: zoned('Mars/Olympus') })).rejects.toThrow(UserError);
  });

  test('expand recurrences where there are some', async () => {
    const rule = {
      kind: 'recurrence',
      text: 'x',
      rule: 'FREQ=DAILY',
      start: 0,
      length: length('1h'),
    };
    const settings = { ...windows([]), allow: [rule as never] };
    const { looking: given } = looking(world({ ...of, branches: { main: 'c1' } }));
    const expand = () => [];
    const { observed } = await observe({
      of,
      pipeline: pipeline({}, { windows: settings }),
      options: { ports: { ...given, recurrences: async () => expand } },
    });
    expect(observed.calendars.UTC?.expand).toBe(expand);
  });
});

describe('a look as a whole', () => {
  const five: Stage[] = ['one', 'two', 'three', 'four', 'five'].map((name, index, all) =>
    stage(name, { after: index === 0 ? [] : [all[index - 1] ?? ''] }),
  );

  test('asks for each thing once', async () => {
    const shares = pipeline({ stages: five });
    const settings = Object.fromEntries(
      five.map(({ name }) => [name, stageSettings({ from: 'deployments' }, 'same')]),
    );
    const of = { commits: line(3), ...running({ same: 'c3' }) };
    const { looking: given, asked } = looking(world({ ...of, branches: { main: 'c3' } }));
    const observer = openObserver({
      settings: {
        pipeline: shares,
        versions: { from: 'branch', branch: 'main' },
        stages: settings,
      },
      ports: { ...given, recurrences: () => Promise.reject(new Error('none')) },
      way: () => ({}) as StageWay,
      now: () => at('12:00'),
    });
    await observer.observe(emptyRecord('app'));
    expect([...asked].sort()).toEqual(['commits main 1', 'deployments same', 'statuses of 1']);
    await observer.observe(emptyRecord('app'));
    expect(asked).toHaveLength(6);
  });

  test('leaves a stage that cannot be seen unknown, and sees the others', async () => {
    const of = { commits: line(3), ...running({ staging: 'c3', production: 'c2' }) };
    const { looking: given } = looking(world({ ...of, branches: { main: 'c3' } }));
    const { environments } = given.repository;
    const repository = {
      ...given.repository,
      environments: {
        ...environments,
        deployments: (environment: string) =>
          environment === 'staging'
            ? Promise.reject(new UserError('GitHub failed to list: it answered 502', 'Run again.'))
            : environments.deployments(environment),
      },
    };
    const { observed, observer } = await observe({
      of,
      options: {
        ports: { ...given, repository, recurrences: () => Promise.reject(new Error('none')) },
      },
    });
    expect(observed.observations.staging).toMatchObject({ health: 'unknown' });
    expect(observed.observations.production).toMatchObject({
      health: 'healthy',
      version: sha('c2'),
    });
    expect(observer.warnings()).toHaveLength(1);
  });

  test('fails where the versions cannot be read', async () => {
    const missing = observe({ of: { commits: line(1), branches: {} } });
    await expect(missing).rejects.toThrow('no main');
  });

  test('calls a deployment by its tag, where versions are tags', async () => {
    const tags = ['v1.0.0', 'v1.0.1'].map((tag) => ({ tag, sha: sha('c1') }));
    const deployments = { staging: [{ ...deployed(1, 'c1', '09:00'), ref: 'v1.0.0' }] };
    const statuses = { 1: states(['success', '09:10']) };
    const { looking: given } = looking(world({ commits: line(1), tags, deployments, statuses }));
    const observer = openObserver({
      settings: {
        pipeline: pipeline({ stages: [stage('staging')] }),
        versions: { from: 'tags', pattern: 'v*' },
        stages: { staging: stageSettings({ from: 'deployments' }, 'staging') },
      },
      ports: { ...given, recurrences: () => Promise.reject(new Error('none')) },
      way: () => ({}) as StageWay,
      now: () => at('12:00'),
    });
    const { observations } = await observer.observe(emptyRecord('app'));
    expect(observations.staging).toMatchObject({ version: 'v1.0.0' });
    expect(observations.staging).not.toHaveProperty('ref');
    expect(observer.commitOf('v1.0.1')).toBe(sha('c1'));
  });
});

describe('calls that are shared', () => {
  test('run so many at a time, and go on after one fails', async () => {
    const limiter = atMost(2);
    let running = 0;
    let most = 0;
    const task = (fails: boolean) =>
      limiter(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running -= 1;
        if (fails) throw new Error('failed');
      });
    const ended = await Promise.allSettled([true, false, true, false, false].map(task));
    expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    expect([most, running]).toEqual([2, 0]);
  });

  test('are made once for the same question, and told apart by all that is asked', async () => {
    const asked: unknown[][] = [];
    const port = {
      ask: async (...given: readonly unknown[]) => {
        asked.push([...given]);
        return asked.length;
      },
    };
    const one = shared(port, atMost(8));
    expect(
      await Promise.all([one.ask('a', 1), one.ask('a', 1), one.ask('a'), one.ask('a1')]),
    ).toEqual([1, 1, 2, 3]);
    expect(asked).toEqual([['a', 1], ['a'], ['a1']]);
  });
});
