import { isSameJson } from '../../../core/same-json.ts';
import { renderTemplate } from '../../../core/template.ts';
import { UserError } from '../../../core/user-error.ts';
import type { DesiredPreview, DesiredService, PreviewKey } from '../../target.ts';
import type { ObjectRef } from '../kube-object.ts';
import { type KubernetesSettings, kubernetesSettings } from '../settings.ts';

/** A namespace in which a preview has something, and who carries the marks of the preview there. */
export interface Place {
  /** `own`: the namespace is the preview's. `shared`: others live there too. */
  readonly mode: KubernetesSettings['namespaceMode'];
  /** Of the KUBECONFIG. */
  readonly context?: string;
  readonly namespace: string;
  /** Appended to every name; empty in a namespace of its own. */
  readonly suffix: string;
  readonly carrier: ObjectRef;
}

/** A place of a preview, and its services there. */
export interface ServedPlace extends Place {
  readonly services: readonly [PlacedService, ...PlacedService[]];
}

/** A desired service with its section of the configuration. */
export interface PlacedService {
  readonly service: DesiredService;
  readonly settings: KubernetesSettings;
}

/** Where the services of a preview run. Throws a `UserError` where two want one namespace to be two things. */
export function placesOf(preview: DesiredPreview): readonly ServedPlace[] {
  const places = new Map<string, ServedPlace>();
  for (const service of preview.services) {
    const settings = kubernetesSettings(service.settings);
    const place = placeOf(preview, service, settings);
    const key = `${place.context ?? ''} ${place.namespace}`;
    const known = places.get(key);
    if (known) requireEqual(known, { service, settings });
    places.set(key, {
      ...place,
      services: [...(known?.services ?? []), { service, settings }] as never,
    });
  }
  return [...places.values()];
}

function placeOf(key: PreviewKey, service: DesiredService, settings: KubernetesSettings): Place {
  const { namespaceMode: mode, context } = settings;
  const { namespace } = service.names;
  const suffix = mode === 'own' ? '' : renderTemplate(settings.nameSuffix, service.values);
  return {
    mode,
    ...(context !== undefined && { context }),
    namespace,
    suffix,
    carrier: carrierOf(mode, namespace, key),
  };
}

/** What carries the marks of a preview in a namespace. */
export function carrierOf(
  mode: Place['mode'],
  namespace: string,
  { previewId }: Pick<PreviewKey, 'previewId'>,
): ObjectRef {
  return mode === 'own'
    ? { apiVersion: 'v1', kind: 'Namespace', name: namespace }
    : { apiVersion: 'v1', kind: 'ConfigMap', name: `understudy-${previewId}`, namespace };
}

/** Name of the ConfigMap that is the parent of a service's ApplySet. */
export function parentName({ mode }: Place, service: string, previewId: string): string {
  return mode === 'own' ? `understudy-${service}` : `understudy-${service}-${previewId}`;
}

function requireEqual({ namespace, services: [first] }: ServedPlace, second: PlacedService) {
  const differing = (['namespaceMode', 'quota', 'network', 'podSecurity'] as const).find(
    (key) => !isSameJson(first.settings[key], second.settings[key]),
  );
  if (!differing) return;
  throw new UserError(
    `the services ${first.service.name} and ${second.service.name} both run in the namespace ${namespace}, and differ in ${differing}`,
    'Put {service} into `preview.kubernetes.namespace`, or give both services the same settings of the namespace.',
  );
}
