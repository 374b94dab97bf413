import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { UserError } from '../../../core/user-error.ts';
import { pauseFor } from '../../pause.ts';
import { clientOptions } from './client-options.ts';
import { credentialsProblem, missingRegion } from './credentials-problem.ts';
import { retryWith } from './retrying.ts';

/** A connection to CloudFormation in one region. */
export type Cloud = CloudFormationClient;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Connects, without a request. Requests are tried again when AWS throttles, as long as their `abortSignal` lets them,
 * and a few times after faults on the way, so that a call that changes something may have taken effect before the try
 * that answers. Variables are honoured as the SDK does; proxies as `HTTPS_PROXY` and `NO_PROXY` say (Node 24.5).
 * The first request throws a `UserError` when no region is known.
 */
export function connectCloud(options: { region?: string; environment: Environment }): Cloud {
  const { environment } = options;
  const region = options.region || environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const cloud = new CloudFormationClient({
    ...(region && { region }),
    ...clientOptions('CLOUDFORMATION', environment),
  });
  retryWith(cloud, { random: Math.random, pause: pauseFor });
  cloud.middlewareStack.add(explainMissingRegion, { step: 'initialize' });
  return cloud;
}

function explainMissingRegion<Input, Output>(next: (input: Input) => Promise<Output>) {
  return (input: Input): Promise<Output> =>
    next(input).catch((cause: unknown) => {
      if (!(cause instanceof Error) || !missingRegion.test(cause.message)) throw cause;
      const problem = credentialsProblem(cause, 'call CloudFormation');
      throw problem ? new UserError(problem.message, problem.hint, { cause }) : cause;
    });
}
