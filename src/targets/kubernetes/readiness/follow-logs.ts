import { type Instant, toIso } from '../../../core/time.ts';
import type { Pause } from '../../pause.ts';
import type { Kube } from '../connect/kube.ts';
import { podLog } from '../connect/pod-log.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';

/** How logs are streamed. */
export interface LogFollowing {
  readonly kube: Kube;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  now(): Instant;
  line(text: string): void;
  /** Whether a container runs still, as far as is known. */
  isRunning(pod: string, container: string): boolean;
}

/** Streams of containers, each once. */
export interface LogStreams {
  /** Begins to stream every container of these pods that has begun to run. */
  follow(pods: readonly KubeObject[]): void;
  /** Waits for the last lines, but no longer than so many milliseconds. */
  drain(milliseconds: number): Promise<void>;
}

/** No stream yet. */
export function openLogStreams(following: LogFollowing): LogStreams {
  const streams = new Map<string, Promise<void>>();
  return {
    follow: (pods) => {
      for (const pod of pods) {
        const { name, uid = name, namespace = '' } = pod.metadata;
        for (const container of begunContainers(pod)) {
          const key = `${uid}/${container}`;
          if (!streams.has(key))
            streams.set(key, stream(following, { namespace, pod: name, container }));
        }
      }
    },
    drain: async (milliseconds) => {
      const enough = new AbortController();
      const limit = following.pause(milliseconds, enough.signal).catch(() => undefined);
      await Promise.race([Promise.all(streams.values()), limit]);
      enough.abort();
    },
  };
}

function begunContainers({ status }: KubeObject): string[] {
  const { initContainerStatuses, containerStatuses } = fieldsOf(status);
  return [...listOf(initContainerStatuses), ...listOf(containerStatuses)]
    .filter(({ state }) => fieldsOf(state).running || fieldsOf(state).terminated)
    .map(({ name }) => textOf(name));
}

/** To the end of the container. Lines that are missed are no failure: what counts is told by the object itself. */
async function stream(
  { kube, signal, pause, now, line, isRunning }: LogFollowing,
  place: { readonly namespace: string; readonly pod: string; readonly container: string },
): Promise<void> {
  let sinceTime: string | undefined;
  try {
    do {
      const log = { ...place, follow: true, ...(sinceTime !== undefined && { sinceTime }) };
      try {
        for await (const text of podLog(kube, log, signal)) line(text);
      } catch {
        signal.throwIfAborted();
      }
      sinceTime = toIso(now());
      if (isRunning(place.pod, place.container)) await pause(1000, signal);
    } while (isRunning(place.pod, place.container));
  } catch {
    // Aborted: nobody reads on.
  }
}
