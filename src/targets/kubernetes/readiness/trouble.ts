import { type Duration, duration } from '../../../core/time.ts';

/** Why pods do not become ready. */
export interface Trouble {
  /** Equal for what is the same trouble at another look. */
  readonly key: string;
  /** As Kubernetes calls it: `ImagePullBackOff`. */
  readonly cause: string;
  /** For people: `container web: the image web:nope cannot be pulled: not found`. */
  readonly detail: string;
  /** So long it may last before it counts as a failure; 0 = it never gets better by itself. */
  readonly patience: Duration;
  /** What something else that is still starting may mend: a database, a controller that writes a Secret. */
  readonly mendable: boolean;
  /** Whose log tells more. */
  readonly pod?: string;
  readonly container?: string;
}

/** It never gets better by itself. */
export const noPatience = duration(0);
/** It may get better, and people are told within half a minute. */
export const somePatience = duration(20_000);

/** The words of a text without its line ends, cut where nobody reads on. */
export function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
