import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import { oidcCredentials } from '../../../../src/targets/kubernetes/connect/oidc-credentials.ts';
import { selfSign } from '../../../cluster/control-plane.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const { signal } = new AbortController();
const certificates = mkdtempSync(join(tmpdir(), 'understudy-oidc-'));
const closing: (() => void)[] = [];

beforeAll(() => selfSign(certificates, 'issuer', ['IP:127.0.0.1']));
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => rmSync(certificates, { recursive: true }));

/** An ID token as far as it is read here: not signed. */
function idToken(secondsLeft: number): string {
  const payload = { exp: noon / 1000 + secondsLeft };
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.none`;
}

/** An issuer of tokens that gives these answers, one after the other, at its token endpoint. */
async function issuer(...answers: string[]) {
  const [key, cert] = ['key', 'crt'].map((end) =>
    readFileSync(join(certificates, `issuer.${end}`), 'utf8'),
  );
  const asked: { authorization: string | undefined; form: Record<string, string> }[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      if (request.url === '/realm/.well-known/openid-configuration') {
        response.end(JSON.stringify({ token_endpoint: `${url}/token` }));
        return;
      }
      const { authorization } = request.headers;
      asked.push({ authorization, form: Object.fromEntries(new URLSearchParams(text)) });
      response.end(answers.shift());
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const config = {
    'idp-issuer-url': url,
    'client-id': 'kubernetes',
    'client-secret': 'a b',
    'refresh-token': 'first',
    'idp-certificate-authority-data': Buffer.from(cert ?? '').toString('base64'),
  };
  return { url, asked, config };
}

const tools = { environment: {}, now: () => noon };

describe('a login by OpenID Connect', () => {
  test('sends the token of the KUBECONFIG while it holds', async () => {
    const token = idToken(60);
    const credentials = oidcCredentials({ 'id-token': token }, tools);
    expect(await credentials.proof(signal)).toEqual({ authorization: `Bearer ${token}` });
  });

  test('renews one that has expired once for all requests, and again with the newer refresh token', async () => {
    const [second, third] = [idToken(3600), idToken(7200)];
    const { config, asked } = await issuer(
      JSON.stringify({ id_token: second, refresh_token: 'second' }),
      JSON.stringify({ id_token: third }),
    );
    const credentials = oidcCredentials({ ...config, 'id-token': idToken(5) }, tools);
    const proofs = await Promise.all([credentials.proof(signal), credentials.proof(signal)]);
    expect(proofs).toEqual([
      { authorization: `Bearer ${second}` },
      { authorization: `Bearer ${second}` },
    ]);
    expect(credentials.renew()).toBe(true);
    expect(await credentials.proof(signal)).toEqual({ authorization: `Bearer ${third}` });
    const authorization = `Basic ${Buffer.from('kubernetes:a%20b').toString('base64')}`;
    expect(asked).toEqual([
      { authorization, form: { grant_type: 'refresh_token', refresh_token: 'first' } },
      { authorization, form: { grant_type: 'refresh_token', refresh_token: 'second' } },
    ]);
  });

  test('says so where the issuer gives none, or something that is no token', async () => {
    const { config, url } = await issuer('<html>', '{"error":"invalid_grant"}');
    const credentials = oidcCredentials({ ...config, 'id-token': idToken(0) }, tools);
    for (const why of ['is not valid JSON', 'no ID token came']) {
      const thrown = await credentials.proof(signal).catch((cause: unknown) => cause);
      expect(thrown).toBeInstanceOf(UserError);
      expect((thrown as UserError).message).toContain(`${url} gives no other`);
      expect((thrown as UserError).message).toContain(why);
    }
  });

  test('needs signing in anew where there is no refresh token', async () => {
    const credentials = oidcCredentials({ 'id-token': idToken(0) }, tools);
    await expect(credentials.proof(signal)).rejects.toThrow('its ID token has expired');
    expect(credentials.renew()).toBe(false);
  });
});
