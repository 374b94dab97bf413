import { RequestError } from '@octokit/request-error';
import type { Answer, RequestOptions, Send } from './request-hook.ts';

/**
 * Asks again only for what changed: a GET that was answered with an ETag before carries `If-None-Match`. A 304
 * costs nothing of the primary rate limit (docs.github.com, best practices for the REST API).
 */
export function conditionalRequests() {
  const answers = new Map<string, Answer>();
  return async (send: Send, options: RequestOptions): Promise<Answer> => {
    if (options.method !== 'GET') return send(options);
    const key = keyOf(options);
    const known = answers.get(key);
    const etag = known?.headers.etag;
    // In place: octokit's hooks each get these very options, whatever is handed to the next.
    if (etag) options.headers = { ...options.headers, 'if-none-match': etag };
    try {
      const answer = await send(options);
      if (answer.headers.etag) answers.set(key, answer);
      return answer;
    } catch (cause) {
      if (known && cause instanceof RequestError && cause.status === 304) return known;
      throw cause;
    }
  };
}

function keyOf({
  headers,
  request: _,
  baseUrl: __,
  mediaType: ___,
  ...rest
}: RequestOptions): string {
  return JSON.stringify([rest, headers.accept]);
}
