import type { ListedPreview } from '../../targets/local/protocol.ts';
import type { ShownRepository } from '../github/lab-state.ts';
import type { RunRecord } from '../story/run-record.ts';

/** A preview and the last lines of each service's log, by service name. */
export interface ShownPreview {
  readonly preview: ListedPreview;
  readonly logs: Readonly<Record<string, readonly string[]>>;
}

/** Everything the page shows, at one moment. */
export interface PageModel {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly repository: ShownRepository;
  /** Bare directory that takes pushes. */
  readonly git: string;
  readonly previews: readonly ShownPreview[];
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** Names of refs under `refs/understudy/`. */
  readonly ledger: readonly string[];
}

/** What the buttons of the page do. */
export type PageAction =
  | { readonly act: 'open' }
  | { readonly act: 'sweep' }
  | { readonly act: 'push' | 'close' | 'reopen'; readonly number: number }
  | { readonly act: 'comment'; readonly number: number; readonly body: string };

/** Where the page has its facts from, and who does what its buttons say. */
export interface PageSource {
  /** Base address of the stand-in: git over HTTP is passed on to it. */
  readonly github: string;
  model(): Promise<PageModel>;
  act(action: PageAction): Promise<void>;
  /** What a commit changes, as plain text; `undefined` when there is no such commit. */
  commit(sha: string): Promise<string | undefined>;
}

/** Reads what a button sent; `undefined` for anything else. */
export function readAction(value: unknown): PageAction | undefined {
  const { act, number, body } = (value ?? {}) as Record<string, unknown>;
  if (act === 'open' || act === 'sweep') return { act };
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return undefined;
  if (act === 'push' || act === 'close' || act === 'reopen') return { act, number };
  return act === 'comment' && typeof body === 'string' && body.trim() !== ''
    ? { act, number, body }
    : undefined;
}
