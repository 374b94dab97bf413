import { once, onceEach } from '../core/once.ts';
import type { PipelineSettings, PullRequestSettings } from '../promotion/settings.ts';
import { openWay } from '../promotion/ways/open-way.ts';
import type { StageWay, WayContext } from '../promotion/ways/way.ts';
import type { Session } from './session.ts';

/** Each way is opened once, and that by pull request only when something is asked of it. */
export function stageWays(
  { github, context: { runUrl }, now, run }: Session,
  { stages }: PipelineSettings,
  contextOf: (stage: string) => WayContext,
): (stage: string) => StageWay {
  const ports = {
    refs: github.refs,
    workflows: github.workflows,
    releases: github.releases,
    clock: now,
    runUrl,
    pullRequest: (settings: PullRequestSettings, of: WayContext) =>
      lazily(async () => {
        const { openPullRequestWay } = await loadPullRequestWay();
        return openPullRequestWay(settings, of, {
          ...github.pullRequestWay,
          clock: now,
          warn: (line) => run.warn(line),
        });
      }),
  };
  return onceEach((stage: string) => {
    const settings = stages[stage];
    if (!settings) throw new RangeError(`the stage ${stage} has no settings`);
    return openWay(settings.way, contextOf(stage), ports);
  });
}

function lazily(load: () => Promise<StageWay>): StageWay {
  const way = once(load);
  return {
    find: async (order) => (await way()).find(order),
    act: async (order) => (await way()).act(order),
    look: async (order, effect) => (await way()).look(order, effect),
    proceed: async (order, effect) => (await way()).proceed?.(order, effect),
    tidy: async (order, effect, why) => (await way()).tidy?.(order, effect, why),
  };
}

function loadPullRequestWay() {
  return import(/* webpackIgnore: true */ '../promotion/ways/pull-request/open.ts');
}
