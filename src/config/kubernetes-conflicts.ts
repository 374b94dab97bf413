import { isSameJson } from '../core/same-json.ts';
import { type Conflict, conflictCheck } from './conflicts.ts';
import { appConflicts } from './kubernetes-app-conflicts.ts';
import { defaultKubernetes, defaultNameSuffix } from './kubernetes-defaults.ts';
import { tellsApart } from './kubernetes-faults.ts';
import { sharedPlace } from './kubernetes-place-conflicts.ts';
import { readQuantity } from './kubernetes-quantities.ts';
import {
  type FileKubernetes,
  type MergedKubernetes,
  mergeKubernetes,
  missingKeys,
} from './resolve-kubernetes.ts';
import { type ConfiguredTarget, resolveTarget, type TargetSections } from './resolve-target.ts';
import { show } from './wording.ts';

interface ServiceSection {
  readonly host?: string | undefined;
  readonly target?: ConfiguredTarget | undefined;
  readonly kubernetes?: FileKubernetes | undefined;
}

interface PreviewSection extends TargetSections {
  readonly host?: string | undefined;
  readonly kubernetes?: FileKubernetes | undefined;
  readonly services?: Readonly<Record<string, ServiceSection>> | undefined;
}

/** A service that runs on Kubernetes, with all it inherits. */
export interface KubernetesService {
  readonly name: string;
  readonly merged: MergedKubernetes;
  readonly host: string | undefined;
  /** The section of `preview`, and the service's own. */
  readonly above: FileKubernetes;
  readonly own: FileKubernetes;
  /** Where a key stands, or would stand. */
  at(...keys: string[]): readonly string[];
}

const reads = ['host', 'target', 'local', 'cloudformation', 'kubernetes', 'services'] as const;

/** What services on Kubernetes lack, say in vain, or would share. */
export const kubernetesConflicts = conflictCheck<PreviewSection>(reads, (section) => {
  const services = kubernetesServices(section);
  return [
    ...untold(section),
    ...services.flatMap((service) => [
      ...bothModes(service),
      ...lacks(service),
      ...namespace(service),
      ...inVain(service),
      ...beyondQuota(service),
      ...(service.merged.app ? appConflicts(service, service.merged.app) : []),
    ]),
    ...services.flatMap((first, index) =>
      services.slice(index + 1).flatMap((second) => sharedPlace(first, second)),
    ),
  ];
});

/** With sections for two clouds nothing tells where a service runs. */
function untold({ target, local, cloudformation, kubernetes }: PreviewSection): Conflict[] {
  if (target !== undefined || local !== undefined || !cloudformation || !kubernetes) return [];
  return [
    {
      path: ['kubernetes'],
      wrong: 'it stands beside cloudformation, and no target says which of the two counts',
      next: 'Add target: kubernetes above it, or { web: kubernetes, api: cloudformation }.',
    },
  ];
}

function kubernetesServices(section: PreviewSection): KubernetesService[] {
  const services = Object.entries(section.services ?? { app: {} as ServiceSection });
  return services
    .filter(([name, own]) => resolveTarget(name, own.target, section) === 'kubernetes')
    .map(([name, own]) => ({
      name,
      merged: mergeKubernetes(section.kubernetes, own.kubernetes),
      host: own.host ?? section.host,
      above: section.kubernetes ?? {},
      own: own.kubernetes ?? {},
      at: (...keys) => placeOf(keys, name, own, section),
    }));
}

/** The nearest section that has the key, or as much of the way to it as there is. */
function placeOf(
  keys: readonly string[],
  name: string,
  own: ServiceSection,
  section: PreviewSection,
): readonly string[] {
  const inOwn = depth(own.kubernetes, keys);
  const inAbove = depth(section.kubernetes, keys);
  if (own.kubernetes && inOwn >= inAbove)
    return ['services', name, 'kubernetes', ...keys.slice(0, inOwn)];
  if (section.kubernetes) return ['kubernetes', ...keys.slice(0, inAbove)];
  return own.target ? ['services', name, 'target'] : ['target'];
}

function depth(value: unknown, [key, ...rest]: readonly string[]): number {
  if (key === undefined || typeof value !== 'object' || value === null) return 0;
  const inner = (value as Readonly<Record<string, unknown>>)[key];
  return inner === undefined ? 0 : 1 + depth(inner, rest);
}

function bothModes({ own, above, at }: KubernetesService): Conflict[] {
  const both = [own, above].some(({ manifests, app }) => manifests !== undefined && app);
  return both
    ? [
        {
          path: at('app'),
          wrong: 'it stands beside manifests, and a preview is made of one of the two',
          next: 'Remove one: with manifests nothing is rendered from app.',
        },
      ]
    : [];
}

