import type { IncomingMessage } from 'node:http';
import { KubeError } from './kube.ts';

/** Statuses that tell of success. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The whole body. Rejects where the connection is cut before its end. */
export function readText(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    answer.on('end', () => resolve(text)).on('error', reject);
  });
}

/** The answer's JSON; `undefined` for an empty one. Throws a `KubeError` for what is no JSON. */
export function parseAnswer(status: number, text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const message = `the answer is no JSON, so that it is none of Kubernetes' API: ${text.slice(0, 100)}`;
    throw new KubeError(message, { status, reason: '', causes: [] });
  }
}

/** `metav1.Status`, as far as it is used. */
interface Status {
  readonly kind: 'Status';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly causes?: readonly {
      readonly field?: string;
      readonly message?: string;
      readonly reason?: string;
    }[];
    readonly retryAfterSeconds?: number;
  };
}

/** The error that a refusal is. */
export function errorIn(status: number, text: string): KubeError {
  const told = statusIn(text);
  if (!told) {
    const message = text.trim().slice(0, 300) || `the API server answered ${status}`;
    return new KubeError(message, { status, reason: '', causes: [] });
  }
  const causes = (told.details?.causes ?? []).map(({ field = '', message = '', reason = '' }) => ({
    field,
    message,
    reason,
  }));
  const message = told.message ?? `the API server answered ${status}`;
  // Server-side apply answers 500 for fields that the kind lacks and for keys that are there twice.
  const isBadRequest = message.startsWith('failed to create typed patch object');
  const known = isBadRequest ? { status: 400, reason: 'BadRequest' } : { status };
  return new KubeError(message, { reason: told.reason ?? '', causes, ...known });
}

/** Whether the text is the API server's own refusal. */
export function statusIn(text: string): Status | undefined {
  try {
    const told: unknown = JSON.parse(text);
    const { kind, apiVersion } = (told ?? {}) as { kind?: unknown; apiVersion?: unknown };
    return kind === 'Status' && apiVersion === 'v1' ? (told as Status) : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds to wait, as the server asks for. */
export function retryAfterOf({ headers }: IncomingMessage): { readonly retryAfter?: number } {
  const seconds = Number(headers['retry-after']);
  return headers['retry-after'] && Number.isFinite(seconds) ? { retryAfter: seconds } : {};
}

/**
 * Lines of a streamed body as they come, until it ends, is cut, or the signal is aborted, whose reason is thrown then.
 */
export async function* linesOf(
  answer: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const part of answer.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    // The server, or what stands between, ends streams as it likes.
    signal.throwIfAborted();
  }
  if (rest !== '') yield rest;
}
