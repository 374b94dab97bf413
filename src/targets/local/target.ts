import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Instant } from '../../core/time.ts';
import type {
  DeployResult,
  DesiredPreview,
  DesiredPreviews,
  Leftover,
  ObservedPreview,
  PreviewKey,
  Target,
  TargetPlan,
  Watch,
} from '../target.ts';
import { planChanges, renderSpecification } from './changes.ts';
import { findGateway, type GatewayPlace, reachGateway } from './connect.ts';
import type { ControlClient } from './control-client.ts';
import { fetchCommit } from './mirror.ts';
import type { AbandonRequest, DeployRequest, ExtendRequest } from './protocol.ts';
import { type PreviewRecord, readRecords } from './registry.ts';
import { defaultStateRoot, mirrorFolder, recordFile, stateFolder } from './state-folder.ts';

/** What a local target is made for. */
export interface LocalContext {
  /** `owner/name`. */
  readonly repository: string;
  /** What git fetches from. */
  readonly cloneUrl: string;
  /** Sent to the host of `cloneUrl` only, and kept nowhere. */
  readonly token: string | undefined;
  /** Variables of the process: where the state folder is, and what git needs. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  now(): Instant;
  /** The gateway's program; absent = the one that is shipped beside. */
  readonly gatewayProgram?: string;
}

/** Previews as processes on this machine, kept by a gateway that is started when none runs. */
export function createLocalTarget(context: LocalContext): Target {
  const place: GatewayPlace = {
    state: stateFolder(defaultStateRoot(context.environment)),
    program: context.gatewayProgram ?? shippedGateway(import.meta.url),
    environment: context.environment,
  };
  return {
    plan: ({ occasion }) => plan(place, occasion),
    deploy: (desired, watch) => deploy(context, place, desired, watch),
    observe: (repository) => observe(place, repository),
    destroy: (key, watch) => destroy(place, key, watch),
    extend: (key, expiresAt) => extend(place, { ...key, expiresAt }),
  };
}

/** Beside this unit in `dist/`. A literal `new URL(…, import.meta.url)` would be bundled as an asset. */
function shippedGateway(unit: string): string {
  return fileURLToPath(new URL('../../gateway/index.js', unit));
}

async function plan(place: GatewayPlace, desired: DesiredPreview): Promise<TargetPlan> {
  const existing = (await observe(place, desired.repository)).find(
    ({ previewId }) => previewId === desired.previewId,
  );
  return { changes: planChanges(desired, existing), rendered: renderSpecification(desired) };
}

async function deploy(
  context: LocalContext,
  place: GatewayPlace,
  { occasion }: DesiredPreviews,
  watch: Watch,
): Promise<DeployResult> {
  watch.signal.throwIfAborted();
  const gateway = await reachGateway(place);
  await fetchInto(context, place, gateway, occasion, watch);
  const waiter = randomUUID();
  const body: DeployRequest = { preview: occasion, wait: watch.wait, at: context.now(), waiter };
  try {
    return await gateway.stream<DeployResult>(
      { method: 'POST', path: '/deploy', body, signal: watch.signal },
      (event) => watch.progress(event),
    );
  } catch (error) {
    if (!watch.signal.aborted) throw error;
    const { repository, previewId } = occasion;
    const given: AbandonRequest = { repository, previewId, waiter };
    await gateway.call({ method: 'POST', path: '/abandon', body: given });
    throw watch.signal.reason;
  }
}

/** Fetches of one mirror take turns, because git keeps one list of where its history was cut. */
async function fetchInto(
  context: LocalContext,
  place: GatewayPlace,
  gateway: ControlClient,
  { repository, commit }: DesiredPreview,
  { signal }: Watch,
): Promise<void> {
  const mirror = mirrorFolder(place.state, repository);
  const { cloneUrl: url, token, environment } = context;
  const origin = { url, token, environment };
  await gateway.locked(mirror, () => fetchCommit(mirror, commit, origin, signal), signal);
}

/** Without a gateway the records tell what there is, and nobody can say how it is. */
async function observe(
  place: GatewayPlace,
  repository: string,
): Promise<readonly ObservedPreview[]> {
  const gateway = await findGateway(place.state);
  if (gateway) {
    const path = `/previews?repository=${encodeURIComponent(repository)}`;
    return gateway.call({ method: 'GET', path });
  }
  const wanted = repository.toLowerCase();
  const records = readRecords(place.state);
  return records.filter((record) => record.repository.toLowerCase() === wanted).map(unwatched);
}

function unwatched(record: PreviewRecord): ObservedPreview {
  const { version: _version, live, passing: _passing, failure: _failure, ...marks } = record;
  const { commit, fingerprint } = live ?? marks;
  const services = marks.services.map(({ name, url }) => ({
    name,
    url,
    state: 'unknown' as const,
  }));
  return { ...marks, commit, fingerprint, services };
}

async function destroy(
  place: GatewayPlace,
  key: PreviewKey,
  { progress, signal }: Watch,
): Promise<readonly Leftover[]> {
  const { repository, previewId } = key;
  const running = await findGateway(place.state);
  if (!running && !existsSync(recordFile(place.state, repository, previewId))) return [];
  const gateway = running ?? (await reachGateway(place));
  const body: PreviewKey = { repository, previewId };
  return gateway.stream({ method: 'POST', path: '/destroy', body, signal }, progress);
}

async function extend(place: GatewayPlace, body: ExtendRequest): Promise<void> {
  const gateway = await reachGateway(place);
  await gateway.call({ method: 'POST', path: '/extend', body });
}
