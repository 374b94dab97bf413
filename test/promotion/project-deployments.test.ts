import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import type {
  NewDeployment,
  PromotionDeployments,
  PromotionStatus,
} from '../../src/promotion/deployment-ports.ts';
import { isProjected, projectDeployments } from '../../src/promotion/project-deployments.ts';
import {
  type Effect,
  emptyRecord,
  type PipelineRecord,
  type Promotion,
} from '../../src/promotion/records/record.ts';
import type { StageSettings } from '../../src/promotion/settings.ts';
import { at, history, pipeline, stage } from '../builders/promotion.ts';
import {
  minutes,
  promotion,
  pullRequest,
  settings,
  viewOf,
  withPromotions,
} from '../builders/promotion-view.ts';

interface Kept extends NewDeployment {
  readonly id: number;
  readonly statuses: PromotionStatus[];
}

/** GitHub's deployments in a list; `dieAfter` requests everything fails. */
class Deployments implements PromotionDeployments {
  readonly kept: Kept[] = [];
  readonly requests: string[] = [];
  dieAfter = Number.POSITIVE_INFINITY;

  #request(name: string) {
    if (this.requests.length >= this.dieAfter) throw new Error('GitHub refused: 403');
    this.requests.push(name);
  }

  async list(environment: string) {
    this.#request('list');
    return this.kept.filter((each) => each.environment === environment).toReversed();
  }

  async create(deployment: NewDeployment) {
    this.#request('create');
    const id = this.kept.length + 1;
    this.kept.push({ ...deployment, id, statuses: [] });
    return id;
  }

  async stateOf(id: number) {
    this.#request('state');
    return this.#get(id).statuses.at(-1)?.state;
  }

  async report(id: number, status: PromotionStatus) {
    this.#request('report');
    this.#get(id).statuses.push(status);
  }

  states(): string[] {
    return this.kept.map(
      ({ version, statuses }) => `${version} ${statuses.map(({ state }) => state).join(' ')}`,
    );
  }

  #get(id: number): Kept {
    const found = this.kept.find((each) => each.id === id);
    if (!found) throw new Error(`no deployment ${id}`);
    return found;
  }
}

const deployed = pipeline({
  stages: [stage('staging'), stage('production', { after: ['staging'] })],
});
const nothing = emptyRecord('app');
const pushed: Effect = { kind: 'ref', reference: 'heads/production', at: at('12:00') };

function recordOf(...promotions: Promotion[]): PipelineRecord {
  return withPromotions(nothing, 'production', promotions);
}

async function project(
  deployments: PromotionDeployments,
  before: PipelineRecord,
  record: PipelineRecord,
  more: Partial<StageSettings> = {},
) {
  return (await outcomeOf(deployments, before, record, more)).warnings;
}

async function outcomeOf(
  deployments: PromotionDeployments,
  before: PipelineRecord,
  record: PipelineRecord,
  more: Partial<StageSettings> = {},
) {
  const warnings: string[] = [];
  const made = viewOf(
    { pipeline: deployed, history: history('v1', 'v2', 'v3') },
    { settings: settings(deployed, { production: more }) },
  );
  const ports = { deployments, warn: (line: string) => warnings.push(line), mayPass };
  const isDone = await projectDeployments(ports, { ...made, record }, before);
  return { warnings, isDone };
}

const mayPass = (cause: unknown) => cause instanceof Error && /50\d$/.test(cause.message);

const one = (version: string, overrides: Partial<Promotion> = {}, effect: Effect = pushed) =>
  promotion({ id: `production-g0-${version}`, version, ...overrides }, [effect]);
const done = (version: string, after: number) =>
  one(version, { phase: 'succeeded', endedAt: minutes(after), reason: 'arrived: it runs' });

