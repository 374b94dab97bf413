import { errorIn, isSuccess, parseAnswer, readText, retryAfterOf } from './answers.ts';
import { describeRequest } from './describe-request.ts';
import type { KubeRequest } from './kube.ts';
import { explainKube, isAlreadyExists, isNotFound } from './kube-errors.ts';
import { isOutcomeUnknown, retryDelay } from './retrying.ts';
import { timeLimit } from './time-limit.ts';
import { exchange, type Failure, failureOf, type Wire } from './wire.ts';

/**
 * Sends a request until there is an answer that another try would not better, and gives its JSON. Of a create that
 * was answered by silence first, and then by `AlreadyExists`, the answer is what is there.
 */
export async function sendUntilAnswered(
  wire: Wire,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const { tools, seen } = wire;
  let mayBeDone = false;
  for (let tries = 1; ; tries += 1) {
    const outcome = await tryOnce(wire, request, signal);
    if (!('cause' in outcome)) return outcome.answer;
    signal.throwIfAborted();
    if (mayBeDone && isDoneAlready(request, outcome.cause)) {
      return await foundInstead(wire, request, signal);
    }
    mayBeDone ||= isOutcomeUnknown(outcome);
    const delay = retryDelay({ ...outcome, tries, known: seen.server }, tools.random());
    if (delay === undefined) {
      throw explainKube(outcome.cause, describeRequest(request), wire.server);
    }
    await tools.pause(delay, signal);
  }
}

/** An earlier try of ours got through, as far as can be told: names that are there twice are ours. */
function isDoneAlready({ method }: KubeRequest, cause: unknown): boolean {
  return (
    (method === 'POST' && isAlreadyExists(cause)) || (method === 'DELETE' && isNotFound(cause))
  );
}

async function foundInstead(
  wire: Wire,
  { method, path, body }: KubeRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const { name } = (body as { metadata?: { name?: string } } | undefined)?.metadata ?? {};
  if (method === 'DELETE' || !name) return undefined;
  const place = `${path}/${encodeURIComponent(name)}`;
  return await sendUntilAnswered(wire, { method: 'GET', path: place }, signal);
}

async function tryOnce(
  wire: Wire,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<{ readonly answer: unknown } | Failure> {
  const limit = timeLimit(signal, wire.tools.answerWithin);
  try {
    const answer = await exchange(wire, request, limit);
    const text = await readText(answer);
    const status = answer.statusCode ?? 0;
    if (isSuccess(status)) return { answer: parseAnswer(status, text) };
    const cause = errorIn(status, text);
    return { status: cause.status, ...retryAfterOf(answer), cause };
  } catch (cause) {
    return failureOf(cause, limit);
  } finally {
    limit.end();
  }
}
