import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * A `fetch` that honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY. The built-in one does so only when the process was
 * started with NODE_USE_ENV_PROXY, which an action cannot do; the agents of `node:http` take them as `proxyEnv`
 * (Node 24.5).
 */
export function proxyFetch(environment: ProxyEnvironment): typeof fetch {
  const options = { keepAlive: true, proxyEnv: { ...environment } };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return toResponse(await send(url, init, agents));
  };
}

function send(
  url: URL,
  init: RequestInit,
  agents: { http: HttpAgent; https: HttpsAgent },
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        agent: secure ? agents.https : agents.http,
        ...(init.signal && { signal: init.signal }),
      },
      resolve,
    );
    request.once('error', reject);
    request.end(typeof init.body === 'string' ? init.body : undefined);
  });
}

function toResponse(message: IncomingMessage): Response {
  const status = message.statusCode ?? 502;
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  const empty = status === 204 || status === 205 || status === 304;
  if (empty) message.resume();
  const body = empty ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers });
}
