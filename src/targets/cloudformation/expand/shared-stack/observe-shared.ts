import { type Instant, instant, parseInstant } from '../../../../core/time.ts';
import type { ObservedPreview, ObservedService, ServiceState } from '../../../target.ts';
import { isRunning } from '../../watching/statuses.ts';
import { isOurs } from '../decide/decide-set.ts';
import { readSharedTemplate } from '../render/shared-template.ts';
import type { PreviewEntry } from '../shared-state.ts';
import type { SharedPlace } from './shared-place.ts';
import { type DeployedFile, findStack, takeSnapshot, type Workshop } from './snapshot.ts';
import { resolveAddress } from './stack-names.ts';

/** One part of a preview as it is deployed. */
export interface ObservedEntry {
  readonly entry: PreviewEntry;
  /** Service of the configuration; the part's own name where it is no longer configured. */
  readonly service: string;
  /** How many parts the service has. */
  readonly partsOfService: number;
  readonly state: ServiceState;
  readonly url: string;
}

/** What a shared stack remembers of our repository; empty where there is no such stack. */
export async function observeShared(
  workshop: Workshop,
  place: SharedPlace,
  repository: string,
): Promise<readonly ObservedEntry[]> {
  const stack = await findStack(workshop, place);
  if (!stack) return [];
  const { files } = await takeSnapshot(workshop, place, stack);
  return files.flatMap((deployed) => observeFile(deployed, place, repository));
}

function observeFile(
  { text, file, stack }: DeployedFile,
  place: SharedPlace,
  repository: string,
): readonly ObservedEntry[] {
  if (text === '') return [];
  const { state } = readSharedTemplate(text, file.template ?? `stack ${place.stack}`, []);
  const parts = place.files.flatMap((one) => one.parts);
  return state.previews
    .filter((entry) => isOurs(entry, repository))
    .map((entry) => {
      const service = file.parts.find(({ name }) => name === entry.service)?.service;
      return {
        entry,
        service: service ?? entry.service,
        partsOfService: parts.filter((part) => part.service === service).length,
        state: stateOf(stack?.StackStatus),
        url: resolveAddress(entry.url, stack),
      };
    });
}

function stateOf(status: string | undefined): ServiceState {
  if (isRunning(status)) return 'starting';
  return status?.endsWith('_FAILED') ? 'unknown' : 'ready';
}

/** Entries as previews. One whose parts differ is nowhere as it should be: no commit equals its own. */
export function previewsOf(entries: readonly ObservedEntry[]): readonly ObservedPreview[] {
  const byId = new Map<string, ObservedEntry[]>();
  for (const one of entries) byId.set(one.entry.id, [...(byId.get(one.entry.id) ?? []), one]);
  return [...byId.values()].map(previewOf);
}

function previewOf(entries: readonly ObservedEntry[]): ObservedPreview {
  const all = entries.map(({ entry }) => entry);
  const [first] = all;
  if (!first) throw new RangeError('a preview without entries');
  const same = (key: 'commit' | 'fingerprint') =>
    all.every((entry) => entry[key] === first[key]) ? first[key] : '';
  const expiries = all.map(({ expiresAt }) => parseInstant(expiresAt ?? ''));
  const expiresAt = latest(expiries);
  return {
    repository: first.repository,
    previewId: first.id,
    pullRequest: first.pullRequest,
    commit: same('commit'),
    fingerprint: same('fingerprint'),
    requested: all.some(({ requested }) => requested),
    createdAt: earliest(all.map(({ createdAt }) => parseInstant(createdAt))),
    services: servicesOf(entries),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** A service is there once all its parts are. */
function servicesOf(entries: readonly ObservedEntry[]): readonly ObservedService[] {
  const names = [...new Set(entries.map(({ service }) => service))];
  return names.flatMap((name) => {
    const parts = entries.filter(({ service }) => service === name);
    const [first] = parts;
    if (!first || parts.length < first.partsOfService) return [];
    const state = parts.find((part) => part.state !== 'ready')?.state ?? 'ready';
    return [{ name, state, url: parts.find(({ url }) => url !== '')?.url ?? '' }];
  });
}

/** Never, where one of them never expires. */
function latest(moments: readonly (Instant | undefined)[]): Instant | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === moments.length ? instant(Math.max(...known)) : undefined;
}

function earliest(moments: readonly (Instant | undefined)[]): Instant {
  return instant(Math.min(...moments.map((moment) => moment ?? 0)));
}
