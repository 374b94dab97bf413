import { describe, expect, test } from '@jest/globals';
import { git } from '../world/git.ts';
import { inWorld, repository, type World } from '../world/world.ts';

type Access = 'read' | 'write';
type Permissions = Readonly<Record<string, Access>>;

/** What actions/promote-environment/README.md asks for, for every pipeline with checks. */
const always: Permissions = {
  contents: 'write',
  deployments: 'read',
  checks: 'read',
  statuses: 'read',
};

/** One way to act, with what the README asks for it. */
interface Way {
  readonly permissions: Permissions;
  readonly configuration: string;
  /** Makes what the version needs besides its commit. */
  prepare?(world: World): Promise<unknown>;
  /** Whether it was done. */
  done(world: World): Promise<boolean>;
}

const workflow = `name: Deploy
run-name: Deploy \${{ inputs.promotion }}
on:
  workflow_dispatch:
    inputs:
      promotion: { type: string }
`;

function pipeline(stage: string, versions = '{ branch: main, checks: [build] }'): string {
  return `pipelines:
  shop:
    versions: ${versions}
    stages:
      - name: production
        ${stage.trim().replaceAll('\n', '\n        ')}
`;
}

async function listed(world: World, path: string) {
  return (await world.must('GET', `/repos/${repository}/${path}`)).body;
}

async function hasRef(world: World, ref: string): Promise<boolean> {
  return (await world.api('GET', `/repos/${repository}/git/ref/${ref}`)).status === 200;
}

const ways: Readonly<Record<string, Way>> = {
  outputs: {
    permissions: always,
    configuration: pipeline('via: outputs'),
    done: async (world) => (await recordOf(world)).includes('"outputs"'),
  },
  dispatch: {
    permissions: { ...always, actions: 'write' },
    configuration: pipeline('via: { dispatch: { workflow: deploy.yml } }'),
    done: async (world) => (await listed(world, 'actions/runs')).total_count === 1,
  },
  'pull-request': {
    permissions: { ...always, pull_requests: 'write', deployments: 'write' },
    configuration: pipeline(`
via: { pull-request: { edits: [{ file: envs/production.yaml, path: image.tag }], labels: [promotion] } }`),
    done: async (world) =>
      (await listed(world, 'pulls')).length === 1 ||
      (await listed(world, 'git/matching-refs/heads/understudy/')).length > 0,
  },
  ref: {
    permissions: { ...always, deployments: 'write' },
    configuration: pipeline('observe: { ref: heads/production }\nvia: { ref: heads/production }'),
    done: (world) => hasRef(world, 'heads/production'),
  },
  release: {
    permissions: { ...always, deployments: 'write' },
    configuration: pipeline(
      'via: { release: { latest: true } }',
      '{ releases: any, checks: [build] }',
    ),
    prepare: (world) =>
      world.must('POST', `/repos/${repository}/releases`, { tag_name: 'v1.0.0', prerelease: true }),
    done: async (world) => !(await listed(world, 'releases/tags/v1.0.0')).prerelease,
  },
};

const ledger = 'refs/understudy/promotion/shop';

async function recordOf(world: World): Promise<string> {
  const bare = world.github.repositories[repository] ?? '';
  if (git(bare, 'for-each-ref', ledger) === '') return '';
  return git(bare, 'show', `${ledger}:record.json`);
}

function inWay({ configuration, prepare }: Way, play: (world: World) => Promise<void>) {
  const files = {
    '.github/workflows/deploy.yml': workflow,
    'envs/production.yaml': 'image: { tag: v0 }\n',
  };
  return inWorld({ configuration, files, gateway: false }, async (world) => {
    const commit = git(world.clone, 'rev-parse', 'HEAD');
    const passed = { state: 'success', context: 'build' };
    await world.must('POST', `/repos/${repository}/statuses/${commit}`, passed);
    await prepare?.(world);
    await play(world);
  });
}

async function run(
  world: World,
  permissions: Permissions,
  inputs: Record<string, string> = {},
  by?: string,
) {
  const { event, payload } = await world.schedule();
  const trigger = by
    ? { event: 'workflow_dispatch', payload: { ...payload, sender: { login: by } } }
    : { event, payload };
  const token = world.tokenFor(trigger, { ...permissions });
  const result = await world.step(trigger, { action: 'promote-environment', inputs, token });
  const words = (level: string) =>
    result.annotations.filter((each) => each.level === level).map(({ message }) => message);
  return { ...result, errors: words('error'), warnings: words('warning') };
}

/** Each permission taken away, and each that may write left with reading. */
function lesser(permissions: Permissions): readonly [string, Permissions][] {
  return Object.entries(permissions).flatMap(([name, access]): [string, Permissions][] => {
    const { [name]: _, ...rest } = permissions;
    const none: [string, Permissions] = [`${name}: none`, rest];
    return access === 'read' ? [none] : [none, [`${name}: read`, { ...rest, [name]: 'read' }]];
  });
}

