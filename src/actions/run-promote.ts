import { choosePipeline } from '../promotion/choose-pipeline.ts';
import type { ActionOutcome } from '../runner/run-action.ts';
import type { PromoteInputs } from './promote-environment/inputs.ts';
import { obeyComment, type SpokenPromotion } from './promotion/obey-comment.ts';
import { checkSpokenFor } from './promotion/spoken-for.ts';
import { runPipeline } from './run-pipeline.ts';
import type { Configured, Session } from './session.ts';

/** Does what the inputs say of the pipeline that they mean. */
export async function runPromote(
  configured: Configured,
  { pipeline, instruction, why, dryRun, config }: PromoteInputs,
): Promise<ActionOutcome> {
  const { session, configuration } = configured;
  checkSpokenFor(session, instruction);
  const settings = choosePipeline(
    Object.values(configuration.pipelines),
    pipeline,
    instruction,
    config,
  );
  const { runUrl: source } = session.context;
  return runPipeline(configured, settings, {
    instruction,
    why,
    dryRun,
    source,
    by: actorOf(session),
  });
}

/** Does what a comment says of promotions, and answers it. */
export async function runPromoteComment(
  configured: Configured,
  spoken: SpokenPromotion,
  dryRun: boolean,
): Promise<ActionOutcome> {
  return obeyComment(configured, spoken, dryRun);
}

/** Who started this run, or started it again: GitHub's word. */
function actorOf({ run: { environment } }: Session): string {
  return environment.GITHUB_TRIGGERING_ACTOR || environment.GITHUB_ACTOR || '';
}
