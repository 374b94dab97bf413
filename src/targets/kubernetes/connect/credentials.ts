import { UserError } from '../../../core/user-error.ts';
import { execCredentials } from './exec-credentials.ts';
import type { Login, LoginUser } from './kubeconfig.ts';
import { oidcCredentials } from './oidc-credentials.ts';
import type { Credentials, CredentialTools, Proof } from './proof.ts';
import { readPem, readText } from './read-pem.ts';

/** The credentials of a login, without asking for any yet. Throws a `UserError` for what kubectl no longer does either. */
export function credentialsOf(login: Login, tools: CredentialTools): Credentials {
  const { user } = login;
  if (user.exec) return execCredentials(login, user.exec, tools);
  if (user.authProvider?.name === 'oidc')
    return oidcCredentials(user.authProvider.config ?? {}, tools);
  if (user.authProvider) throw retiredProvider(user.authProvider.name);
  const certificate = certificateOf(user);
  return {
    proof: async () => ({ ...authorizationOf(user), ...(certificate && { certificate }) }),
    renew: () => user.tokenFile !== undefined,
  };
}

function authorizationOf(user: LoginUser): Proof {
  const { tokenFile, username, password } = user;
  const token = tokenFile ? readText(tokenFile).trim() : user.token;
  if (token) return { authorization: `Bearer ${token}` };
  if (!username) return {};
  const basic = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${basic}` };
}

function certificateOf({ certData, certFile, keyData, keyFile }: LoginUser): Proof['certificate'] {
  const cert = readPem(certData, certFile);
  const key = readPem(keyData, keyFile);
  return cert && key ? { cert, key } : undefined;
}

function retiredProvider(name: string): UserError {
  return new UserError(
    `the KUBECONFIG signs in by the auth-provider ${name}, which Kubernetes gave up in 1.26`,
    'Use its successor as an exec plugin (gke-gcloud-auth-plugin, kubelogin), or the token of a ServiceAccount.',
  );
}
