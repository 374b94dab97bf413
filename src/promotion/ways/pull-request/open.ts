import type { ActOrder } from '../../ports.ts';
import type { PullRequestSettings } from '../../settings.ts';
import type { StageWay, WayContext } from '../way.ts';
import { act } from './act.ts';
import { effectOf, findPull, trim } from './find.ts';
import { look } from './look.ts';
import type { PullRequestPorts } from './ports.ts';
import { proceed } from './proceed.ts';
import { tidy } from './tidy.ts';
import { branchOf, checkFiles, type Work } from './work.ts';

/**
 * The way by pull request: the version is written into files of the repository on a branch `understudy/<promotion id>`,
 * which people, or a run with `merge`, merge. Needs `contents: write` and `pull-requests: write`. Throws a `UserError`
 * for files that it may not change; asks nothing yet.
 */
export function openPullRequestWay(
  settings: PullRequestSettings,
  context: WayContext,
  ports: PullRequestPorts,
): StageWay {
  checkFiles(settings);
  const workFor = (order: ActOrder): Work => ({
    order,
    settings,
    context,
    ports,
    branch: branchOf(order),
  });
  return {
    find: async (order) => {
      const work = workFor(order);
      const pull = await findPull(work);
      if (!pull) return undefined;
      await trim(work, pull);
      return effectOf(pull);
    },
    act: (order) => act(workFor(order)),
    look: (order, effect) => look(workFor(order), effect),
    proceed: async (order, effect) => {
      const number = numberOf(effect.kind, effect.reference);
      return number === undefined ? undefined : proceed(workFor(order), number);
    },
    tidy: async (order, effect, why) => {
      const number = numberOf(effect.kind, effect.reference);
      if (number !== undefined) await tidy(workFor(order), number, why);
    },
  };
}

function numberOf(kind: string, reference: string): number | undefined {
  return kind === 'pull-request' ? Number(reference) : undefined;
}
