import type { Clock } from './clock.ts';
import { timestamp } from './clock.ts';
import type { Token } from './state.ts';

/** One webhook delivery, as GitHub would have sent it. */
export interface WebhookEvent {
  readonly id: number;
  /** GitHub's name: `pull_request`, `push` … */
  readonly event: string;
  readonly action?: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Login of whoever caused it. */
  readonly actor: string;
  readonly at: string;
  /** `false` for what `GITHUB_TOKEN` did, `workflow_dispatch` and `repository_dispatch` apart. */
  readonly triggersWorkflows: boolean;
}

/** What happened, in order, since the start. */
export interface EventLog {
  all(): readonly WebhookEvent[];
  add(event: NewEvent, by: Token): void;
  /** Calls back after each event; the answer ends that. */
  listen(listener: (event: WebhookEvent) => void): () => void;
}

export type NewEvent = Pick<WebhookEvent, 'event' | 'repository' | 'payload'>;

const dispatches = ['workflow_dispatch', 'repository_dispatch'];

/** An empty log. */
export function createEventLog(clock: Clock): EventLog {
  const events: WebhookEvent[] = [];
  const listeners = new Set<(event: WebhookEvent) => void>();
  return {
    all: () => events,
    add(event, by) {
      const { action } = event.payload;
      const entry: WebhookEvent = {
        id: events.length + 1,
        ...event,
        ...(typeof action === 'string' && { action }),
        actor: by.login,
        at: timestamp(clock),
        triggersWorkflows: by.kind !== 'installation' || dispatches.includes(event.event),
      };
      events.push(entry);
      for (const listener of listeners) listener(entry);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
