import { onceEach } from '../../../core/once.ts';
import type { KubernetesContext } from '../context.ts';
import type { KubernetesSettings } from '../settings.ts';
import type { Kube } from './kube.ts';
import { openKube } from './open-kube.ts';

/** Connections to the clusters that the configuration names, each opened once. */
export interface Connections {
  /** Throws a `UserError` where the KUBECONFIG does not lead to a cluster. */
  kube(settings: Pick<KubernetesSettings, 'context'>): Promise<Kube>;
}

/** Opens nothing yet. */
export function connections({ environment }: Pick<KubernetesContext, 'environment'>): Connections {
  const kubeOf = onceEach((context: string | undefined) =>
    openKube({ environment, ...(context !== undefined && { context }) }),
  );
  return { kube: ({ context }) => kubeOf(context) };
}
