import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A payload as GitHub sent it once. */
export interface WebhookExample {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** All payloads of `@octokit/webhooks-examples`. */
export function webhookExamples(): readonly WebhookExample[] {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
  const kinds = JSON.parse(readFileSync(file, 'utf8')) as {
    name: string;
    examples: Record<string, unknown>[];
  }[];
  return kinds.flatMap(({ name, examples }) =>
    examples.map((payload) => ({ event: name, payload })),
  );
}
