import type { PreviewConfiguration } from '../config/schema.ts';
import { redactor, secretsIn } from '../core/redact.ts';
import type { DeployResult, ProgressEvent, Target, Watch } from '../targets/target.ts';
import type { Session } from './session.ts';

/**
 * The same target, but what its applications print shows no secret that this run knows of. The runner masks
 * logs only, and only what it was told; comments and deployments are read by everybody.
 */
export function discreetTarget(
  target: Target,
  session: Session,
  { services }: PreviewConfiguration,
): Target {
  const hide = redactor([
    session.inputs.token,
    ...secretsIn(session.run.environment),
    ...services.flatMap(({ local }) => secretsIn(local?.env ?? {})),
    ...services.flatMap(({ cloudformation }) => secretsIn(cloudformation?.overrides ?? {})),
    ...services.flatMap(({ kubernetes }) => [
      ...secretsIn(kubernetes?.env ?? {}),
      ...secretsIn(kubernetes?.app?.env ?? {}),
      ...secretsIn(kubernetes?.app?.build?.env ?? {}),
    ]),
  ]);
  const quiet = (watch: Watch): Watch => ({
    ...watch,
    progress: (event) => watch.progress(hideEvent(event, hide)),
    leftOut: (other) => watch.leftOut?.({ ...other, reason: hide(other.reason) }),
  });
  return {
    ...target,
    deploy: async (desired, watch) => hideResult(await target.deploy(desired, quiet(watch)), hide),
    destroy: (key, watch) => target.destroy(key, quiet(watch)),
  };
}

function hideEvent(event: ProgressEvent, hide: (text: string) => string): ProgressEvent {
  if (event.kind === 'log') return { ...event, line: hide(event.line) };
  return event.detail === undefined ? event : { ...event, detail: hide(event.detail) };
}

function hideResult(result: DeployResult, hide: (text: string) => string): DeployResult {
  if (result.kind !== 'failed') return result;
  return { ...result, reason: hide(result.reason), log: result.log.map(hide) };
}
