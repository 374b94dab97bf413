import type { InferOutput } from 'valibot';
import type { KubernetesSettings } from '../targets/kubernetes/settings.ts';
import { defaultKubernetes, defaultNameSuffix, defaultNamespace } from './kubernetes-defaults.ts';
import type { ownKubernetes } from './kubernetes-section.ts';
import { asList, type TextOrList } from './lists.ts';
import { asDuration, asTexts, mergeApp, resolveApp } from './resolve-kubernetes-app.ts';

/** A section as the file has it: of `preview`, or of a service. */
export type FileKubernetes = InferOutput<typeof ownKubernetes>;

/** A section that a service has with all it inherits. */
export type MergedKubernetes = ReturnType<typeof mergeKubernetes>;

/**
 * The nearest word on each key; images and variables are added. A service with manifests of its own inherits no
 * review app, and the other way round.
 */
export function mergeKubernetes(above: FileKubernetes = {}, own: FileKubernetes = {}) {
  const { manifests, app, ...inherited } = above;
  const hasOwnMode = own.manifests !== undefined || own.app !== undefined;
  const mergedApp = own.app || (app && !own.manifests) ? mergeApp(app, own.app) : undefined;
  return {
    ...defaultKubernetes,
    ...inherited,
    ...(!hasOwnMode && manifests !== undefined && { manifests }),
    ...own,
    images: { ...above.images, ...own.images },
    env: { ...above.env, ...own.env },
    'container-defaults': {
      ...defaultKubernetes['container-defaults'],
      ...above['container-defaults'],
      ...own['container-defaults'],
    },
    app: mergedApp,
  };
}

/** Keys that a service cannot do without. */
export function missingKeys({ manifests, app }: MergedKubernetes): ('manifests' | 'image')[] {
  if (app) return app.image === undefined ? ['image'] : [];
  return manifests === undefined ? ['manifests'] : [];
}

/** The settings of a service; `undefined` where the sections lack what it needs. */
export function resolveKubernetes(merged: MergedKubernetes): KubernetesSettings | undefined {
  if (missingKeys(merged).length > 0) return undefined;
  const { context, manifests, app, quota, 'max-replicas': replicas } = merged;
  const shared = merged['namespace-mode'] === 'shared';
  const { cpu, memory } = merged['container-defaults'];
  return {
    ...(context && { context }),
    namespace: merged.namespace ?? defaultNamespace,
    namespaceMode: merged['namespace-mode'],
    nameSuffix: shared ? (merged['name-suffix'] ?? defaultNameSuffix) : '',
    ...(manifests && !app && { manifests: asList(manifests) }),
    ...(app?.image !== undefined && { app: resolveApp(app, app.image) }),
    images: merged.images,
    env: merged.env,
    ...(replicas !== undefined && { replicas }),
    clusterKinds: list(merged['cluster-kinds']),
    ...(quota && { quota: asTexts(quota) }),
    containerDefaults: { cpu: String(cpu), memory: String(memory) },
    network: merged.network,
    podSecurity: merged['pod-security'],
    imagePullSecrets: list(merged['image-pull-secrets']),
    force: merged.force,
    detectDrift: merged['detect-drift'],
    rolloutTimeout: asDuration(merged['rollout-timeout']),
  };
}

function list(given: TextOrList | undefined): string[] {
  return given === undefined ? [] : asList(given);
}
