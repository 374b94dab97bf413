import { instant } from '../../src/core/time.ts';
import type {
  DeployResult,
  DesiredPreview,
  LeftOut,
  Leftover,
  ObservedPreview,
  ProgressEvent,
  Target,
} from '../../src/targets/target.ts';

/** What a test can make a target do. */
export interface TargetBehaviour {
  /** Happens while a deploy goes on. */
  meanwhile?: () => void;
  /** How deploys end, instead of in health. */
  result?: DeployResult;
  events?: readonly ProgressEvent[];
  /** Identifiers of previews that cannot be removed. */
  stuck?: ReadonlySet<string>;
  /** Why plans cannot be carried out yet. */
  waiting?: string;
  /** Removals take a while, so that nobody sees their end who does not wait. */
  slow?: boolean;
  /** Others that made the shared thing fail. */
  leftOut?: readonly LeftOut[];
  /** Holds all previews in one shared thing, so that each deploy brings all of them. */
  shared?: boolean;
}

/** A target that keeps its previews in a map, one of which a test may look at or change. */
export interface InMemoryTarget {
  readonly previews: Map<string, ObservedPreview>;
  readonly behaviour: TargetBehaviour;
  /** Identifiers for which a plan has prepared something that nothing has carried out. */
  readonly prepared: Set<string>;
  readonly port: Target;
  /** What a kill in the midst of a call leaves behind, by method. */
  readonly halves: Readonly<Record<string, (...given: never[]) => void>>;
}

/** When previews of this target are made. */
const madeAt = instant(Date.parse('2026-11-21T10:00:00Z'));

/** A target with the previews given; foreign ones are there, and answered to nobody else. */
export function inMemoryTarget(
  given: readonly ObservedPreview[] = [],
  behaviour: TargetBehaviour = {},
): InMemoryTarget {
  const previews = new Map(given.map((preview) => [keyOf(preview), preview]));
  const prepared = new Set<string>();
  const put = (desired: DesiredPreview, state: 'ready' | 'starting') => {
    const { services, ...marks } = desired;
    const createdAt = previews.get(keyOf(desired))?.createdAt ?? madeAt;
    const observed = services.map(({ name, host }) => ({
      name,
      state,
      url: `http://${host}:7420`,
    }));
    previews.set(keyOf(desired), { ...marks, createdAt, services: observed });
    return observed;
  };
  const port: Target = {
    async plan({ occasion, all }, { dryRun }) {
      if (behaviour.shared) await all();
      const replacement = previews.has(keyOf(occasion));
      const action = replacement ? 'modify' : 'add';
      if (!dryRun) prepared.add(occasion.previewId);
      return {
        discard: async () => {
          prepared.delete(occasion.previewId);
        },
        ...(behaviour.waiting !== undefined && { waiting: behaviour.waiting }),
        changes: [{ action, type: 'process', id: occasion.previewId, replacement }],
        rendered: { name: 'preview.json', text: JSON.stringify(occasion) },
      };
    },
    async deploy({ occasion, all }, watch) {
      for (const event of behaviour.events ?? []) watch.progress(event);
      behaviour.meanwhile?.();
      for (const other of behaviour.leftOut ?? []) watch.leftOut?.(other);
      if (behaviour.result?.kind === 'failed') {
        if (!behaviour.result.stillServing) put(occasion, 'starting');
        return behaviour.result;
      }
      if (behaviour.shared) for (const desired of await all()) put(desired, 'ready');
      prepared.delete(occasion.previewId);
      const services = put(occasion, 'ready');
      return behaviour.result ?? { kind: 'ready', services };
    },
    async observe(repository) {
      return [...previews.values()].filter((preview) => preview.repository === repository);
    },
    async destroy(key, { wait }): Promise<readonly Leftover[]> {
      if (behaviour.stuck?.has(key.previewId)) {
        return [{ type: 'process', id: key.previewId, reason: 'it does not end' }];
      }
      const preview = previews.get(keyOf(key));
      if (preview && behaviour.slow && !wait) {
        previews.set(keyOf(key), { ...preview, services: [] });
        return [{ type: 'process', id: key.previewId, reason: 'it is ending', removing: true }];
      }
      previews.delete(keyOf(key));
      return [];
    },
    async extend(key, expiresAt) {
      const preview = previews.get(keyOf(key));
      if (preview) previews.set(keyOf(key), { ...preview, expiresAt });
    },
  };
  return {
    previews,
    behaviour,
    prepared,
    port,
    halves: {
      // The old commit serves until the new one, started beside it, is healthy.
      deploy: ({ occasion }: { occasion: DesiredPreview }) => {
        if (!previews.has(keyOf(occasion))) put(occasion, 'starting');
      },
      destroy: (key: { repository: string; previewId: string }) => {
        const preview = previews.get(keyOf(key));
        if (preview) previews.set(keyOf(key), { ...preview, services: [] });
      },
    },
  };
}

function keyOf({ repository, previewId }: { repository: string; previewId: string }): string {
  return `${repository} ${previewId}`;
}
