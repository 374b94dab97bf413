import type { Target, TargetKind } from '../targets/target.ts';
import type { Session } from './session.ts';

/** The target, whose own unit is loaded with the first call: until then the run's time is GitHub's. */
export function openTarget(kind: TargetKind, session: Session): Target {
  let loading: Promise<Target> | undefined;
  const target = () => {
    loading ??= loadTarget(kind, session);
    return loading;
  };
  return {
    plan: async (desired, purpose) => (await target()).plan(desired, purpose),
    deploy: async (desired, watch) => (await target()).deploy(desired, watch),
    observe: async (repository) => (await target()).observe(repository),
    destroy: async (key, watch) => (await target()).destroy(key, watch),
    extend: async (key, expiresAt) => (await target()).extend(key, expiresAt),
  };
}

async function loadTarget(_kind: TargetKind, session: Session): Promise<Target> {
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
