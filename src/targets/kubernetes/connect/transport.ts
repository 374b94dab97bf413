import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { UserError } from '../../../core/user-error.ts';
import type { Login } from './kubeconfig.ts';
import type { Proof } from './proof.ts';
import { readPem } from './read-pem.ts';

/** One request, on the wire. */
export interface Sent {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
}

/** Connections to one server, kept open between requests. */
export interface Transport {
  /** The answer as soon as its head is there; errors of the network as Node gives them. */
  exchange(sent: Sent, proof: Proof, signal: AbortSignal): Promise<IncomingMessage>;
}

/** More than anyone asks for at once, watches and logs included. */
const mostConnections = 64;

/**
 * Nothing is opened yet. Proxies are the cluster's `proxy-url`, else `HTTPS_PROXY` and `NO_PROXY` (Node 24.5). A new
 * client certificate starts a new pool. Throws a `UserError` for an address or a proxy that cannot be used.
 */
export function openTransport(
  { cluster }: Pick<Login, 'cluster'>,
  environment: Readonly<Record<string, string | undefined>>,
): Transport {
  const server = addressOf(cluster.server);
  const options = agentOptions(cluster, environment);
  const isTls = server.protocol === 'https:';
  let pool: { readonly cert: unknown; readonly agent: HttpAgent } | undefined;
  const agentFor = ({ certificate }: Proof): HttpAgent => {
    if (pool && pool.cert === certificate?.cert) return pool.agent;
    const agent = isTls ? new HttpsAgent({ ...options, ...certificate }) : new HttpAgent(options);
    pool = { cert: certificate?.cert, agent };
    return agent;
  };
  const base = server.href.replace(/\/+$/, '');
  return {
    exchange(sent, proof, signal) {
      const { path, method, headers, body } = sent;
      const asked = (isTls ? httpsRequest : httpRequest)(`${base}${path}`, {
        method,
        headers,
        signal,
        agent: agentFor(proof),
      });
      return answerTo(asked, body);
    },
  };
}

function answerTo(asked: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.on('response', resolve).on('error', reject).end(body);
  });
}

function addressOf(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new UserError(
    `the KUBECONFIG gives ${server} as the address of the API server`,
    'Write it as https://host:port in clusters[].cluster.server.',
  );
}

function agentOptions(
  cluster: Login['cluster'],
  environment: Readonly<Record<string, string | undefined>>,
) {
  const ca = readPem(cluster.caData, cluster.caFile);
  const proxyEnv = proxies(cluster.proxyUrl, environment);
  return {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    maxSockets: mostConnections,
    ...(ca !== undefined && { ca }),
    ...(cluster.skipTLSVerify && { rejectUnauthorized: false }),
    ...(cluster.tlsServerName && { servername: cluster.tlsServerName }),
    ...(proxyEnv && { proxyEnv }),
  };
}

/** Agents of Node take proxies as `proxyEnv`; without one they are left alone. */
function proxies(
  ofCluster: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
) {
  if (ofCluster && !/^https?:/i.test(ofCluster)) {
    throw new UserError(
      `the KUBECONFIG leads through the proxy ${ofCluster.replace(/\/\/[^@/]*@/, '//')}`,
      'Proxies can be http:// and https:// here; give such a one in clusters[].cluster.proxy-url.',
    );
  }
  if (ofCluster) return { HTTPS_PROXY: ofCluster, HTTP_PROXY: ofCluster };
  const names = ['https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY'];
  return names.some((name) => environment[name]) ? { ...environment } : undefined;
}
