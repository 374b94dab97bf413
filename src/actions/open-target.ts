import type { Target, TargetKind } from '../targets/target.ts';
import type { Session } from './session.ts';

/** Loads the target's own unit only now. Sends nothing. */
export async function openTarget(_kind: TargetKind, session: Session): Promise<Target> {
  const { context, inputs, run, now } = session;
  const { createLocalTarget } = await import(
    /* webpackIgnore: true */ '../targets/local/target.ts'
  );
  return createLocalTarget({
    repository: context.repository,
    cloneUrl: `${context.serverUrl}/${context.repository}.git`,
    token: inputs.token,
    environment: run.environment,
    now,
  });
}
