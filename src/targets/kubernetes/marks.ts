import { sha256Hex } from '../../core/sha256.ts';
import { type Instant, parseInstant, toIso } from '../../core/time.ts';
import { joinParts } from '../several-targets.ts';
import type { ObservedPreview, PreviewKey, PreviewMarks } from '../target.ts';
import type { KubeObject } from './kube-object.ts';

/** Label of everything that is ours. Names of labels and annotations: contract, section 5. */
const managedBy = { 'app.kubernetes.io/managed-by': 'understudy' } as const;
/** Everything that we write is owned by this manager of server-side apply. */
export const fieldManager = 'understudy';

const repositoryKey = 'understudy.dev/repository';
const previewKey = 'understudy.dev/preview';
const pullRequestKey = 'understudy.dev/pull-request';
const requestedKey = 'understudy.dev/requested';
const expiresKey = 'understudy.dev/expires-at';
const servicePrefix = 'service.understudy.dev/';

/** What is known of a service that was deployed to the end. */
export interface ServiceMark {
  /** 40 hex digits. */
  readonly commit: string;
  readonly fingerprint: string;
  readonly url: string;
}

/** Labels that every object of a preview carries. */
export function previewLabels({ repository, previewId }: PreviewKey): Record<string, string> {
  return { ...managedBy, [repositoryKey]: repositoryLabel(repository), [previewKey]: previewId };
}

/** Labels that every preview of a repository carries. */
export function repositoryLabels(repository: string): Record<string, string> {
  return { ...managedBy, [repositoryKey]: repositoryLabel(repository) };
}

/** Labels of what carries a preview's marks. */
export function carrierLabels(marks: PreviewMarks): Record<string, string> {
  return { ...previewLabels(marks), [pullRequestKey]: String(marks.pullRequest) };
}

/** Annotations of the carrier as a deploy begins. `null` takes the expiry away, in a merge patch. */
export function carrierAnnotations(
  marks: Pick<PreviewMarks, 'repository' | 'requested' | 'expiresAt'>,
): Record<string, string | null> {
  const { repository, requested, expiresAt } = marks;
  return {
    [repositoryKey]: repository,
    [requestedKey]: String(requested),
    ...expiryAnnotation(expiresAt),
  };
}

/** The annotation of the expiry; `null` takes it away. */
export function expiryAnnotation(expiresAt: Instant | undefined): Record<string, string | null> {
  return { [expiresKey]: expiresAt === undefined ? null : toIso(expiresAt) };
}

/** What is written of a service once it is deployed; `null` while that is under way. */
export function serviceAnnotation(
  service: string,
  mark: ServiceMark | null,
): Record<string, string | null> {
  return { [servicePrefix + service]: mark && JSON.stringify(mark) };
}

/** `owner.name` in lower case where a label may say so: an owner has no dot, so that no two are alike. Else cut, with a hash. */
function repositoryLabel(repository: string): string {
  const lower = repository.toLowerCase();
  const dotted = lower.replace('/', '.');
  if (dotted.length <= 63 && /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(dotted)) return dotted;
  const start = dotted.slice(0, 46).replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return `${start}-${sha256Hex(lower).slice(0, 16)}`;
}

/** The marks of services that were deployed to the end, by name. Garbled ones are none. */
export function serviceMarksIn({ metadata }: KubeObject): ReadonlyMap<string, ServiceMark> {
  const found = new Map<string, ServiceMark>();
  for (const [key, text] of Object.entries(metadata.annotations ?? {})) {
    const mark = key.startsWith(servicePrefix) ? readMark(text) : undefined;
    if (mark) found.set(key.slice(servicePrefix.length), mark);
  }
  return found;
}

function readMark(text: string): ServiceMark | undefined {
  try {
    const mark: unknown = JSON.parse(text);
    const fields = ['commit', 'fingerprint', 'url'] as const;
    const given = mark as Record<string, unknown> | null;
    return fields.every((field) => typeof given?.[field] === 'string')
      ? (mark as ServiceMark)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the object carries the marks of this preview. */
export function isMarkedAs({ metadata }: KubeObject, key: PreviewKey): boolean {
  return Object.entries(previewLabels(key)).every(
    ([label, value]) => metadata.labels?.[label] === value,
  );
}

/** The preview that a carrier tells of; `undefined` for anyone else's, half-marked or garbled. Never throws. */
export function previewIn(carrier: KubeObject): ObservedPreview | undefined {
  const { labels = {}, annotations = {}, creationTimestamp = '' } = carrier.metadata;
  const repository = annotations[repositoryKey] ?? '';
  const previewId = labels[previewKey] ?? '';
  const pullRequest = Number(labels[pullRequestKey]);
  const expiry = annotations[expiresKey];
  const expiresAt = expiry === undefined ? undefined : parseInstant(expiry);
  const isWhole =
    /^[^/\s]+\/[^/\s]+$/.test(repository) &&
    isMarkedAs(carrier, { repository, previewId }) &&
    previewId !== '' &&
    Number.isSafeInteger(pullRequest) &&
    pullRequest > 0 &&
    (expiry === undefined || expiresAt !== undefined);
  if (!isWhole) return undefined;
  const services = [...serviceMarksIn(carrier)];
  const deleted = carrier.metadata.deletionTimestamp !== undefined;
  return {
    repository,
    previewId,
    pullRequest,
    requested: annotations[requestedKey] === 'true',
    commit: common(services.map(([, { commit }]) => commit)),
    fingerprint: deleted ? '' : common(services.map(([, { fingerprint }]) => fingerprint)),
    createdAt: parseInstant(creationTimestamp) ?? (0 as Instant),
    ...(expiresAt !== undefined && { expiresAt }),
    services: services.map(([name, { url }]) => ({
      name,
      state: deleted ? 'unknown' : 'ready',
      url,
    })),
  };
}

/** What all say alike; empty where they differ or there is none: nothing that could equal it. */
function common(texts: readonly string[]): string {
  return texts.every((text) => text === texts[0]) ? (texts[0] ?? '') : '';
}

/** Previews that several carriers tell of, each once. */
export function previewsIn(carriers: readonly KubeObject[]): ObservedPreview[] {
  const previews = new Map<string, ObservedPreview>();
  for (const preview of carriers.flatMap((carrier) => previewIn(carrier) ?? [])) {
    const other = previews.get(preview.previewId);
    previews.set(preview.previewId, other ? joinParts(other, preview) : preview);
  }
  return [...previews.values()];
}
