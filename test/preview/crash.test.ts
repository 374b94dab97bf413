import { describe, expect, test } from '@jest/globals';
import { deployPreview } from '../../src/preview/deploy-preview.ts';
import type { PreviewPorts } from '../../src/preview/preview-ports.ts';
import { sweepPreviews } from '../../src/preview/sweep-previews.ts';
import { teardownPreview } from '../../src/preview/teardown-preview.ts';
import { observedPreview } from '../builders/preview.ts';
import { commit, pullRequest, withHead } from '../builders/pull-request.ts';
import { deployRequest, sweepRequest, teardownRequest } from '../builders/requests.ts';
import { inMemoryPullRequests } from '../fakes/in-memory-pull-requests.ts';
import { inMemoryTarget } from '../fakes/in-memory-target.ts';
import { type Kill, killer } from '../fakes/killer.ts';
import { portsOf, quiet, type World, world } from '../fakes/world.ts';

type Run = (ports: PreviewPorts) => Promise<unknown>;

interface Scenario {
  readonly name: string;
  /** The world before the run; made anew for each kill. */
  readonly prepare: () => Promise<World>;
  readonly run: Run;
}

const deploy: Run = (ports) => deployPreview(deployRequest(), ports);
const teardown: Run = (ports) => teardownPreview(teardownRequest(), ports);
const sweep: Run = (ports) => sweepPreviews(sweepRequest(), ports);

async function deployed(): Promise<World> {
  const made = world();
  await deploy(portsOf(made));
  return made;
}

async function deployedTwice(): Promise<World> {
  const made = await deployed();
  made.pullRequests.push(7, commit('b'));
  await deploy(portsOf(made));
  return made;
}

const scenarios: readonly Scenario[] = [
  { name: 'a first deploy', prepare: async () => world(), run: deploy },
  {
    name: 'a deploy of a new commit',
    prepare: async () => {
      const made = await deployedTwice();
      made.pullRequests.push(7, commit('c'));
      return made;
    },
    run: deploy,
  },
  { name: 'a deploy of what runs already', prepare: deployed, run: deploy },
  {
    name: 'a deploy that fails',
    prepare: async () => {
      const made = await deployed();
      made.pullRequests.push(7, commit('b'));
      made.target.behaviour.result = {
        kind: 'failed',
        service: 'app',
        reason: 'health: the application answers 500',
        log: ['boom'],
        stillServing: true,
      };
      return made;
    },
    run: deploy,
  },
  {
    name: 'a deploy of a closed pull request',
    prepare: async () => {
      const made = await deployed();
      made.pullRequests.close(7);
      return made;
    },
    run: deploy,
  },
  {
    name: 'a deploy during which the pull request is closed',
    prepare: async () => {
      const made = world();
      made.target.behaviour.meanwhile = () => made.pullRequests.close(7);
      return made;
    },
    run: deploy,
  },
  {
    name: 'a deploy beyond the cap',
    prepare: async () =>
      world({
        target: inMemoryTarget([observedPreview({ previewId: 'b0c8a15d', pullRequest: 3 })]),
      }),
    run: (ports) => {
      const { configuration } = deployRequest();
      const eligible = { ...configuration.eligible, max: 1 };
      return deployPreview(deployRequest({ configuration: { ...configuration, eligible } }), ports);
    },
  },
  {
    name: 'a deploy whose pull request has a preview under a former identifier',
    prepare: async () => {
      const made = await deployed();
      made.target.previews.clear();
      const former = observedPreview({ previewId: 'pr-7' });
      made.target.previews.set(`${former.repository} pr-7`, former);
      return made;
    },
    run: deploy,
  },
  {
    name: 'a deploy of a fork’s commit that nobody approved',
    prepare: async () =>
      world({
        pullRequests: inMemoryPullRequests(withHead(pullRequest(), { repository: 'mallory/shop' })),
      }),
    run: deploy,
  },
  {
    name: 'a teardown',
    prepare: async () => {
      const made = await deployedTwice();
      made.pullRequests.close(7);
      return made;
    },
    run: teardown,
  },
  {
    name: 'a teardown of what is gone',
    prepare: async () => {
      const made = await deployed();
      made.pullRequests.close(7);
      made.target.previews.clear();
      return made;
    },
    run: teardown,
  },
  {
    name: 'a sweep of three among five',
    prepare: async () => {
      const made = await deployedTwice();
      const expired = { expiresAt: observedPreview().createdAt };
      for (const [number, id, more] of [
        [1, '11111111', {}],
        [2, '22222222', {}],
        [3, '33333333', expired],
        [4, '44444444', { requested: true }],
      ] as const) {
        const state = number <= 2 ? 'closed' : 'open';
        made.pullRequests.all.set(number, pullRequest({ number, state }));
        const preview = observedPreview({ previewId: id, pullRequest: number, ...more });
        made.target.previews.set(`${preview.repository} ${id}`, preview);
        await made.comments.port.upsert(
          number,
          `<!-- understudy:preview:${number} -->`,
          `<!-- understudy:preview:${number} -->\nready`,
        );
      }
      return made;
    },
    run: sweep,
  },
];

async function run(made: World, act: Run, kill?: Kill): Promise<readonly string[]> {
  const watcher = killer(kill);
  await act(portsOf(made, {}, watcher)).catch(() => undefined);
  return watcher.calls;
}

function killsAt(calls: readonly string[]): Kill[] {
  const whens = ['before', 'midst', 'after'] as const;
  return calls.flatMap((_, call) => whens.map((when) => ({ call, when })));
}

describe.each(scenarios)('killed at any call and run again, $name', ({ prepare, run: act }) => {
  test('ends as when undisturbed', async () => {
    const undisturbed = await prepare();
    const calls = await run(undisturbed, act);
    expect(calls.length).toBeGreaterThan(2);
    for (const kill of killsAt(calls)) {
      const made = await prepare();
      await run(made, act, kill);
      await run(made, act);
      expect({ kill, at: calls[kill.call], ...quiet(made) }).toEqual({
        kill,
        at: calls[kill.call],
        ...quiet(undisturbed),
      });
    }
  });

  test('ends as when undisturbed though it is killed twice', async () => {
    const undisturbed = await prepare();
    const calls = await run(undisturbed, act);
    for (const first of killsAt(calls)) {
      for (const second of killsAt(calls)) {
        const made = await prepare();
        await run(made, act, first);
        await run(made, act, second);
        await run(made, act);
        expect({ first, second, ...quiet(made) }).toEqual({ first, second, ...quiet(undisturbed) });
      }
    }
  });
});

describe('a deploy killed at any call, whose pull request is then closed', () => {
  test('leaves nothing after the teardown', async () => {
    const calls = await run(world(), deploy);
    for (const kill of killsAt(calls)) {
      const made = world();
      await run(made, deploy, kill);
      made.pullRequests.close(7);
      await run(made, teardown);
      expect([...made.target.previews]).toEqual([]);
      expect(made.deployments.states().filter((state) => !state.endsWith('inactive'))).toEqual([]);
      for (const { body } of made.comments.kept) expect(body).toContain('Preview is removed');
    }
  });

  test('leaves no preview after the next sweep', async () => {
    const calls = await run(world(), deploy);
    for (const kill of killsAt(calls)) {
      const made = world();
      await run(made, deploy, kill);
      made.pullRequests.close(7);
      await run(made, sweep);
      expect([...made.target.previews]).toEqual([]);
    }
  });
});
