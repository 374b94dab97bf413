import { sha256Hex } from '../../core/sha256.ts';

/** What makes a promotion one and the same, whoever carries it out. */
export interface PromotionKey {
  readonly pipeline: string;
  readonly stage: string;
  readonly generation: number;
  readonly version: string;
}

/**
 * The deterministic id of a promotion, `production-g0-3f9a1c0b77de`: names branches, runs and markers, and is looked
 * up before acting. ASCII, lower case, digits and dashes, at most 63 characters.
 */
export function promotionId({ pipeline, stage, generation, version }: PromotionKey): string {
  const digest = sha256Hex(JSON.stringify([pipeline, stage, generation, version])).slice(0, 12);
  const shown = stage
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 36);
  return `${shown.replace(/^-+|-+$/g, '') || 'stage'}-g${generation}-${digest}`;
}

/** The key of one attempt, under the id of its promotion. */
export function attemptKey(id: string, attempt: number): string {
  return `${id}-a${attempt}`;
}
