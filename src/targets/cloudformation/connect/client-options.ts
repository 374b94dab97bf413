type Environment = Readonly<Record<string, string | undefined>>;

/** A request takes well under a second, an upload a few; the limits are for answers that are lost. */
const connectWithin = 5_000;
const answerWithin = 30_000;

/**
 * Options that every client of the SDK takes: endpoints, keys and proxies (`HTTPS_PROXY`, `NO_PROXY`; Node 24.5).
 * `service` is the SDK's name of it in variables: `CLOUDFORMATION`, `S3`, `ECR`, `ELASTIC_LOAD_BALANCING_V2`.
 */
export function clientOptions(service: string, environment: Environment) {
  const endpoint = endpointIn(service, environment);
  return {
    ...(endpoint && { endpoint }),
    ...credentialsIn(environment),
    requestHandler: requestHandling(environment),
  };
}

/** Where requests to a service go; `undefined` = to AWS. */
export function endpointIn(service: string, environment: Environment): string | undefined {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}

/** Keys in variables are taken at once; all else (profiles, roles, containers) is the SDK's own search. */
function credentialsIn(environment: Environment) {
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

/** Agents of Node take proxies as `proxyEnv`; without one they are left alone. */
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
