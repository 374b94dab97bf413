import type { StageObservation } from '../facts.ts';
import type { ObserveSettings } from '../settings.ts';
import type { WorkloadSight } from './ports.ts';
import { empty, type Looking, type StageView, unknown, unknownByFault } from './stage-view.ts';
import { versionInImage, versionText } from './version-text.ts';

type WorkloadSettings = Extract<ObserveSettings, { from: 'kubernetes' }>;

/** What a workload of Kubernetes' runs by its pod template, and whether it is ready. */
export async function observeWorkload(
  view: StageView,
  settings: WorkloadSettings,
  looking: Looking,
): Promise<StageObservation> {
  const { context, namespace, kind, name } = settings;
  const reader = await looking.workloads();
  const sight = await reader.read({
    namespace,
    kind,
    name,
    ...(context !== undefined && { context }),
  });
  const at = looking.now();
  const title = `${kind} ${name} in ${namespace}`;
  if (!sight) return empty(view, at, `there is no ${title}`);
  const evidence = `${title}: ${sight.detail}`;
  if (sight.state === 'moving') return unknown(at, evidence);
  const version = versionOf(sight, settings.version);
  if (version !== undefined)
    return { health: sight.state === 'well' ? 'healthy' : 'unhealthy', version, at, evidence };
  return unknownByFault(looking, {
    message: `the pods of ${title} name no version: ${describe(settings.version)}`,
    hint: `Give the image a tag or digest, or mend \`observe\` of the stage ${view.stage.name}.`,
  });
}

function versionOf(
  { images, labels }: WorkloadSight,
  where: WorkloadSettings['version'],
): string | undefined {
  if ('label' in where) return own(labels, where.label, versionText);
  const container = where.container ?? Object.keys(images)[0] ?? '';
  return own(images, container, versionInImage);
}

function own(
  of: Readonly<Record<string, string>>,
  key: string,
  read: (text: string) => string | undefined,
): string | undefined {
  return Object.hasOwn(of, key) ? read(of[key] ?? '') : undefined;
}

function describe(where: WorkloadSettings['version']): string {
  if ('label' in where) return `label ${where.label}`;
  return where.container === undefined ? 'the first container' : `container ${where.container}`;
}