describe('promotions as deployments', () => {
  test('go from pending to success, and make the one before inactive', async () => {
    const deployments = new Deployments();
    const claimed = promotion({ id: 'production-g0-v1' }, [undefined]);
    const steps = [
      nothing,
      recordOf(claimed),
      recordOf(one('v1')),
      recordOf(done('v1', 5)),
      recordOf(done('v1', 5), one('v2')),
      recordOf(done('v1', 5), done('v2', 10)),
    ];
    for (const [index, record] of steps.entries())
      await project(deployments, steps[index - 1] ?? nothing, record, {
        url: 'https://example.com',
      });
    expect(deployments.states()).toEqual([
      'v1 pending in_progress success inactive',
      'v2 in_progress success',
    ]);
    expect(deployments.kept[0]).toMatchObject({
      pipeline: 'app',
      stage: 'production',
      promotion: 'production-g0-v1',
      environment: 'production',
      commit: 'v1'.padEnd(40, '0'),
      production: true,
    });
    expect(deployments.kept[1]?.statuses.at(-1)).toEqual({
      state: 'success',
      description: 'arrived: it runs',
      environmentUrl: 'https://example.com',
      logUrl: 'https://github.com/acme/app/actions/runs/7',
    });
  });

  test('cost no request where nothing changed, though the record was written', async () => {
    const deployments = new Deployments();
    const before = recordOf(done('v1', 5), one('v2'));
    const seen = viewOf({ record: before, pipeline: deployed }).record;
    expect(seen).not.toBe(before);
    await project(deployments, before, seen);
    expect(deployments.requests).toEqual([]);
  });

  test.each([
    ['failed', 'failure'],
    ['errored', 'error'],
    ['aborted', 'inactive'],
  ] as const)('that %s are %s', async (phase, state) => {
    const deployments = new Deployments();
    await project(deployments, nothing, recordOf(one('v1')));
    await project(deployments, recordOf(one('v1')), recordOf(one('v1', { phase, reason: 'x: y' })));
    expect(deployments.states()).toEqual([`v1 in_progress ${state}`]);
  });

  test('are pending while their pull request is open, and in progress once it is merged', async () => {
    const deployments = new Deployments();
    const open = recordOf(one('v1', {}, pullRequest()));
    const merged = recordOf(one('v1', {}, pullRequest({ doneAt: minutes(5) })));
    await project(deployments, nothing, open);
    await project(deployments, open, merged);
    expect(deployments.states()).toEqual(['v1 pending in_progress']);
  });

  test('lead to the run that deploys, where there is one', async () => {
    const deployments = new Deployments();
    const url = 'https://github.com/acme/app/actions/runs/99';
    await project(
      deployments,
      nothing,
      recordOf(one('v1', {}, { kind: 'run', reference: '99', url, at: at('12:00') })),
    );
    expect(deployments.kept[0]?.statuses[0]?.logUrl).toBe(url);
  });

  test('of an attempt more are the same deployment', async () => {
    const deployments = new Deployments();
    const first = recordOf(one('v1'));
    const again = promotion(
      { id: 'production-g0-v1', reason: 'running: attempt 2 by ref heads/production' },
      [pushed, pushed],
    );
    await project(deployments, nothing, first);
    await project(deployments, first, recordOf(again));
    expect(deployments.states()).toEqual(['v1 in_progress in_progress']);
  });

  test('that went back to an older version are new ones, and the newer becomes inactive', async () => {
    const deployments = new Deployments();
    const before = recordOf(done('v1', 5), done('v2', 10));
    await project(deployments, nothing, recordOf(done('v1', 5)));
    await project(deployments, recordOf(done('v1', 5)), before);
    const back = one('v1', {
      id: 'production-g1-v1',
      generation: 1,
      kind: 'rollback',
      phase: 'succeeded',
      endedAt: minutes(20),
    });
    await project(deployments, before, recordOf(done('v1', 5), done('v2', 10), back));
    expect(deployments.states()).toEqual([
      'v1 success inactive',
      'v2 success inactive',
      'v1 success',
    ]);
  });

  test('are not made for what came to nothing before it was shown', async () => {
    const deployments = new Deployments();
    const never = promotion({ phase: 'aborted', reason: 'superseded: by v2' }, [undefined]);
    await project(deployments, nothing, recordOf(never));
    expect(deployments.kept).toEqual([]);
  });

  test('are adopted from a run that was cut off, at each of its requests', async () => {
    const before = recordOf(done('v1', 5), one('v2'));
    const after = recordOf(done('v1', 5), done('v2', 10));
    const next = recordOf(done('v1', 5), done('v2', 10), one('v3'));
    for (let requests = 0; requests < 8; requests += 1) {
      const deployments = new Deployments();
      await project(deployments, nothing, recordOf(done('v1', 5)));
      await project(deployments, recordOf(done('v1', 5)), before);
      deployments.dieAfter = deployments.requests.length + requests;
      await project(deployments, before, after);
      deployments.dieAfter = Number.POSITIVE_INFINITY;
      await project(deployments, after, next);
      const last = deployments.states().map((states) => states.split(' ').at(-1));
      expect([requests, ...last]).toEqual([requests, 'inactive', 'success', 'in_progress']);
    }
  });

  test('stay within five requests for a promotion that ends well', async () => {
    const deployments = new Deployments();
    const before = recordOf(done('v1', 5), done('v2', 10), one('v3'));
    await project(deployments, nothing, recordOf(done('v1', 5)));
    await project(deployments, recordOf(done('v1', 5)), recordOf(done('v1', 5), done('v2', 10)));
    await project(deployments, recordOf(done('v1', 5), done('v2', 10)), before);
    const sent = deployments.requests.length;
    await project(deployments, before, recordOf(done('v1', 5), done('v2', 10), done('v3', 15)));
    expect(deployments.requests.slice(sent)).toEqual(['list', 'state', 'report', 'report']);
  });

  test('of another pipeline in the same environment are left alone', async () => {
    const deployments = new Deployments();
    const other = { pipeline: 'other', stage: 'production', promotion: 'production-g0-v1' };
    await deployments.create({
      ...other,
      environment: 'production',
      commit: 'c',
      version: 'v1',
      production: true,
    });
    await project(deployments, nothing, recordOf(done('v1', 5)));
    expect(deployments.states()).toEqual(['v1 ', 'v1 success']);
  });

  test('that fail are one warning for each reason, and no failure', async () => {
    const deployments = new Deployments();
    deployments.dieAfter = 0;
    const both = withPromotions(recordOf(one('v1')), 'staging', [one('v1')]);
    expect(await project(deployments, nothing, both)).toEqual([
      'promotions are not shown as deployments: GitHub refused: 403',
    ]);
    expect(await project(new Deployments(), nothing, recordOf(one('unheard-of')))).toEqual([
      'promotions are not shown as deployments: the commit of unheard-of is not known',
    ]);
  });

  test('are left to a later run where what failed may go well then, and not where it will not', async () => {
    const record = recordOf(one('v1'));
    const outcome = async (problem?: string) => {
      const deployments = new Deployments();
      if (problem) deployments.create = () => Promise.reject(new Error(problem));
      return (await outcomeOf(deployments, nothing, record)).isDone;
    };
    expect(await outcome()).toBe(true);
    expect(await outcome('GitHub refused: 403')).toBe(true);
    expect(await outcome('GitHub answered 502')).toBe(false);
  });

  test('say what to do where that is known', async () => {
    const deployments = new Deployments();
    deployments.list = () =>
      Promise.reject(new UserError('GitHub refused', 'Add `deployments: write`.'));
    expect(await project(deployments, nothing, recordOf(one('v1')))).toEqual([
      'promotions are not shown as deployments: GitHub refused\nAdd `deployments: write`.',
    ]);
  });
});

describe('whether a stage is shown', () => {
  const by = (via: string, deployment?: boolean) =>
    isProjected({ way: { via }, ...(deployment !== undefined && { deployment }) } as StageSettings);

  test.each([
    ['pull-request', true],
    ['ref', true],
    ['release', true],
    ['outputs', false],
    ['dispatch', false],
  ])('by %s it is %s, unless the settings say otherwise', (via, shown) => {
    expect(by(via)).toBe(shown);
    expect(by(via, !shown)).toBe(!shown);
  });

  test('sends nothing for one that is not, nor in a dry run', async () => {
    const deployments = new Deployments();
    const dry = viewOf(
      { pipeline: deployed, history: history('v1') },
      { dryRun: true, record: recordOf(one('v1')) },
    );
    await projectDeployments({ deployments, warn: () => undefined, mayPass }, dry, nothing);
    await project(deployments, nothing, recordOf(one('v1')), { deployment: false });
    expect(deployments.requests).toEqual([]);
  });
});
