import { renderTemplate } from '../../../core/template.ts';
import type { PreviewKey } from '../../target.ts';
import type { Connections } from '../connect/connections.ts';
import type { Kube } from '../connect/kube.ts';
import { listObjects } from '../connect/objects.ts';
import type { KubernetesContext } from '../context.ts';
import type { KubeObject } from '../kube-object.ts';
import { isMarkedAs, repositoryLabels } from '../marks.ts';
import { carrierOf } from './place.ts';

/** What carries the marks of a preview, and where. */
export interface Carrier {
  readonly kube: Kube;
  readonly object: KubeObject;
}

/**
 * Everything that carries marks of the repository's previews, to the last page: namespaces of previews, and ConfigMaps
 * in shared namespaces. One request for each cluster, and one for each shared namespace.
 */
export async function observePlaces(
  { services }: Pick<KubernetesContext, 'services'>,
  connections: Connections,
  repository: string,
  signal: AbortSignal,
): Promise<readonly Carrier[]> {
  const [owner = '', name = ''] = repository.split('/');
  const labels = repositoryLabels(repository);
  const asked = new Map<string, () => Promise<readonly Carrier[]>>();
  for (const { name: service, settings } of services) {
    const namespace =
      settings.namespaceMode === 'own'
        ? undefined
        : renderTemplate(settings.namespace, { owner, repository: name, service });
    const kind = { apiVersion: 'v1', kind: namespace === undefined ? 'Namespace' : 'ConfigMap' };
    const where = { labels, ...(namespace !== undefined && { namespace }) };
    asked.set(`${settings.context ?? ''} ${namespace ?? ''}`, async () => {
      const kube = await connections.kube(settings);
      const objects = await listObjects(kube, kind, where, signal);
      return objects.map((object) => ({ kube, object }));
    });
  }
  return (await Promise.all([...asked.values()].map((ask) => ask()))).flat();
}

/** Those of one preview. In a shared namespace other ConfigMaps carry its labels too: those that its sets are remembered by. */
export function carriersOf(carriers: readonly Carrier[], key: PreviewKey): readonly Carrier[] {
  const { name } = carrierOf('shared', '', key);
  return carriers.filter(
    ({ object }) =>
      isMarkedAs(object, key) && (isOwnNamespace(object) || object.metadata.name === name),
  );
}

/** Whether the namespace itself is the preview's. */
export function isOwnNamespace({ kind }: KubeObject): boolean {
  return kind === 'Namespace';
}
