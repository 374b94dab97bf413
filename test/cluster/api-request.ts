import { request } from 'node:https';

/** Who asks, where. */
export interface ApiAccess {
  /** `https://127.0.0.1:16443` */
  readonly server: string;
  readonly token: string;
  /** PEM of the certificate that the server must show. */
  readonly certificate: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One GET of the API server, on a connection of its own. Status 0 stands for no answer at all: a server that starts
 * refuses connections.
 */
export function apiGet(access: ApiAccess, path: string): Promise<ApiAnswer> {
  return new Promise((resolve) => {
    const asked = request(
      new URL(path, access.server),
      {
        agent: false,
        ca: access.certificate,
        headers: { authorization: `Bearer ${access.token}` },
        timeout: 10_000,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', () => resolve({ status: 0, body }));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', (error) => resolve({ status: 0, body: error.message }));
    asked.end();
  });
}
