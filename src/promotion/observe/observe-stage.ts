import { UserError } from '../../core/user-error.ts';
import { type DeploymentObservation, observeDeployments } from './observe-deployments.ts';
import { observeFile } from './observe-file.ts';
import { observeHttp } from './observe-http.ts';
import { observeRef } from './observe-ref.ts';
import { observeStack } from './observe-stack.ts';
import { observeWorkload } from './observe-workload.ts';
import { type Looking, type StageView, unknown } from './stage-view.ts';

/** Looks at one stage. Never throws: what stands in the way is why it is unknown, and a warning where people can mend it. */
export async function observeStage(
  view: StageView,
  looking: Looking,
): Promise<DeploymentObservation> {
  try {
    return await look(view, looking);
  } catch (cause) {
    const problems = cause instanceof UserError ? cause.problems : [];
    for (const problem of problems) looking.warn(problem);
    return unknown(looking.now(), problems[0]?.message ?? wordsOf(cause));
  }
}

/** The first line of what an error says. */
export function wordsOf(cause: unknown): string {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return line.slice(0, 300);
}

function look(view: StageView, looking: Looking): Promise<DeploymentObservation> {
  const { observe } = view.settings;
  switch (observe.from) {
    case 'deployments':
      return observeDeployments(view, looking);
    case 'file':
      return observeFile(view, observe, looking);
    case 'http':
      return observeHttp(view, observe, looking);
    case 'ref':
      return observeRef(view, observe.ref, looking);
    case 'cloudformation':
      return observeStack(view, observe, looking);
    case 'kubernetes':
      return observeWorkload(view, observe, looking);
  }
}
