import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { UserError } from '../../core/user-error.ts';
import type { ProgressEvent } from '../target.ts';
import type { Failure, StreamMessage } from './protocol.ts';

/** A call of the control API. */
export interface ControlCall {
  readonly method: 'GET' | 'POST';
  /** With query. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Talks to one gateway over its control socket. */
export class ControlClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** A call with one answer. Throws a `UserError` for what the user can mend. */
  async call<Answer>(call: ControlCall): Promise<Answer> {
    for await (const line of this.#lines(call)) return succeed<Answer>(line);
    throw new Error(`the gateway broke off ${call.method} ${call.path}`);
  }

  /** A call that tells its progress. Throws when the answer ends before the result: its outcome is unknown. */
  async stream<Result>(
    call: ControlCall,
    progress: (event: ProgressEvent) => void,
  ): Promise<Result> {
    for await (const line of this.#lines(call)) {
      const message = succeed<Exclude<StreamMessage<Result>, Failure>>(line);
      if ('result' in message) return message.result;
      progress(message.event);
    }
    throw new Error(`the gateway broke off ${call.method} ${call.path}`);
  }

  /** Runs `act` while no other client holds the name. A killed client holds nothing. */
  async locked<Result>(
    name: string,
    act: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const release = new AbortController();
    const lines = this.#lines({
      method: 'POST',
      path: `/lock?name=${encodeURIComponent(name)}`,
      signal: AbortSignal.any([release.signal, signal]),
    });
    try {
      await lines.next();
      return await act();
    } finally {
      release.abort();
      await lines.return(undefined).catch(() => undefined);
    }
  }

  async *#lines(call: ControlCall): AsyncGenerator<string, void> {
    const response = await this.#send(call);
    try {
      yield* createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
    } finally {
      response.destroy();
    }
  }

  #send({ method, path, body, signal }: ControlCall): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = {
        socketPath: this.#socket,
        method,
        path,
        agent: false,
        ...(signal && { signal }),
      };
      const sent = request(options, (response) => {
        response.on('error', () => undefined);
        resolve(response);
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function succeed<Answer>(line: string): Answer {
  const answer = JSON.parse(line) as Answer | Failure;
  if (typeof answer === 'object' && answer !== null) {
    if ('problems' in answer) throw UserError.all(answer.problems);
    if ('error' in answer) throw new Error(`the gateway failed: ${answer.error}`);
  }
  return answer as Answer;
}
