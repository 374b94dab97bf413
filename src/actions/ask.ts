import type { IncomingMessage } from 'node:http';
import { type Duration, formatDuration } from '../core/time.ts';
import type { Ask, HttpAnswer } from '../promotion/observe/ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is longer than this is no answer to who runs what. */
const longestBody = 256 * 1024;

/**
 * Asks an address once, with no credentials and no cookies, and follows no redirect: no request goes to a host that the
 * configuration does not name. Proxies of the environment are honoured.
 */
export function askOverHttp(environment: Environment): Ask {
  return async (url, within) => {
    try {
      return await answerOf(await send(new URL(url), within, environment));
    } catch (cause) {
      throw new Error(`${withoutQuery(url)} ${wordsFor(cause, within)}`, { cause });
    }
  };
}

function send(url: URL, within: Duration, environment: Environment): Promise<IncomingMessage> {
  const library = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = new library.Agent({
    ...(hasProxy(environment) && { proxyEnv: { ...environment } }),
  });
  return new Promise((resolve, reject) => {
    const request = library.request(
      url,
      { agent, signal: AbortSignal.timeout(within), headers: { 'user-agent': 'understudy' } },
      resolve,
    );
    request.once('error', reject);
    request.end();
  });
}

async function answerOf(message: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestBody) break;
  }
  const headers = message.headers;
  return {
    status: message.statusCode ?? 0,
    header: (name) => {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: Buffer.concat(chunks).subarray(0, longestBody).toString('utf8'),
  };
}

function hasProxy(environment: Environment): boolean {
  const names = ['https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY'];
  return names.some((name) => environment[name]);
}

function wordsFor(cause: unknown, within: Duration): string {
  const { name, code, message } = cause as { name?: string; code?: string; message?: string };
  if (name === 'TimeoutError' || name === 'AbortError')
    return `gave no answer within ${formatDuration(within)}`;
  return `could not be asked: ${code ?? message ?? 'no reason was given'}`;
}

/** What stands after the question mark may be a secret. */
function withoutQuery(url: string): string {
  return url.split('?')[0] ?? '';
}
