import type { Instant } from '../core/time.ts';
import type {
  DeployResult,
  DesiredPreview,
  DesiredPreviews,
  Leftover,
  ObservedPreview,
  ObservedService,
  PlanPurpose,
  PreviewKey,
  Target,
  TargetPlan,
  Watch,
} from './target.ts';

/** One of several targets that hold a preview's services between them. */
export interface TargetPart {
  readonly target: Target;
  /** Whether a service of this name runs there. */
  holds(service: string): boolean;
}

/** Several targets as one, each for its own services. A preview is ready once all its parts are. */
export function severalTargets(parts: readonly TargetPart[]): Target {
  const [only, ...more] = parts;
  if (only && more.length === 0) return only.target;
  return {
    plan: (desired, purpose) => plan(parts, desired, purpose),
    deploy: (desired, watch) => deploy(parts, desired, watch),
    observe: (repository) => observe(parts, repository),
    destroy: (key, watch) => destroy(parts, key, watch),
    extend: (key, expiresAt) => extend(parts, key, expiresAt),
    drift: (keys, watch) => drift(parts, keys, watch),
  };
}

/** Each part that has something to hold, with what it is to hold. */
function split(parts: readonly TargetPart[], desired: DesiredPreviews) {
  return parts
    .map((part) => ({ ...part, desired: shareOf(part, desired) }))
    .filter(({ desired: { occasion } }) => occasion.services.length > 0);
}

function shareOf(part: TargetPart, { occasion, all }: DesiredPreviews): DesiredPreviews {
  const share = (preview: DesiredPreview): DesiredPreview => ({
    ...preview,
    services: preview.services.filter(({ name }) => part.holds(name)),
  });
  const shares = async () => (await all()).map(share).filter(({ services }) => services.length > 0);
  return { occasion: share(occasion), all: shares };
}

async function plan(
  parts: readonly TargetPart[],
  desired: DesiredPreviews,
  purpose: PlanPurpose,
): Promise<TargetPlan> {
  const plans: TargetPlan[] = [];
  try {
    for (const part of split(parts, desired)) {
      plans.push(await part.target.plan(part.desired, purpose));
    }
  } catch (cause) {
    await discardAll(plans);
    throw cause;
  }
  return joinPlans(plans);
}

/** What parts of one preview would change, as one plan. */
export function joinPlans(plans: readonly TargetPlan[]): TargetPlan {
  const [first, ...others] = plans;
  if (first && others.length === 0) return first;
  const outdated = plans.find((one) => one.outdated !== undefined)?.outdated;
  const waiting = plans.find((one) => one.waiting !== undefined)?.waiting;
  const isAlike = others.every(({ rendered }) => rendered.name === first?.rendered.name);
  return {
    changes: plans.flatMap(({ changes }) => changes),
    rendered: {
      name: first && isAlike ? first.rendered.name : 'preview.txt',
      text: plans.map(({ rendered }) => rendered.text).join('\n---\n'),
    },
    ...(outdated !== undefined && { outdated }),
    ...(waiting !== undefined && { waiting }),
    ...(plans.some(({ discard }) => discard) && { discard: () => discardAll(plans) }),
  };
}

async function discardAll(plans: readonly TargetPlan[]): Promise<void> {
  await Promise.all(plans.map(({ discard }) => discard?.()));
}

/** One after another: the first that fails ends it, as people see one reason. */
async function deploy(
  parts: readonly TargetPart[],
  desired: DesiredPreviews,
  watch: Watch,
): Promise<DeployResult> {
  const results: DeployResult[] = [];
  for (const part of split(parts, desired)) {
    const result = await part.target.deploy(part.desired, watch);
    if (result.kind === 'failed') return result;
    results.push(result);
  }
  return joinResults(results, desired.occasion);
}

/** What became of the parts of one preview: the first failure, or all services in the order of the configuration. */
export function joinResults(
  results: readonly DeployResult[],
  { services: desired }: Pick<DesiredPreview, 'services'>,
): DeployResult {
  const services: ObservedService[] = [];
  for (const result of results) {
    if (result.kind === 'failed') return result;
    services.push(...result.services);
  }
  const order = desired.map(({ name }) => name);
  services.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  const isAccepted = results.some(({ kind }) => kind === 'accepted');
  return { kind: isAccepted ? 'accepted' : 'ready', services };
}

async function observe(parts: readonly TargetPart[], repository: string) {
  const all = await Promise.all(parts.map(({ target }) => target.observe(repository)));
  const joined = new Map<string, ObservedPreview>();
  for (const preview of all.flat()) {
    const other = joined.get(preview.previewId);
    joined.set(preview.previewId, other ? joinParts(other, preview) : preview);
  }
  return [...joined.values()];
}

/** Two parts of one preview, as one. A preview whose parts differ is nowhere as it should be: it has no commit that anything could equal. */
export function joinParts(one: ObservedPreview, other: ObservedPreview): ObservedPreview {
  const { expiresAt, ...rest } = one;
  const expiries = [expiresAt, other.expiresAt].filter((at) => at !== undefined);
  const latest = expiries.length === 2 ? (Math.max(...expiries) as Instant) : undefined;
  return {
    ...rest,
    commit: one.commit === other.commit ? one.commit : '',
    fingerprint: one.fingerprint === other.fingerprint ? one.fingerprint : '',
    requested: one.requested || other.requested,
    createdAt: Math.min(one.createdAt, other.createdAt) as Instant,
    ...(latest !== undefined && { expiresAt: latest }),
    services: [...one.services, ...other.services],
  };
}

async function destroy(
  parts: readonly TargetPart[],
  key: PreviewKey,
  watch: Watch,
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const { target } of parts) leftovers.push(...(await target.destroy(key, watch)));
  return leftovers;
}

async function extend(parts: readonly TargetPart[], key: PreviewKey, expiresAt: Instant) {
  for (const { target } of parts) {
    const there = await target.observe(key.repository);
    if (there.some(({ previewId }) => previewId === key.previewId)) {
      await target.extend(key, expiresAt);
    }
  }
}

async function drift(
  parts: readonly TargetPart[],
  keys: readonly PreviewKey[],
  watch: Watch,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { target } of parts) {
    for (const [id, what] of (await target.drift?.(keys, watch)) ?? []) {
      const before = found.get(id);
      found.set(id, before === undefined ? what : `${before}; ${what}`);
    }
  }
  return found;
}
