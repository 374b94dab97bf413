import type { IncomingMessage } from 'node:http';
import type { Pause } from '../../pause.ts';
import { describeRequest } from './describe-request.ts';
import type { KubeError, KubeRequest } from './kube.ts';
import { explainKube } from './kube-errors.ts';
import type { Credentials, CredentialTools } from './proof.ts';
import type { FailedTry } from './retrying.ts';
import type { TimeLimit } from './time-limit.ts';
import type { Sent, Transport } from './transport.ts';

/** Clock, chance and waiting. */
export interface KubeTools extends Pick<CredentialTools, 'now'> {
  random(): number;
  readonly pause: Pause;
  parseYaml(text: string): Promise<unknown>;
  /** One try takes no longer, in milliseconds. */
  readonly answerWithin: number;
}

/** What requests go over. */
export interface Wire {
  readonly server: string;
  readonly transport: Transport;
  readonly credentials: Credentials;
  /** Of every request. */
  readonly headers: Sent['headers'];
  readonly tools: KubeTools;
  /** Whether the server ever answered. */
  readonly seen: { server: boolean };
}

/** A failed try, and what is thrown if there is no other. */
export type Failure = Pick<FailedTry, 'status' | 'code' | 'retryAfter'> & {
  readonly cause: unknown;
};

/** What a try failed by. */
export function failureOf(cause: unknown, { isOver }: TimeLimit): Failure {
  if (isOver) {
    const timedOut = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
    return { code: 'ETIMEDOUT', cause: timedOut };
  }
  const { code, status } = (cause ?? {}) as { code?: string } & Partial<KubeError>;
  return { cause, ...(code && { code }), ...(status !== undefined && { status }) };
}

/** The head of an answer; credentials that are refused are renewed once. */
export async function exchange(
  wire: Wire,
  request: KubeRequest,
  limit: TimeLimit,
): Promise<IncomingMessage> {
  const answer = await exchangeOnce(wire, request, limit);
  if (answer.statusCode !== 401 || !wire.credentials.renew()) return answer;
  answer.resume();
  return await exchangeOnce(wire, request, limit);
}

/** The head of an answer, whatever it is. */
export async function exchangeOnce(
  { transport, credentials, headers, seen }: Wire,
  request: KubeRequest,
  { signal }: TimeLimit,
): Promise<IncomingMessage> {
  const proof = await credentials.proof(signal);
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const sent = {
    method: request.method,
    path: request.path + queryOf(request),
    headers: {
      ...headers,
      accept: 'application/json',
      ...(proof.authorization && { authorization: proof.authorization }),
      ...(body !== undefined && {
        'content-type': request.contentType ?? 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
    },
    ...(body !== undefined && { body }),
  };
  const answer = await transport.exchange(sent, proof, signal);
  seen.server = true;
  return answer;
}

function queryOf({ query = {} }: KubeRequest): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}

/** Failures in words for people. */
export async function explained<Answer>(
  { server }: Wire,
  request: KubeRequest,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    throw explainKube(cause, describeRequest(request), server);
  }
}
