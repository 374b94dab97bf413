import { type Problem, UserError } from '../../core/user-error.ts';
import type { Instruction } from '../../promotion/instruction.ts';
import { stageNamed } from '../../promotion/pipeline.ts';
import type { Promoted } from '../../promotion/promote.ts';
import type { PipelineSettings } from '../../promotion/settings.ts';
import { isOutcomeUnknown } from '../../promotion/ways/written.ts';
import type { Session } from '../session.ts';

/**
 * What a run came to, where that is worth telling. Throws what went wrong where that is all there is to say: a fault of
 * ours, what a command set off, a run that is cancelled. What was handed out is never lost with it.
 */
export function withoutGraveFault(
  session: Session,
  settings: PipelineSettings,
  { mode }: Instruction,
  promoted: Promoted,
): Promoted {
  const { faults } = promoted;
  if (faults.length > 0) session.run.signal.throwIfAborted();
  if (handsOut(settings, promoted)) return promoted;
  const grave = faults.filter((fault) => !isPassing(session, fault));
  const ours = grave.find((fault) => !(fault instanceof UserError));
  if (ours !== undefined) throw ours;
  if (grave.length > 0 && mode !== 'advance') throw UserError.all(problemsOf(grave));
  return promoted;
}

/**
 * What people are told of what went wrong under a claim. What may pass is no failure: the claim stands, and the next run
 * looks for what was done. Nothing is, where jobs are to deploy what was handed out besides.
 */
export function toldFaults(
  session: Session,
  settings: PipelineSettings,
  promoted: Promoted,
): { readonly failures: readonly Problem[]; readonly warnings: readonly string[] } {
  const isHandedOut = handsOut(settings, promoted);
  const { faults } = promoted;
  const passing = faults.filter((fault) => isHandedOut || isPassing(session, fault));
  return {
    failures: problemsOf(faults.filter((fault) => !passing.includes(fault))),
    warnings: passing.map((fault) => `${isHandedOut ? besides : lost}: ${wordsOf(fault)}`),
  };
}

const besides = 'something went wrong after a promotion was handed out; the next run goes on';
const lost =
  'an answer was lost as a promotion was carried out; a run after `wake-at` looks for what was done, and goes on';

function handsOut({ pipeline }: PipelineSettings, { decisions }: Promoted): boolean {
  return decisions.some(
    ({ decision, stage }) =>
      decision === 'promote' && stageNamed(pipeline, stage).via === 'outputs',
  );
}

/** Whether the next run may find what was done, or do it, without anybody's help. */
function isPassing({ github }: Session, fault: unknown): boolean {
  return isOutcomeUnknown(fault) || github.mayPass(fault);
}

function problemsOf(faults: readonly unknown[]): Problem[] {
  return faults.flatMap((fault) => (fault instanceof UserError ? fault.problems : []));
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
