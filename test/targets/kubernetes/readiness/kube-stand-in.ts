import type {
  Kube,
  KubeRequest,
  WatchEvent,
} from '../../../../src/targets/kubernetes/connect/kube.ts';
import { KubeError } from '../../../../src/targets/kubernetes/connect/kube.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';

const plurals: Readonly<Record<string, string>> = { Ingress: 'ingresses' };

interface Change {
  readonly version: number;
  readonly event: WatchEvent;
}

/** An API server in memory: lists, watches from a version on, and logs; nothing else. */
export class KubeStandIn implements Kube {
  readonly server = 'https://kube.example';
  /** `GET deployments`, `WATCH deployments 12`, `LOG web-1/web previous`. */
  readonly requests: string[] = [];
  /** Lines by `pod/container`, or `pod/container/previous`. */
  readonly logs = new Map<string, string[]>();
  /** Plurals that may not be watched, or (`list pods`) listed. */
  readonly forbidden = new Set<string>();
  /** Versions before this one are no longer known to watches. */
  oldest = 0;
  private readonly history: Change[] = [];
  private readonly objects = new Map<string, KubeObject>();
  private readonly watchers = new Set<{ wake(): void; isCut: boolean }>();

  /** Makes or changes the object; gives it as it is then. */
  put(object: KubeObject): KubeObject {
    const version = this.history.length + 1;
    const key = keyOf(object);
    const live = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    };
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED';
    this.objects.set(key, live);
    this.tell({ version, event: { type, object: live } });
    return live;
  }

  remove(object: KubeObject): void {
    this.objects.delete(keyOf(object));
    this.tell({ version: this.history.length + 1, event: { type: 'DELETED', object } });
  }

  /** Ends every watch that runs now. */
  cutWatches(): void {
    for (const watcher of this.watchers) {
      watcher.isCut = true;
      watcher.wake();
    }
  }

  resource({ apiVersion, kind }: { apiVersion: string; kind: string }) {
    return Promise.resolve({ apiVersion, kind, plural: pluralOf(kind), namespaced: true });
  }

  proxied(_request: KubeRequest, _signal: AbortSignal): Promise<number> {
    throw new Error('not in this stand-in');
  }

  send(request: KubeRequest, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const { plural, name } = partsOf(request.path);
    this.requests.push(`GET ${plural}${name ? `/${name}` : ''}`);
    if (name) return this.get(plural, name);
    if (this.forbidden.has(`list ${plural}`)) return Promise.reject(refusal(plural));
    const items = this.all(plural, request);
    const metadata = { resourceVersion: String(this.history.length) };
    return Promise.resolve({ items, metadata });
  }

  async *lines(request: KubeRequest, signal: AbortSignal): AsyncGenerator<string> {
    const { plural, name, part } = partsOf(request.path);
    if (part === 'log') {
      const { container = '', previous, follow } = request.query ?? {};
      this.requests.push(
        `LOG ${name}/${container}${previous ? ' previous' : ''}${follow ? ' follow' : ''}`,
      );
      yield* this.logs.get(`${name}/${container}${previous ? '/previous' : ''}`) ?? [];
      return;
    }
    const from = request.query?.resourceVersion;
    this.requests.push(`WATCH ${plural}${from === undefined ? '' : ` ${from}`}`);
    if (this.forbidden.has(plural)) throw refusal(plural);
    for await (const event of this.events(plural, request, signal)) yield JSON.stringify(event);
  }

  private async *events(
    plural: string,
    request: KubeRequest,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    const from = request.query?.resourceVersion;
    if (from !== undefined && Number(from) < this.oldest) throw gone();
    if (from === undefined)
      for (const object of this.all(plural, request)) yield { type: 'ADDED', object };
    let next = from === undefined ? this.history.length : Number(from);
    const watcher = { wake: () => {}, isCut: false };
    this.watchers.add(watcher);
    try {
      while (!watcher.isCut) {
        for (const { event } of this.history.slice(next)) {
          if (pluralOf(event.object.kind) === plural && isSelected(event.object, request))
            yield event;
        }
        next = this.history.length;
        signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          watcher.wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        signal.throwIfAborted();
      }
    } finally {
      this.watchers.delete(watcher);
    }
  }

  private get(plural: string, name: string): Promise<KubeObject> {
    const found = [...this.objects.values()].find(
      (object) => pluralOf(object.kind) === plural && object.metadata.name === name,
    );
    if (found) return Promise.resolve(found);
    return Promise.reject(new KubeError('none', { status: 404, reason: 'NotFound', causes: [] }));
  }

  private all(plural: string, request: KubeRequest): KubeObject[] {
    return [...this.objects.values()].filter(
      (object) => pluralOf(object.kind) === plural && isSelected(object, request),
    );
  }

  private tell(change: Change): void {
    this.history.push(change);
    for (const watcher of this.watchers) watcher.wake();
  }
}

function pluralOf(kind: string): string {
  return plurals[kind] ?? `${kind.toLowerCase()}s`;
}

function keyOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  return `${kind}/${namespace}/${name}`;
}

function partsOf(path: string) {
  const [, plural = '', name, part] =
    /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  return { plural, name, part };
}

function isSelected({ metadata: { labels = {} } }: KubeObject, { query }: KubeRequest): boolean {
  const pairs = (query?.labelSelector ?? '').split(',').filter(Boolean);
  return pairs.every((pair) => {
    const [key = '', value] = pair.split('=');
    return labels[key] === value;
  });
}

function refusal(plural: string): KubeError {
  return new KubeError(`${plural} is forbidden`, { status: 403, reason: 'Forbidden', causes: [] });
}

function gone(): KubeError {
  return new KubeError('too old resource version', { status: 410, reason: 'Expired', causes: [] });
}
