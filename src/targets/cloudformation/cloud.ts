import {
  CloudFormationClient,
  type CloudFormationClientConfig,
} from '@aws-sdk/client-cloudformation';
import { UserError } from '../../core/user-error.ts';
import { credentialsProblem, missingRegion } from './credentials-problem.ts';
import { pauseFor, retryWith } from './retrying.ts';

/** A connection to CloudFormation in one region. */
export type Cloud = CloudFormationClient;

type Environment = Readonly<Record<string, string | undefined>>;

/** A request takes well under a second; the limits are for answers that are lost. */
const connectWithin = 5_000;
const answerWithin = 30_000;

/**
 * Connects, without a request. Requests are tried again when AWS throttles, as long as their `abortSignal` lets them,
 * and a few times after faults on the way, so that a call that changes something may have taken effect before the try
 * that answers. Variables are honoured as the SDK does; proxies as `HTTPS_PROXY` and `NO_PROXY` say (Node 24.5).
 * The first request throws a `UserError` when no region is known.
 */
export function connectCloud(options: { region?: string; environment: Environment }): Cloud {
  const { environment } = options;
  const region = options.region || environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const endpoint = endpointIn(environment);
  const cloud = new CloudFormationClient({
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...credentialsIn(environment),
    requestHandler: requestHandling(environment),
  });
  retryWith(cloud, { random: Math.random, pause: pauseFor });
  cloud.middlewareStack.add(explainMissingRegion, { step: 'initialize' });
  return cloud;
}

function endpointIn(environment: Environment): string | undefined {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  return environment.AWS_ENDPOINT_URL_CLOUDFORMATION || environment.AWS_ENDPOINT_URL || undefined;
}

/** Keys in variables are taken at once; all else (profiles, roles, containers) is the SDK's own search. */
function credentialsIn(environment: Environment): Pick<CloudFormationClientConfig, 'credentials'> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY || AWS_PROFILE) return {};
  return {
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    },
  };
}

/** Options of the SDK's own handler. Agents of Node take proxies as `proxyEnv`; without one they are left alone. */
function requestHandling(environment: Environment) {
  const names = ['https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY'];
  const proxied = names.some((name) => environment[name]);
  const agent = { keepAlive: true, ...(proxied && { proxyEnv: { ...environment } }) };
  return {
    connectionTimeout: connectWithin,
    requestTimeout: answerWithin,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  };
}

function explainMissingRegion<Input, Output>(next: (input: Input) => Promise<Output>) {
  return (input: Input): Promise<Output> =>
    next(input).catch((cause: unknown) => {
      if (!(cause instanceof Error) || !missingRegion.test(cause.message)) throw cause;
      const problem = credentialsProblem(cause, 'call CloudFormation');
      throw problem ? new UserError(problem.message, problem.hint, { cause }) : cause;
    });
}
