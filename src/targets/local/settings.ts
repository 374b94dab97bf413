import type { Duration } from '../../core/time.ts';

/** The `local` section of the configuration, for one service. */
export interface LocalSettings {
  /** Shell command that stays in the foreground and listens on `PORT`; absent = found out from the commit's files. */
  readonly run?: string;
  /** Shell command that runs once per commit, before `run`. */
  readonly install?: string;
  /** Shell command that runs when the preview is removed, while its processes still run. */
  readonly stop?: string;
  /** Added to the environment of all three commands. */
  readonly env: Readonly<Record<string, string>>;
  /** Replaces path and expected status of the service's probe. */
  readonly health?: { readonly path: string; readonly expect?: number };
  /** Put to sleep after this long without requests; absent = never. */
  readonly sleepAfter?: Duration;
}

/** Reads what the port carries as `unknown`. The configuration's schema has checked it before. */
export function localSettings(settings: unknown): LocalSettings {
  return { env: {}, ...(settings as Partial<LocalSettings> | undefined) };
}