function lacks({ merged, at }: KubernetesService): Conflict[] {
  return missingKeys(merged).map((key) =>
    key === 'image'
      ? {
          path: at('app'),
          wrong: 'a review app needs "kubernetes.app.image"',
          next: 'Add image: "registry.example.com/{repository}:{sha}", or "{image}" for what the input images names.',
        }
      : {
          path: at(),
          wrong: 'a preview needs "kubernetes.manifests" or "kubernetes.app"',
          next: 'Add manifests: [deploy/*.yaml], or app: { image: "registry.example.com/web:{sha}" }.',
        },
  );
}

function namespace({ merged, at }: KubernetesService): Conflict[] {
  const { namespace: name, 'name-suffix': suffix } = merged;
  if (merged['namespace-mode'] === 'shared') return inShared(name, suffix, at);
  const fixed = name !== undefined && !tellsApart.test(name);
  return [
    ...(fixed
      ? [
          {
            path: at('namespace'),
            wrong: `every preview would have the same namespace ${show(name)}`,
            next: `Put {id} or {number} into it, as ${show(`${name}-{number}`)}, or add namespace-mode: shared.`,
          },
        ]
      : []),
    ...(suffix === undefined
      ? []
      : [
          {
            path: at('name-suffix'),
            wrong: 'it has no effect in a namespace of the preview’s own',
            next: 'Remove it, or add namespace-mode: shared.',
          },
        ]),
  ];
}

function inShared(
  name: string | undefined,
  suffix: string | undefined,
  at: KubernetesService['at'],
): Conflict[] {
  const apart = tellsApart.test(suffix ?? defaultNameSuffix);
  const nameFault =
    name === undefined
      ? 'a shared namespace needs "kubernetes.namespace"'
      : `${show(name)} differs between previews, and a shared namespace is there already`;
  return [
    ...(name === undefined || tellsApart.test(name)
      ? [
          {
            path: at(name === undefined ? 'namespace-mode' : 'namespace'),
            wrong: nameFault,
            next: 'Write namespace: and the name of the one that is there.',
          },
        ]
      : []),
    ...(apart
      ? []
      : [
          {
            path: at('name-suffix'),
            wrong: `every preview would have names that end in ${show(suffix)}`,
            next: 'Put {id} or {number} into it, as "-{id}".',
          },
        ]),
  ];
}

const onlyForManifests = ['images', 'env', 'max-replicas', 'cluster-kinds'] as const;
const onlyForOwn = ['quota', 'container-defaults', 'pod-security'] as const;

/** Keys of the other mode in the section that says the mode. */
function inVain({ merged, own, above, at }: KubernetesService): Conflict[] {
  const shared = merged['namespace-mode'] === 'shared';
  const modal = [own, above].find((section) => section['namespace-mode'] === 'shared') ?? {};
  const rendered = [own, above].find(({ app }) => app) ?? {};
  const bothSaid = rendered.manifests !== undefined;
  return [
    ...onlyForManifests
      .filter((key) => merged.app && !bothSaid && rendered[key] !== undefined)
      .map((key) => ({
        path: at(key),
        wrong: 'it adapts manifests, and has no effect beside app',
        next: key === 'env' ? 'Move it under app.' : 'Remove it; app says the same of its own.',
      })),
    ...onlyForOwn
      .filter((key) => shared && isSaid(key, modal[key]))
      .map((key) => ({
        path: at(key),
        wrong: 'it has no effect in a shared namespace, which is not ours to limit',
        next: 'Remove it, and set it on the namespace by hand.',
      })),
  ];
}

function isSaid(key: (typeof onlyForOwn)[number], value: unknown): boolean {
  if (value === undefined || key === 'quota') return value !== undefined;
  return !isSameJson(value, defaultKubernetes[key]);
}

/** No container could start that states no request of its own. */
function beyondQuota({ merged, at }: KubernetesService): Conflict[] {
  return (['cpu', 'memory'] as const).flatMap((key) => {
    const most = merged.quota?.[key] ?? merged.quota?.[`requests.${key}`];
    const [limit, request] = [most, merged['container-defaults'][key]].map(
      (given) => readQuantity(String(given)) ?? 0,
    );
    return most === undefined || (request ?? 0) <= (limit ?? 0)
      ? []
      : [
          {
            path: at('quota', merged.quota?.[key] === undefined ? `requests.${key}` : key),
            wrong: `a container alone is taken to request ${merged['container-defaults'][key]}, which is more`,
            next: `Raise it, or lower container-defaults.${key}.`,
          },
        ];
  });
}
