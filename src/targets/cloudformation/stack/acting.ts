import type { CloudFormationClient as Cloud, Stack } from '@aws-sdk/client-cloudformation';
import { type Instant, instant } from '../../../core/time.ts';
import { explainAws } from '../connect/errors.ts';
import { type Followed, followOperation, type Watching } from '../watching/follow.ts';
import { answerFor } from '../watching/statuses.ts';

/** Watching of what is also acted upon. */
export interface Acting extends Watching {
  /** Unique to this attempt, of letters, digits and dashes; client request tokens derive from it. */
  readonly operation: string;
}

/** A client request token: unique to the attempt, the stack and the purpose. Form: API reference, 1–128 characters. */
export function tokenFor({ operation }: Acting, purpose: string, stackId: string): string {
  const stack = stackId.slice(-12);
  return `${purpose}-${stack}-${operation}`.replaceAll(/[^-A-Za-z0-9]/g, '-').slice(0, 128);
}

/** A line of our own among the stack's events. */
export function say({ progress, now, service }: Watching, line: string): void {
  progress({ kind: 'log', at: now(), service, line });
}

/** Follows what someone else started, to its end. */
export function followRunning(cloud: Cloud, stack: Stack, watching: Watching): Promise<Followed> {
  const { StackId = '', StackStatus } = stack;
  return followOperation(
    cloud,
    {
      stackId: StackId,
      since: begunAt(stack, watching.now()),
      touched: [],
      doing: answerFor(StackStatus).running ?? 'update',
    },
    watching,
  );
}

/** By AWS's clock, of which the stack's own times and those of its events are. */
function begunAt({ DeletionTime, LastUpdatedTime, CreationTime }: Stack, now: Instant): Instant {
  return instant((DeletionTime ?? LastUpdatedTime ?? CreationTime)?.getTime() ?? now);
}

/** Runs a call; throws the signal's reason when aborted, and a `UserError` for what the user can mend. */
export async function attempt<Answer>(
  doing: string,
  { signal }: Pick<Watching, 'signal'>,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw explainAws(cause, doing);
  }
}
