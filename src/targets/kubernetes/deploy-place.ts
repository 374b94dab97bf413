import { joinResults } from '../several-targets.ts';
import type { DeployResult, DesiredPreview, Watch } from '../target.ts';
import type { Kube } from './connect/kube.ts';
import { mergePatch } from './connect/objects.ts';
import type { KubernetesContext } from './context.ts';
import { deployService } from './deploy-service.ts';
import { serviceAnnotation } from './marks.ts';
import { openPlace } from './places/open-place.ts';
import type { ServedPlace } from './places/place.ts';
import { prepareService } from './service-stages.ts';

/** What a deploy to one place takes. */
export interface DeployingPlace {
  readonly kube: Kube;
  readonly context: KubernetesContext;
  readonly watch: Watch;
  /** A moment ago there was nothing of it. */
  readonly isAbsent: boolean;
}

/**
 * Brings the services of one place to what is desired. Each is marked as deployed once it is, so that a run that is cut
 * off is told from one that ended.
 */
export async function deployPlace(
  place: ServedPlace,
  preview: DesiredPreview,
  { kube, context, watch, isAbsent }: DeployingPlace,
): Promise<DeployResult> {
  const { signal } = watch;
  const isFresh = await openPlace(place, preview, { kube, watch, isAbsent, ...context });
  const preparing = { kube, context, signal, isFresh };
  const prepared = await Promise.all(
    place.services.map((placed) => prepareService(placed, place, preview, preparing)),
  );
  const results = await Promise.all(
    prepared.map(async (service) => {
      const result = await deployService(service, { kube, context, watch });
      const [first] = result.kind === 'ready' ? result.services : [];
      if (first) {
        const { name } = service.placed.service;
        const { commit, fingerprint } = preview;
        const annotations = serviceAnnotation(name, { commit, fingerprint, url: first.url });
        await mergePatch(kube, place.carrier, { metadata: { annotations } }, signal);
      }
      return result;
    }),
  );
  return joinResults(results, preview);
}
