import { request } from 'node:https';
import { UserError } from '../../../core/user-error.ts';
import type { Credentials, CredentialTools, Proof } from './proof.ts';
import { readPem } from './read-pem.ts';
import { untilAborted } from './until-aborted.ts';

type Config = Readonly<Record<string, string>>;

/** A token that expires within this time, in milliseconds, is not sent any more. */
const spare = 10_000;

/**
 * The ID token of an OpenID Connect login, renewed by its refresh token when it has expired. Nothing is written back
 * into the KUBECONFIG. Source: kubernetes.io, "Authenticating", OpenID Connect Tokens, option 1.
 */
export function oidcCredentials(config: Config, { now }: CredentialTools): Credentials {
  let token = config['id-token'];
  let refreshToken = config['refresh-token'];
  let running: Promise<Proof> | undefined;
  const refresh = async () => {
    const tokens = await refreshed(config, refreshToken);
    refreshToken = tokens.refresh_token ?? refreshToken;
    token = tokens.id_token;
    return bearer(tokens.id_token);
  };
  return {
    async proof(signal) {
      if (token && expiryOf(token) - spare > now()) return bearer(token);
      running ??= refresh().finally(() => {
        running = undefined;
      });
      return untilAborted(running, signal);
    },
    renew() {
      token = undefined;
      return refreshToken !== undefined;
    },
  };
}

function bearer(token: string): Proof {
  return { authorization: `Bearer ${token}` };
}

/** Milliseconds since 1970; a token that says nothing is taken to hold. */
function expiryOf(token: string): number {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    return ((payload as { exp?: number }).exp ?? Number.POSITIVE_INFINITY) * 1000;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

interface Tokens {
  readonly id_token: string;
  readonly refresh_token?: string;
}

/** Discovery and refresh: OpenID Connect Discovery 1.0 section 4, OpenID Connect Core 1.0 section 12. */
async function refreshed(config: Config, refreshToken: string | undefined): Promise<Tokens> {
  const issuer = config['idp-issuer-url'];
  const client = config['client-id'];
  if (!issuer || !client || !refreshToken) throw signInAnew('its ID token has expired');
  const ca = readPem(config['idp-certificate-authority-data'], config['idp-certificate-authority']);
  try {
    const place = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
    const found = JSON.parse(await ask(place, ca)) as { readonly token_endpoint: string };
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const secret = Buffer.from(
      `${encodeURIComponent(client)}:${encodeURIComponent(config['client-secret'] ?? '')}`,
    );
    const answer = await ask(found.token_endpoint, ca, {
      form: new URLSearchParams(form).toString(),
      authorization: `Basic ${secret.toString('base64')}`,
    });
    const tokens = JSON.parse(answer) as Partial<Tokens>;
    if (typeof tokens.id_token !== 'string') throw new Error('no ID token came');
    return { ...tokens, id_token: tokens.id_token };
  } catch (cause) {
    throw signInAnew(`its ID token has expired, and ${issuer} gives no other`, cause);
  }
}

function ask(
  url: string,
  ca: string | undefined,
  post?: { readonly form: string; readonly authorization: string },
): Promise<string> {
  const headers = post && {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: post.authorization,
  };
  const signal = AbortSignal.timeout(30_000);
  const options = {
    method: post ? 'POST' : 'GET',
    signal,
    ...(ca && { ca }),
    ...(headers && { headers }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('error', reject).on('end', () => {
        if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
        else resolve(text);
      });
    });
    asked.on('error', reject).end(post?.form);
  });
}

function signInAnew(why: string, cause?: unknown): UserError {
  const detail = cause instanceof Error ? ` (${cause.message.slice(0, 200)})` : '';
  return new UserError(
    `the login by OpenID Connect of the KUBECONFIG is over: ${why}${detail}`,
    'Write the KUBECONFIG anew after signing in; for workflows the token of a ServiceAccount, or an exec plugin, lasts.',
  );
}
