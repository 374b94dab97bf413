import { isSameJson } from '../core/same-json.ts';
import type { Conflict } from './conflicts.ts';
import type { KubernetesService } from './kubernetes-conflicts.ts';
import { asList } from './lists.ts';
import { show } from './wording.ts';

/** What holds for a namespace as a whole, and so for all services in it. */
const ofThePlace = [
  'namespace-mode',
  'quota',
  'container-defaults',
  'network',
  'pod-security',
] as const;

/** Two services with one namespace say the same of it, and do not both own the same objects. */
export function sharedPlace(first: KubernetesService, second: KubernetesService): Conflict[] {
  if (placeOf(first) !== placeOf(second)) return [];
  const key = ofThePlace.find(
    (candidate) => !isSameJson(first.merged[candidate], second.merged[candidate]),
  );
  const names = `the services ${show(first.name)} and ${show(second.name)}`;
  if (key !== undefined)
    return [
      {
        path: (second.own[key] === undefined ? first : second).at(key),
        wrong: `${names} share a namespace, and differ in ${key}`,
        next: `Say ${key} above services, or put {service} into namespace.`,
      },
    ];
  const common = asList(first.merged.manifests ?? []).find((path) =>
    asList(second.merged.manifests ?? []).includes(path),
  );
  if (common === undefined || first.merged.app || second.merged.app) return [];
  return [
    {
      path: second.at('manifests'),
      wrong: `${names} would both make the objects of ${show(common)} in one namespace`,
      next: 'Give each service manifests of its own, or put {service} into namespace.',
    },
  ];
}

function placeOf({ name, merged }: KubernetesService): string {
  const { context = '', namespace = '' } = merged;
  return `${context} ${namespace.replaceAll('{service}', name)}`;
}
