import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAccess } from './api-request.ts';
import { apiRequest } from './api-request.ts';

/** What every object of Kubernetes has. */
export interface KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly generation?: number;
  };
}

/** All objects of a collection, as they are now. */
export interface WatchedObjects<T extends KubernetesObject> {
  all(): readonly T[];
  close(): void;
}

/**
 * Follows a collection (`/apis/networking.k8s.io/v1/ingresses`) until it is closed, and calls `onChange` with each object
 * that is added or changed. A collection that the server does not have is empty, and asked for again each second.
 */
export function watchObjects<T extends KubernetesObject>(
  access: ApiAccess,
  path: string,
  onChange: (object: T) => void,
): WatchedObjects<T> {
  const ended = new AbortController();
  const known = new Map<string, T>();
  const follow = async () => {
    while (!ended.signal.aborted) {
      const version = await list(access, path, known, onChange);
      if (version !== undefined) await watch(access, path, version, known, onChange, ended.signal);
      else await sleep(1000, undefined, { ref: false });
    }
  };
  follow().catch(() => {});
  return { all: () => [...known.values()], close: () => ended.abort() };
}

async function list<T extends KubernetesObject>(
  access: ApiAccess,
  path: string,
  known: Map<string, T>,
  onChange: (object: T) => void,
): Promise<string | undefined> {
  const answer = await apiRequest(access, path);
  if (answer.status !== 200) return undefined;
  const { items, metadata } = JSON.parse(answer.body);
  known.clear();
  for (const item of items) {
    known.set(item.metadata.uid, item);
    onChange(item);
  }
  return metadata.resourceVersion;
}

/** Returns when the server ends the watch, which it does every few minutes, or when it says that it was too long ago. */
function watch<T extends KubernetesObject>(
  { server, token, certificate }: ApiAccess,
  path: string,
  version: string,
  known: Map<string, T>,
  onChange: (object: T) => void,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(`${path}?watch=true&resourceVersion=${version}`, server);
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, ca: certificate, headers, signal }, (response) => {
      const lines = createInterface({ input: response });
      lines.on('line', (line) => {
        const { type, object } = JSON.parse(line);
        if (type === 'ERROR') return void asked.destroy();
        if (type === 'DELETED') return void known.delete(object.metadata.uid);
        known.set(object.metadata.uid, object);
        onChange(object);
      });
      lines.on('error', () => {});
      response.on('error', () => {});
      response.on('close', () => resolve());
    });
    asked.on('error', () => resolve());
    asked.end();
  });
}
