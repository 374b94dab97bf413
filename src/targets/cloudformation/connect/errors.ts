import { UserError } from '../../../core/user-error.ts';
import { accessDeniedProblem } from './access-denied.ts';
import { credentialsProblem } from './credentials-problem.ts';

/** What an error of the SDK says of itself. */
interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
}

const throttlingNames = [
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'PriorRequestNotComplete',
  'SlowDown',
  'EC2ThrottledException',
  'BandwidthLimitExceeded',
];

/** A stack or a change set does not exist. */
export function isMissing(cause: unknown): boolean {
  const { name, message } = factsOf(cause);
  if (/^(?:ChangeSet|Stack)NotFound(?:Exception)?$/.test(name)) return true;
  // CloudFormation has no error code for it; `S3 bucket … does not exist` is something else.
  return name === 'ValidationError' && /^(?:stack|change ?set)\b.*\bdoes not exist/is.test(message);
}

/** The stack exists already, or the change set: perhaps because an earlier try of ours got through. */
export function isAlreadyExists(cause: unknown): boolean {
  const { name, message } = factsOf(cause);
  if (/^(?:Name)?AlreadyExists(?:Exception)?$/.test(name)) return true;
  return name === 'ValidationError' && /^stack\b.*\balready exists\b/is.test(message);
}

/** The change set cannot be executed or deleted as it is: perhaps because an earlier try of ours got through. */
export function isInvalidChangeSetStatus(cause: unknown): boolean {
  return /^InvalidChangeSetStatus(?:Exception)?$/.test(factsOf(cause).name);
}

/** Too many requests just now. `LimitExceeded` is not: that is a quota, and waiting does not help. */
export function isThrottled(cause: unknown): boolean {
  const { name, message, status } = factsOf(cause);
  return throttlingNames.includes(name) || status === 429 || /^rate exceeded/i.test(message);
}

/** The client request token was used before. */
export function isTokenUsed(cause: unknown): boolean {
  return /^TokenAlreadyExists(?:Exception)?$/.test(factsOf(cause).name);
}

/** These credentials may not do that. */
export function isAccessDenied(cause: unknown): boolean {
  const { name, message, status } = factsOf(cause);
  if (/^(?:AccessDenied|UnauthorizedOperation|NotAuthorized)(?:Exception)?$/.test(name))
    return true;
  return status === 403 && /not authorized to perform/i.test(message);
}

/** CloudFormation's ways to say, while a change set or an update is asked for, that nothing would change. */
export function isNoChange(reason: string): boolean {
  return /didn['’]?t contain changes|no updates are to be performed|no changes to (?:deploy|be made|perform)/i.test(
    reason,
  );
}

/** The status that the stack is in and that this call does not bear: look at the stack and plan anew. */
export function statusInTheWay(cause: unknown): string | undefined {
  const { name, message } = factsOf(cause);
  if (/^OperationInProgress(?:Exception)?$/.test(name)) return 'an operation in progress';
  return /\b(?:is|are) (?:currently )?in (?:the )?\[?([A-Z]+(?:_[A-Z]+)+)\]? (?:state|status)/.exec(
    message,
  )?.[1];
}

/**
 * A `UserError` for what the user can mend; anything else is returned as it is.
 * @param doing what was tried, to follow "cannot": `create a change set for stack shop-preview-1d0fd508`
 */
export function explainAws(cause: unknown, doing: string): unknown {
  if (!(cause instanceof Error) || cause instanceof UserError) return cause;
  const facts = factsOf(cause);
  const problem =
    credentialsProblem(facts, doing) ??
    (isAccessDenied(cause) ? accessDeniedProblem(facts.message, doing) : undefined) ??
    capabilitiesProblem(facts, doing) ??
    quotaProblem(facts, doing) ??
    networkProblem(cause, doing) ??
    refusal(cause, facts, doing);
  return problem ? new UserError(problem.message, problem.hint, { cause }) : cause;
}

/** What is said of an error: two texts for a `UserError`. */
export interface Explanation {
  readonly message: string;
  readonly hint: string;
}

function factsOf(cause: unknown): AwsError {
  if (!(cause instanceof Error)) return { name: '', message: '' };
  const { $metadata } = cause as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return { name: cause.name, message: cause.message, ...(status !== undefined && { status }) };
}

function capabilitiesProblem({ name, message }: AwsError, doing: string): Explanation | undefined {
  if (!/^InsufficientCapabilities(?:Exception)?$/.test(name)) return undefined;
  const named = message.match(/CAPABILITY_[A-Z_]+/g) ?? ['CAPABILITY_IAM'];
  const list = [...new Set(named)].join(', ');
  return {
    message: `cannot ${doing}: the template makes something that has to be allowed first (${list})`,
    hint: `Allow it in the configuration: preview: { cloudformation: { capabilities: [${list}] } }`,
  };
}

function quotaProblem({ name, message }: AwsError, doing: string): Explanation | undefined {
  if (!/^(?:ConcurrentResources)?LimitExceeded(?:Exception)?$/.test(name)) return undefined;
  return {
    message: `cannot ${doing}: a quota of the AWS account is reached (${message})`,
    hint: 'Remove previews or stacks that nobody needs, set preview.eligible.max, or have the quota raised in Service Quotas.',
  };
}

/** Only where the request surely never arrived; of anything else on the way the outcome is unknown. */
function networkProblem(cause: unknown, doing: string): Explanation | undefined {
  const { code, hostname, address, port } = cause as {
    readonly [name in 'code' | 'hostname' | 'address' | 'port']?: string;
  };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      message: `cannot ${doing}: the host ${hostname ?? 'of CloudFormation'} has no address`,
      hint: 'Check preview.cloudformation.region (or AWS_REGION) for a typing slip, and AWS_ENDPOINT_URL and HTTPS_PROXY where they are set.',
    };
  }
  if (code === 'ERR_PROXY_TUNNEL') {
    return {
      message: `cannot ${doing}: the proxy does not let the request through`,
      hint: 'Check HTTPS_PROXY, and what the proxy allows; NO_PROXY lists hosts that are reached without it.',
    };
  }
  if (code !== 'ECONNREFUSED') return undefined;
  return {
    message: `cannot ${doing}: nothing answers at ${[address, port].filter(Boolean).join(':') || 'the endpoint'}`,
    hint: 'Check AWS_ENDPOINT_URL and HTTPS_PROXY.',
  };
}

function refusal(
  cause: unknown,
  { name, message }: AwsError,
  doing: string,
): Explanation | undefined {
  if (name !== 'ValidationError' || isMissing(cause) || statusInTheWay(cause)) return undefined;
  return {
    message: `cannot ${doing}: CloudFormation says: ${withoutValues(message)}`,
    hint: 'Mend the template, or what preview.cloudformation says of parameters, tags, roles and topics.',
  };
}

/** Some of CloudFormation's messages repeat the value of a parameter, which may be a secret. */
export function withoutValues(message: string): string {
  return message
    .replace(/\bValue '.*?' at '/gs, "Value at '")
    .replace(/\b(parameter values?) .*? (for parameter name)/gis, '$1 $2');
}

/** Whether AWS may have carried out what was asked although no answer says so. */
export function isUnknownOutcome(cause: unknown): boolean {
  const { name, status } = factsOf(cause);
  if (status !== undefined) return status >= 500;
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return name === 'TimeoutError' || (typeof code === 'string' && !neverSent.includes(code));
}

const neverSent = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ERR_PROXY_TUNNEL'];
