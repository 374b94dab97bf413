import { UserError } from '../../../core/user-error.ts';
import { KubeError } from './kube.ts';
import { networkProblem } from './network-problem.ts';
import { refusalProblem } from './refusal-problem.ts';

/** The object, or the namespace it is in, is not there. */
export function isNotFound(cause: unknown): boolean {
  return kubeErrorIn(cause)?.status === 404;
}

/** Someone else's write came between, or another manager owns a field. An object that exists is something else. */
export function isConflict(cause: unknown): boolean {
  const error = kubeErrorIn(cause);
  return error?.status === 409 && error.reason !== 'AlreadyExists';
}

/** An object of that name is there. */
export function isAlreadyExists(cause: unknown): boolean {
  const error = kubeErrorIn(cause);
  return error?.status === 409 && error.reason === 'AlreadyExists';
}

/** These credentials may not do that, or a policy forbids it. */
export function isForbidden(cause: unknown): boolean {
  return kubeErrorIn(cause)?.status === 403;
}

/** The object is not as it has to be; also where a field cannot be changed. */
export function isInvalid(cause: unknown): boolean {
  return kubeErrorIn(cause)?.status === 422;
}

/** The position in a list or a watch is no longer known: begin anew. */
export function isExpired(cause: unknown): boolean {
  return kubeErrorIn(cause)?.status === 410;
}

/** The answer of the API server, also where it stands behind what people are told. */
export function kubeErrorIn(cause: unknown): KubeError | undefined {
  if (cause instanceof KubeError) return cause;
  return cause instanceof UserError && cause.cause instanceof KubeError ? cause.cause : undefined;
}

/**
 * A `UserError` for what the user can mend; anything else is returned as it is.
 * @param doing what was tried, to follow "cannot": `patch deployments web in the namespace shop-pr-7`
 * @param server address of the API server, for what never reached it
 */
export function explainKube(cause: unknown, doing: string, server = 'the API server'): unknown {
  if (cause instanceof UserError) return cause;
  const problem =
    cause instanceof KubeError
      ? refusalProblem(cause, doing)
      : networkProblem((cause ?? {}) as NodeJS.ErrnoException, doing, server);
  return problem ? new UserError(problem.message, problem.hint, { cause }) : cause;
}
