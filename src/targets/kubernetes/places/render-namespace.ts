import type { PreviewMarks } from '../../target.ts';
import type { KubeObject, ObjectRef } from '../kube-object.ts';
import { carrierAnnotations, carrierLabels, previewLabels } from '../marks.ts';
import type { KubernetesSettings } from '../settings.ts';
import type { Place } from './place.ts';

/** What carries the marks of a preview, as a deploy begins. */
export function renderCarrier(
  { carrier, mode }: Place,
  marks: PreviewMarks,
  { podSecurity }: Pick<KubernetesSettings, 'podSecurity'>,
): KubeObject {
  const { apiVersion, kind, name, namespace } = carrier;
  const annotations = Object.entries(carrierAnnotations(marks)).filter(
    ([, value]) => value !== null,
  );
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: {
        ...carrierLabels(marks),
        ...(mode === 'own' && { 'pod-security.kubernetes.io/enforce': podSecurity }),
      },
      annotations: Object.fromEntries(annotations) as Record<string, string>,
    },
  };
}

const guardName = 'understudy';
const guardKinds = [
  { apiVersion: 'v1', kind: 'ResourceQuota' },
  { apiVersion: 'v1', kind: 'LimitRange' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
];

/** What guards a namespace of a preview's own: against using too much, and against other previews. */
export function renderGuards(
  { namespace }: Place,
  marks: PreviewMarks,
  settings: Pick<KubernetesSettings, 'quota' | 'containerDefaults' | 'network'>,
): KubeObject[] {
  const metadata = { name: guardName, namespace, labels: previewLabels(marks) };
  return [
    ...(settings.quota ? quota(metadata, settings.quota, settings.containerDefaults) : []),
    ...(settings.network === 'isolated' ? [isolation(metadata)] : []),
  ];
}

/** The guards that a namespace may have from an earlier configuration, and that are not among these. */
export function guardRefs({ namespace }: Place, guards: readonly KubeObject[]): ObjectRef[] {
  const wanted = new Set(guards.map(({ kind }) => kind));
  return guardKinds
    .filter(({ kind }) => !wanted.has(kind))
    .map((kind) => ({ ...kind, name: guardName, namespace }));
}

/**
 * A quota on cpu or memory refuses pods that request none, one on limits those without, so that containers are given
 * some by default. A limit that no quota asks for would be below what a container requests itself, or starve it.
 */
function quota(
  metadata: KubeObject['metadata'],
  hard: Readonly<Record<string, string>>,
  amounts: KubernetesSettings['containerDefaults'],
): KubeObject[] {
  const limited = Object.entries(amounts).filter(([name]) => `limits.${name}` in hard);
  const limitRange = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata,
    spec: {
      limits: [
        {
          type: 'Container',
          defaultRequest: { ...amounts },
          ...(limited.length > 0 && { default: Object.fromEntries(limited) }),
        },
      ],
    },
  };
  return [{ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } }, limitRange];
}

/**
 * Pods may be reached from their own namespace and from namespaces that hold no preview (the ingress controller's,
 * monitoring), not from other previews; they may reach everything but other previews' pods, which refuse them.
 */
function isolation(metadata: KubeObject['metadata']): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            { podSelector: {} },
            {
              namespaceSelector: {
                matchExpressions: [
                  {
                    key: 'app.kubernetes.io/managed-by',
                    operator: 'NotIn',
                    values: ['understudy'],
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  };
}