/** What comes of a permission that is missing. */
type Lack =
  /** One error, and nothing is done. */
  | 'error'
  /** A warning, and nothing is done: a gate or a stage is unknown. */
  | 'blocked'
  /** A warning; it is done all the same. */
  | 'warning';

/** By `permission: what is left of it`: what comes of it, and which permission is named. */
function lackOf(change: string, way: string): readonly [Lack, string] {
  const looks = !['ref'].includes(way);
  const table: Readonly<Record<string, readonly [Lack, string]>> = {
    'contents: none': ['error', 'contents: read'],
    'contents: read': ['error', 'contents: write'],
    'deployments: none': looks
      ? ['blocked', 'deployments: read']
      : ['warning', 'deployments: write'],
    'deployments: read': ['warning', 'deployments: write'],
    'checks: none': ['blocked', 'checks: read'],
    'statuses: none': ['blocked', 'statuses: read'],
    'actions: none': ['error', 'actions: write'],
    'actions: read': ['error', 'actions: write'],
    'pull_requests: none': ['error', 'pull-requests: write'],
    'pull_requests: read': ['error', 'pull-requests: write'],
  };
  const found = table[change];
  if (!found) throw new Error(`nobody says what comes of ${change}`);
  return found;
}

for (const [name, way] of Object.entries(ways)) {
  describe(`the way ${name}`, () => {
    test('works with exactly what its page asks for', () =>
      inWay(way, async (world) => {
        const result = await run(world, way.permissions);
        expect(result).toMatchObject({ exit: 0, errors: [], warnings: [] });
        expect(result.outputs.decision).toBe('promote');
        expect(await way.done(world)).toBe(true);
        expect(world.requests().filter(({ status }) => [401, 403].includes(status))).toEqual([]);
      }));

    for (const [change, permissions] of lesser(way.permissions)) {
      const [lack, named] = lackOf(change, name);
      test(`with ${change}: ${lack} that names \`${named}\``, () =>
        inWay(way, async (world) => {
          const { exit, errors, warnings, outputs, log } = await run(world, permissions);
          const told = lack === 'error' ? errors : warnings;
          expect(told).toEqual([expect.stringContaining(`\`${named}\``)]);
          expect({ exit, errors: errors.length }).toEqual(
            lack === 'error' ? { exit: 1, errors: 1 } : { exit: 0, errors: 0 },
          );
          expect(log).not.toMatch(/^\s+at |This looks like a fault/m);
          if (lack === 'blocked') expect(outputs.decision).toBe('blocked');
          expect(await way.done(world)).toBe(lack === 'warning');
        }));
    }
  });
}

describe('the modes', () => {
  const outputs = {
    permissions: always,
    configuration: pipeline('via: outputs\ngates: { approval: { by: [write], self: true } }'),
    done: async () => false,
  };

  test('each need `contents: write`, and refuse without it before anything is written', () =>
    inWay(outputs, async (world) => {
      await world.collaborator('ada', 'maintain');
      const version = git(world.clone, 'rev-parse', 'HEAD');
      const stage = 'production';
      const said: readonly (readonly [Permissions, Record<string, string>])[] = [
        [always, { mode: 'hold', stage, why: 'the database moves' }],
        [always, { mode: 'release', stage }],
        [always, { mode: 'approve', stage, version }],
        [always, { mode: 'override', stage, version, gates: 'approval', why: 'orders fail' }],
      ];
      for (const [permissions, inputs] of said) await obeyed(world, permissions, inputs);
      const first = await run(world, always);
      const promotion = first.outputs.promotion ?? '';
      expect(first.outputs.decision).toBe('promote');
      const report = { mode: 'report', promotion, result: 'success' };
      await obeyed(world, { contents: 'write' }, report);
      const next = await world.push('main', { 'app.txt': 'next' });
      await world.must('POST', `/repos/${repository}/statuses/${next}`, {
        state: 'success',
        context: 'build',
      });
      await obeyed(world, always, { mode: 'approve', stage, version: next });
      expect((await run(world, always)).outputs.decision).toBe('promote');
      await obeyed(world, always, { mode: 'abort', stage });
      await obeyed(world, always, { mode: 'rollback', stage, version });
    }));
});

/** First without the right to write, then with what it needs. */
async function obeyed(world: World, permissions: Permissions, inputs: Record<string, string>) {
  const before = await recordOf(world);
  const refused = await run(world, { ...permissions, contents: 'read' }, inputs, 'ada');
  expect(refused.exit).toBe(1);
  expect(refused.errors).toEqual([expect.stringContaining('`contents: write`')]);
  expect(await recordOf(world)).toBe(before);
  const done = await run(world, permissions, inputs, 'ada');
  expect({
    mode: inputs.mode,
    exit: done.exit,
    errors: done.errors,
    warnings: done.warnings,
  }).toEqual({
    mode: inputs.mode,
    exit: 0,
    errors: [],
    warnings: [],
  });
  expect(await recordOf(world)).not.toBe(before);
}
