import { request } from 'node:https';

/** Who asks, where. */
export interface ApiAccess {
  /** `https://127.0.0.1:16443` */
  readonly server: string;
  readonly token: string;
  /** PEM of the certificate that the server must show. */
  readonly certificate: string;
}

export interface ApiQuestion {
  readonly method?: string;
  readonly body?: object;
  readonly contentType?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One request to the API server, as JSON, on a connection of its own. Status 0 stands for no answer at all: a server
 * that starts refuses connections.
 */
export function apiRequest(
  { server, token, certificate }: ApiAccess,
  path: string,
  { method = 'GET', body, contentType = 'application/json' }: ApiQuestion = {},
): Promise<ApiAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
  const options = { agent: false, ca: certificate, headers, method, timeout: 10_000 };
  return new Promise((resolve) => {
    const asked = request(new URL(path, server), options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on('error', (error) => resolve({ status: 0, body: error.message }));
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', (error) => resolve({ status: 0, body: error.message }));
    asked.end(body && JSON.stringify(body));
  });
}

/** Creates an object; throws when it is refused. `path` is that of the collection. */
export async function createObject(access: ApiAccess, path: string, body: object): Promise<void> {
  const answer = await apiRequest(access, path, { method: 'POST', body });
  if (answer.status !== 201) throw new Error(`${path} answers ${answer.status}: ${answer.body}`);
}
