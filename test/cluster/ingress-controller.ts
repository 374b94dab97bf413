import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SecureContext } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { ApiAccess } from './api-request.ts';
import { apiRequest } from './api-request.ts';
import { selfSign } from './control-plane.ts';
import { followRoutes, makeClasses } from './ingress-objects.ts';
import type { Backend, Certificate, Route } from './ingress-routes.ts';
import { covers, routeFor } from './ingress-routes.ts';

/** A stand-in for an ingress controller and a Gateway, in the test's own process. */
export interface IngressStandIn {
  /** `http://127.0.0.1:…`; which application answers is a matter of the header `host`. */
  readonly http: string;
  /** `https://127.0.0.1:…`; the certificate is that of the Secret which the Ingress or Gateway names for the host. */
  readonly https: string;
  close(): Promise<void>;
}

/**
 * Follows the real Ingress and HTTPRoute objects of a cluster, routes by host and path to the ClusterIP of their Services
 * (pods answer on the node level only, else 503), and writes the status that a controller writes. It makes the
 * IngressClass `className` and, where Gateway API is there, a GatewayClass of that name; it minds no other classes.
 */
export async function startIngressStandIn(
  access: ApiAccess,
  options: { readonly className?: string; readonly address?: string } = {},
): Promise<IngressStandIn> {
  const { className = 'nginx', address = '127.0.0.1' } = options;
  await makeClasses(access, className);
  const followed = followRoutes(access, className, address);
  const answer: RequestListener = (asked, answered) => {
    const refuse = (error: Error) => answered.writeHead(502).end(error.message);
    forward(access, followed.routes(), asked, answered).catch(refuse);
  };
  const plain = createServer(answer);
  const choose = chooser(access, () => followed.certificates());
  const encrypted = createTlsServer({ ...forUnknownHosts(), SNICallback: choose }, answer);
  const [http, https] = [await listen(plain, address), await listen(encrypted, address)];
  const close = async () => {
    followed.close();
    await Promise.all([end(plain), end(encrypted)]);
  };
  return { http: `http://${address}:${http}`, https: `https://${address}:${https}`, close };
}

async function forward(
  access: ApiAccess,
  routes: readonly Route[],
  asked: IncomingMessage,
  answered: ServerResponse,
): Promise<void> {
  const host = (asked.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const path = new URL(asked.url ?? '/', 'http://any').pathname;
  const route = routeFor(routes, host, path);
  if (!route)
    return void answered.writeHead(404).end(`No Ingress or HTTPRoute for ${host}${path}\n`);
  const target = await addressOf(access, route.backend);
  if (!target) return void answered.writeHead(503).end(`Nothing serves ${route.backend.service}\n`);
  const { method = 'GET', url: asIs = '/' } = asked;
  const forwarded = 'encrypted' in asked.socket ? 'https' : 'http';
  const headers = { ...asked.headers, 'x-forwarded-proto': forwarded, 'x-forwarded-host': host };
  const passed = request({ ...target, method, path: asIs, headers, agent: false, timeout: 60_000 });
  passed.on('timeout', () => passed.destroy(new Error(`${route.backend.service} is silent`)));
  const [[response]] = await Promise.all([once(passed, 'response'), pipeline(asked, passed)]);
  answered.writeHead(response.statusCode, response.headers);
  await pipeline(response, answered);
}

/** The Service's address within the cluster, which the node's own rules lead to a pod; undefined when no pod is ready. */
async function addressOf(access: ApiAccess, { namespace, service, port }: Backend) {
  const core = `/api/v1/namespaces/${namespace}`;
  const discovery = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  const selector = `?labelSelector=kubernetes.io/service-name=${service}`;
  const [found, slices] = await Promise.all([
    apiRequest(access, `${core}/services/${service}`),
    apiRequest(access, discovery + selector),
  ]);
  if (found.status !== 200 || slices.status !== 200) return undefined;
  const endpoints: { conditions: { ready?: boolean } }[] = JSON.parse(slices.body).items.flatMap(
    (slice: { endpoints: object[] | null }) => slice.endpoints ?? [],
  );
  if (!endpoints.some(({ conditions }) => conditions.ready)) return undefined;
  const { clusterIP, ports } = JSON.parse(found.body).spec;
  const named = ports.find((one: { name?: string; port: number }) =>
    [one.name, one.port].includes(port),
  );
  return named && { host: clusterIP, port: named.port };
}

/** Reads the Secret for each connection, so that a renewed certificate is shown at once. */
function chooser(access: ApiAccess, certificates: () => readonly Certificate[]) {
  return (host: string, done: (error: Error | null, context?: SecureContext) => void): void => {
    contextFor(access, certificates(), host).then(
      (context) => done(null, context),
      (error: Error) => done(error),
    );
  };
}

async function contextFor(
  access: ApiAccess,
  certificates: readonly Certificate[],
  host: string,
): Promise<SecureContext | undefined> {
  const named = certificates.find(({ hosts }) => hosts.some((pattern) => covers(pattern, host)));
  if (!named) return undefined;
  const path = `/api/v1/namespaces/${named.namespace}/secrets/${named.secret}`;
  const { status, body } = await apiRequest(access, path);
  if (status !== 200) return undefined;
  const data: Record<string, string> = JSON.parse(body).data ?? {};
  const decoded = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
  return createSecureContext({ cert: decoded('tls.crt'), key: decoded('tls.key') });
}

/** As controllers do, hosts without a Secret get a certificate that nobody trusts. */
function forUnknownHosts(): { readonly cert: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-ingress-'));
  try {
    selfSign(folder, 'unknown', ['DNS:ingress.invalid']);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { cert: read('unknown.crt'), key: read('unknown.key') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function listen(server: Server, address: string): Promise<number> {
  server.listen(0, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function end(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
