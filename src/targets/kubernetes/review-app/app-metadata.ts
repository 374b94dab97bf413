import type { KubeMetadata, KubeObject } from '../kube-object.ts';
import { previewLabels } from '../marks.ts';
import type { AppFacts } from './app-facts.ts';
import { appName } from './app-names.ts';

/** What an object, or its pods, are in the app. */
export type Component = 'web' | 'build' | 'migrate' | 'database' | 'copy' | 'config' | 'source';

const componentKey = 'app.kubernetes.io/component';
const serviceKey = 'understudy.dev/service';
/** Commit of a Job, as a label, and of the pods that serve, as an annotation. */
export const commitKey = 'understudy.dev/commit';

/** Labels of an object of the app and of its pods. They stay the same for the life of the preview. */
export function appLabels(facts: AppFacts, component: Component): Record<string, string> {
  const { service, marks } = facts;
  return {
    ...previewLabels(marks),
    [serviceKey]: service.name,
    'app.kubernetes.io/name': service.name,
    'app.kubernetes.io/instance': appName({ service, place: { ...facts.place, suffix: '' } }),
    ...(service.values.repository && { 'app.kubernetes.io/part-of': service.values.repository }),
    [componentKey]: component,
  };
}

/** The labels that pods are selected by: of this preview and service alone, and not those of Jobs. */
export function selectorOf(
  { marks, service }: AppFacts,
  component: Component,
): Record<string, string> {
  return {
    'understudy.dev/preview': marks.previewId,
    [serviceKey]: service.name,
    [componentKey]: component,
  };
}

/** Metadata of an object of the app. */
export function appMetadata(
  facts: AppFacts,
  component: Component,
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): KubeMetadata {
  return {
    name,
    namespace: facts.place.namespace,
    labels: appLabels(facts, component),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Whether the object belongs to that part of that service. */
export function isPartOf({ metadata }: KubeObject, service: string, component: Component): boolean {
  const { labels = {} } = metadata;
  return labels[serviceKey] === service && labels[componentKey] === component;
}
