import type { Explanation } from './errors.ts';

const absent =
  /^(?:CredentialsProviderError|MissingAuthenticationToken(?:Exception)?|MissingCredentials)$/;
const expired = /^(?:ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;
const wrong =
  /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature(?:Exception)?|AuthFailure|InvalidIdentityToken(?:Exception)?|OptInRequired)$/;

/** The step that OIDC takes, which no stored key can better. */
const signIn = [
  'permissions:',
  '  id-token: write',
  'steps:',
  '  - uses: aws-actions/configure-aws-credentials@v5',
  '    with:',
  '      role-to-assume: arn:aws:iam::<account>:role/<role>',
  '      aws-region: <region>',
].join('\n');

/** What to say where credentials are absent, expired or not valid. AWS's own texts may hold keys: they are not repeated. */
export function credentialsProblem(
  { name, message }: { readonly name: string; readonly message: string },
  doing: string,
): Explanation | undefined {
  if (missingRegion.test(message)) return regionProblem(doing);
  if (
    absent.test(name) ||
    /^(?:Could not load credentials|Credential is missing|Resolved credential object is not valid)/.test(
      message,
    )
  ) {
    return {
      message: `cannot ${doing}: there are no AWS credentials`,
      hint: `Sign in before this step:\n${signIn}`,
    };
  }
  if (expired.test(name) || /security token .* (?:is|has) expired/i.test(message)) {
    return {
      message: `cannot ${doing}: the AWS credentials have expired (${name})`,
      hint: `Sign in in the same job, right before this step, with role-duration-seconds longer than its timeout:\n${signIn}`,
    };
  }
  if (!wrong.test(name)) return undefined;
  return {
    message: `cannot ${doing}: AWS does not accept the credentials (${name})`,
    hint: `Keys that were deleted, a secret of another key, a clock that is wrong or a region that the account has not enabled do this. Sign in by OIDC:\n${signIn}`,
  };
}

/** The SDK's own words; the second for an empty variable, or a text that cannot be part of a host name. */
export const missingRegion = /^Region (?:is missing|not accepted)/;

function regionProblem(doing: string): Explanation {
  return {
    message: `cannot ${doing}: no AWS region is named, or not one that exists`,
    hint: 'Set preview: { cloudformation: { region: eu-west-1 } } in the configuration, or AWS_REGION.',
  };
}
