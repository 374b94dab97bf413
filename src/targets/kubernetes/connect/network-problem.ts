import type { Explanation } from './explanation.ts';

const certificateCodes = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** What to say where the API server cannot be reached. */
export function networkProblem(
  { code = '', message = '' }: Partial<NodeJS.ErrnoException>,
  doing: string,
  server: string,
): Explanation | undefined {
  const found = unreachable(code, server) ?? untrusted(code, message, server);
  return found && { message: `cannot ${doing}: ${found.message}`, hint: found.hint };
}

const reachable =
  'Does the address of the KUBECONFIG hold, and can this runner reach it? A private cluster needs a runner in its network, or a proxy (proxy-url in the KUBECONFIG, HTTPS_PROXY).';

function unreachable(code: string, server: string): Explanation | undefined {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: `nothing listens at ${server}`,
    ENOTFOUND: `the name in ${server} has no address`,
    EAI_AGAIN: `the name in ${server} could not be looked up`,
    EHOSTUNREACH: `there is no way to ${server}`,
    ENETUNREACH: `there is no way to ${server}`,
    ETIMEDOUT: `${server} did not answer`,
    ECONNRESET: `${server} cut the connection`,
    ECONNABORTED: `${server} cut the connection`,
    EPIPE: `${server} cut the connection`,
    ERR_PROXY_TUNNEL: `the proxy does not let through to ${server}`,
  };
  const message = words[code];
  return message ? { message, hint: reachable } : undefined;
}

function untrusted(code: string, message: string, server: string): Explanation | undefined {
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      message: `the certificate of ${server} has expired`,
      hint: 'Those who run the cluster have to renew it.',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      message: `the certificate of ${server} is for other names`,
      hint: 'Use one of its names in clusters[].cluster.server of the KUBECONFIG, or set tls-server-name there.',
    };
  }
  if (certificateCodes.includes(code)) {
    return {
      message: `the certificate of ${server} is not signed by the authority that the KUBECONFIG names`,
      hint: 'Put that of the cluster into clusters[].cluster.certificate-authority-data; `kubectl config view --raw` shows it.',
    };
  }
  // A server that wants a client certificate, or speaks no TLS.
  if (!/^(?:ERR_SSL_|EPROTO)/.test(code)) return undefined;
  return { message: `TLS with ${server} fails (${message.slice(0, 200)})`, hint: reachable };
}
