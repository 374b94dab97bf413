import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';

type Parts = Omit<Partial<KubeObject>, 'metadata'> & {
  readonly metadata?: Partial<KubeObject['metadata']>;
};

/** An object as the API server would hold it, of the namespace `preview`, named `web` unless `metadata` says. */
export function kubeObject(
  apiVersion: string,
  kind: string,
  { metadata, ...rest }: Parts,
): KubeObject {
  const name = metadata?.name ?? 'web';
  return {
    apiVersion,
    kind,
    ...rest,
    metadata: {
      name,
      namespace: 'preview',
      uid: `${kind}-${name}`,
      generation: 1,
      creationTimestamp: '2026-11-21T10:00:00Z',
      ...metadata,
    },
  };
}
