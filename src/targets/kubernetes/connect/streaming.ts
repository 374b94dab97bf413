import type { IncomingMessage } from 'node:http';
import { errorIn, isSuccess, linesOf, readText, statusIn } from './answers.ts';
import type { KubeRequest } from './kube.ts';
import { type TimeLimit, timeLimit } from './time-limit.ts';
import { exchange, exchangeOnce, explained, failureOf, type Wire } from './wire.ts';

/** See `Kube.lines`. */
export async function* streamLines(
  wire: Wire,
  request: KubeRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const limit = timeLimit(signal, wire.tools.answerWithin);
  try {
    const answer = await explained(wire, request, () => openStream(wire, request, signal, limit));
    limit.stopClock();
    yield* linesOf(answer, signal);
  } finally {
    limit.end();
  }
}

async function openStream(
  wire: Wire,
  request: KubeRequest,
  signal: AbortSignal,
  limit: TimeLimit,
): Promise<IncomingMessage> {
  try {
    const answer = await exchange(wire, request, limit);
    const status = answer.statusCode ?? 0;
    if (!isSuccess(status)) throw errorIn(status, await readText(answer));
    return answer;
  } catch (cause) {
    signal.throwIfAborted();
    throw failureOf(cause, limit).cause;
  }
}

/** See `Kube.proxied`. */
export async function askProxied(
  wire: Wire,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<number> {
  const limit = timeLimit(signal, wire.tools.answerWithin);
  try {
    const answer = await exchangeOnce(wire, request, limit);
    const status = answer.statusCode ?? 0;
    const isJson = /json/.test(answer.headers['content-type'] ?? '');
    const text = isSuccess(status) || !isJson ? '' : await readText(answer);
    answer.destroy();
    if (statusIn(text)) throw errorIn(status, text);
    return status;
  } catch (cause) {
    signal.throwIfAborted();
    throw failureOf(cause, limit).cause;
  } finally {
    limit.end();
  }
}
