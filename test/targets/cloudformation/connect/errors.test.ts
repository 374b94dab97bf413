import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import {
  explainAws,
  isAccessDenied,
  isAlreadyExists,
  isInvalidChangeSetStatus,
  isMissing,
  isNoChange,
  isThrottled,
  isTokenUsed,
  isUnknownOutcome,
  statusInTheWay,
} from '../../../../src/targets/cloudformation/connect/errors.ts';

function awsError(name: string, message: string, status = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

function systemError(code: string, more: object = {}): Error {
  return Object.assign(new Error(`connect ${code}`), { code, ...more });
}

function explained(cause: unknown): { message: string; hint: string } {
  const error = explainAws(cause, 'make a change set for stack shop');
  if (!(error instanceof UserError)) throw new Error(`not for the user: ${String(error)}`);
  return { message: error.message, hint: error.problems[0]?.hint ?? '' };
}

describe('what an error of AWS means', () => {
  test.each([
    ['ValidationError', 'Stack with id shop does not exist', true],
    ['ValidationError', 'Stack [shop] does not exist', true],
    [
      'ValidationError',
      'Stack [arn:aws:cloudformation:eu-west-1:1:stack/shop/1] does not exist',
      true,
    ],
    ['ChangeSetNotFoundException', 'ChangeSet [x] does not exist', true],
    ['ChangeSetNotFound', 'ChangeSet [x] does not exist', true],
    ['ValidationError', 'ChangeSet [x] does not exist', true],
    ['ValidationError', 'S3 error: The specified bucket does not exist', false],
    ['ValidationError', 'Parameters: [X] do not exist in the template', false],
    ['AccessDenied', 'Stack [shop] does not exist', false],
  ])('%s “%s”: missing is %s', (name, message, missing) => {
    expect(isMissing(awsError(name, message))).toBe(missing);
  });

  test('names are told with and without “Exception”', () => {
    for (const end of ['', 'Exception']) {
      expect(isAlreadyExists(awsError(`AlreadyExists${end}`, ''))).toBe(true);
      expect(isInvalidChangeSetStatus(awsError(`InvalidChangeSetStatus${end}`, ''))).toBe(true);
      expect(isTokenUsed(awsError(`TokenAlreadyExists${end}`, ''))).toBe(true);
      expect(isAccessDenied(awsError(`AccessDenied${end}`, '', 403))).toBe(true);
      expect(isThrottled(awsError(`Throttling${end}`, ''))).toBe(true);
    }
    expect(isAlreadyExists(awsError('TokenAlreadyExistsException', ''))).toBe(false);
    const refused =
      'Stack [shop] already exists and cannot be created again with the changeSet [c].';
    expect(isAlreadyExists(awsError('ValidationError', refused))).toBe(true);
  });

  test('a quota of the account is not throttling, “Rate exceeded” is', () => {
    expect(
      isThrottled(awsError('LimitExceededException', 'Limit for stack has been exceeded')),
    ).toBe(false);
    expect(isThrottled(awsError('ValidationError', 'Rate exceeded'))).toBe(true);
    expect(isThrottled(awsError('ConcurrentResourcesLimitExceeded', '', 429))).toBe(true);
  });

  test.each([
    "The submitted information didn't contain changes. Submit different information to create a change set.",
    'The submitted information didn’t contain changes. Submit different information to create a change set.',
    'No updates are to be performed.',
    'No updates are to be performed',
  ])('“%s” means unchanged', (reason) => {
    expect(isNoChange(reason)).toBe(true);
  });

  test.each([
    [
      'Stack:arn:aws:cloudformation:eu-west-1:1:stack/shop/1 is in UPDATE_IN_PROGRESS state and can not be updated.',
      'UPDATE_IN_PROGRESS',
    ],
    ['Stack:arn is in ROLLBACK_COMPLETE state and can not be updated.', 'ROLLBACK_COMPLETE'],
    ['Stack [shop] is in REVIEW_IN_PROGRESS state and can not be updated', 'REVIEW_IN_PROGRESS'],
    ['Template format error: unsupported structure.', undefined],
  ])('“%s”: the status in the way is %s', (message, status) => {
    expect(statusInTheWay(awsError('ValidationError', message))).toBe(status);
  });

  test('the outcome is unknown after a fault of the way or of the server, and only then', () => {
    expect(isUnknownOutcome(systemError('ECONNRESET'))).toBe(true);
    expect(isUnknownOutcome(Object.assign(new Error(''), { name: 'TimeoutError' }))).toBe(true);
    expect(isUnknownOutcome(awsError('ServiceUnavailable', '', 503))).toBe(true);
    expect(isUnknownOutcome(awsError('ValidationError', ''))).toBe(false);
    expect(isUnknownOutcome(systemError('ECONNREFUSED'))).toBe(false);
    expect(isUnknownOutcome(new Error('a fault of ours'))).toBe(false);
  });
});

describe('what the user can mend', () => {
  test('without credentials the hint is the step that signs in by OIDC', () => {
    const cause = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    expect(explained(cause)).toEqual({
      message: 'cannot make a change set for stack shop: there are no AWS credentials',
      hint: expect.stringContaining('id-token: write'),
    });
    expect(explained(cause).hint).toContain('uses: aws-actions/configure-aws-credentials@');
  });

  test.each([
    ['ExpiredToken', 'The security token included in the request is expired', 'have expired'],
    [
      'ExpiredTokenException',
      'The security token included in the request is expired',
      'have expired',
    ],
    ['RequestExpired', 'Request has expired.', 'have expired'],
    [
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      'does not accept',
    ],
    ['SignatureDoesNotMatch', 'Credential=AKIAEXAMPLE/2026', 'does not accept'],
  ])('%s is explained without the words of AWS', (name, message, said) => {
    const { message: shown, hint } = explained(awsError(name, message, 403));
    expect(shown).toContain(said);
    expect(shown + hint).not.toContain(message);
    expect(hint).toContain('id-token: write');
  });

  test('a denied action is named with its resource and the statement to add', () => {
    const text =
      'User: arn:aws:sts::111122223333:assumed-role/ci/x is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/* because no identity-based policy allows the cloudformation:CreateChangeSet action';
    const { message, hint } = explained(awsError('AccessDenied', text, 403));
    expect(message).toContain(
      'the action cloudformation:CreateChangeSet on arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/*',
    );
    expect(JSON.parse(hint.slice(hint.indexOf('{')))).toEqual({
      Effect: 'Allow',
      Action: 'cloudformation:CreateChangeSet',
      Resource: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/*',
    });
  });

  test('to pass a role is allowed for CloudFormation alone', () => {
    const text =
      'User: u is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/deploy because no identity-based policy allows the iam:PassRole action';
    expect(explained(awsError('AccessDenied', text, 403)).hint).toContain(
      '"Condition":{"StringEquals":{"iam:PassedToService":"cloudformation.amazonaws.com"}}',
    );
  });

  test('against an explicit deny no permission to add is suggested', () => {
    const text =
      'User: u is not authorized to perform: cloudformation:DeleteStack on resource: * with an explicit deny in a service control policy';
    const { hint } = explained(awsError('AccessDenied', text, 403));
    expect(hint).toContain('service control policy');
    expect(hint).not.toContain('Allow');
  });

  test('missing capabilities are given as they stand in the configuration', () => {
    const cause = awsError(
      'InsufficientCapabilitiesException',
      'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    );
    expect(explained(cause).hint).toContain(
      'preview: { cloudformation: { capabilities: [CAPABILITY_NAMED_IAM] } }',
    );
  });

  test('a host without an address points to the region, a closed door to the endpoint', () => {
    const host = 'cloudformation.eu-wset-1.amazonaws.com';
    const absent = explained(systemError('ENOTFOUND', { hostname: host }));
    expect(absent.message).toContain(host);
    expect(absent.hint).toContain('preview.cloudformation.region');
    const closed = explained(systemError('ECONNREFUSED', { address: '127.0.0.1', port: 4566 }));
    expect(closed.message).toContain('127.0.0.1:4566');
    expect(closed.hint).toContain('AWS_ENDPOINT_URL');
    expect(explained(systemError('ERR_PROXY_TUNNEL')).hint).toContain('HTTPS_PROXY');
  });

  test('values of parameters that AWS repeats are not shown', () => {
    const shown = [
      "1 validation error detected: Value 'hunter2 hunter2' at 'parameters.1.member.parameterValue' failed to satisfy constraint",
      'Parameter validation failed: parameter value hunter2 for parameter name KeyName does not exist',
    ].map((text) => explained(awsError('ValidationError', text)).message);
    expect(shown.join()).not.toContain('hunter2');
    expect(shown[1]).toContain('KeyName');
  });

  test('what nobody can mend here is returned as it is', () => {
    for (const cause of [
      systemError('ECONNRESET'),
      awsError('Throttling', 'Rate exceeded'),
      awsError('ValidationError', 'Stack with id shop does not exist'),
      new UserError('a', 'b'),
      'text',
      undefined,
    ]) {
      expect(explainAws(cause, 'do it')).toBe(cause);
    }
  });
});
