import { errorIn } from './answers.ts';
import type { Kind, Kube, WatchEvent } from './kube.ts';
import { isExpired } from './kube-errors.ts';
import { pathOf } from './object-path.ts';
import { type Selection, selecting } from './objects.ts';
import { timeLimit } from './time-limit.ts';

/** What is watched, and from where on. */
export interface Watched extends Selection {
  /** Fields that the API server can select by, as `involvedObject.name`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Absent: everything that is there comes first, as `ADDED`. */
  readonly resourceVersion?: string;
}

/** Seconds; the server ends a watch then, and the caller begins another. */
const watchFor = 270;

/**
 * What happens to objects, as the API server tells it, bookmarks included. Ends when the server or the network ends
 * it, or the position is no longer known: list again then. Throws the signal's reason once that is aborted.
 */
export async function* watchObjects(
  kube: Kube,
  kind: Kind,
  { fields, resourceVersion, ...selection }: Watched,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const path = pathOf(await kube.resource(kind, signal), selection);
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(watchFor),
    ...selecting(selection.labels),
    fieldSelector:
      fields &&
      Object.entries(fields)
        .map((pair) => pair.join('='))
        .join(','),
    resourceVersion,
  };
  // A connection that died without a word would be waited at for ever.
  const limit = timeLimit(signal, (watchFor + 15) * 1000);
  try {
    for await (const line of kube.lines({ method: 'GET', path, query }, limit.signal)) {
      const event = eventIn(line);
      if (event === 'expired') return;
      if (event) yield event;
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (!limit.isOver && !isExpired(cause)) throw cause;
  } finally {
    limit.end();
  }
}

function eventIn(line: string): WatchEvent | 'expired' | undefined {
  if (line.trim() === '') return undefined;
  const event = JSON.parse(line) as WatchEvent & { readonly object: { readonly code?: number } };
  if (event.type !== 'ERROR') return event;
  if (event.object.code === 410) return 'expired';
  throw errorIn(event.object.code ?? 500, JSON.stringify(event.object));
}
