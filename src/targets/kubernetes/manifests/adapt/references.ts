import { fieldsOf, groupOf, textOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { podPathOf } from '../pod-path.ts';
import { rewritten } from '../rewrite.ts';
import { kindKey } from './adaptation.ts';

/** The new name of an object of a kind (`Secret.`, `Deployment.apps`); `undefined` = it keeps its name, or is none of ours. */
export type Renaming = (kind: string, name: string) => string | undefined;

/** Path of a name, and the kind that it names. */
type NamePaths = readonly (readonly [path: string, kind: string])[];

/** Below the template of pods. Source: PodSpec of the core API. */
const inPods: NamePaths = [
  ['spec.volumes.*.configMap.name', 'ConfigMap.'],
  ['spec.volumes.*.secret.secretName', 'Secret.'],
  ['spec.volumes.*.persistentVolumeClaim.claimName', 'PersistentVolumeClaim.'],
  ['spec.volumes.*.projected.sources.*.configMap.name', 'ConfigMap.'],
  ['spec.volumes.*.projected.sources.*.secret.name', 'Secret.'],
  ['spec.volumes.*.csi.nodePublishSecretRef.name', 'Secret.'],
  ...['containers', 'initContainers'].flatMap(
    (list): NamePaths => [
      [`spec.${list}.*.envFrom.*.configMapRef.name`, 'ConfigMap.'],
      [`spec.${list}.*.envFrom.*.secretRef.name`, 'Secret.'],
      [`spec.${list}.*.env.*.valueFrom.configMapKeyRef.name`, 'ConfigMap.'],
      [`spec.${list}.*.env.*.valueFrom.secretKeyRef.name`, 'Secret.'],
    ],
  ),
  ['spec.imagePullSecrets.*.name', 'Secret.'],
  ['spec.serviceAccountName', 'ServiceAccount.'],
  ['spec.serviceAccount', 'ServiceAccount.'],
  ['spec.subdomain', 'Service.'],
  ['spec.priorityClassName', 'PriorityClass.scheduling.k8s.io'],
];

/** By the kind that holds the name. */
const names: Readonly<Record<string, NamePaths>> = {
  'StatefulSet.apps': [['spec.serviceName', 'Service.']],
  'Ingress.networking.k8s.io': [
    ['spec.defaultBackend.service.name', 'Service.'],
    ['spec.rules.*.http.paths.*.backend.service.name', 'Service.'],
    ['spec.tls.*.secretName', 'Secret.'],
    ['spec.ingressClassName', 'IngressClass.networking.k8s.io'],
  ],
  'Gateway.gateway.networking.k8s.io': [['spec.listeners.*.tls.certificateRefs.*.name', 'Secret.']],
  'ServiceAccount.': [
    ['secrets.*.name', 'Secret.'],
    ['imagePullSecrets.*.name', 'Secret.'],
  ],
  'PersistentVolumeClaim.': [
    ['spec.volumeName', 'PersistentVolume.'],
    ['spec.storageClassName', 'StorageClass.storage.k8s.io'],
  ],
  'PersistentVolume.': [['spec.claimRef.name', 'PersistentVolumeClaim.']],
  'Certificate.cert-manager.io': [['spec.secretName', 'Secret.']],
  'ExternalSecret.external-secrets.io': [['spec.target.name', 'Secret.']],
  'Cluster.postgresql.cnpg.io': [
    ['spec.bootstrap.initdb.secret.name', 'Secret.'],
    ['spec.superuserSecret.name', 'Secret.'],
  ],
};

/** Paths of references that say their kind themselves, and the kind where they do not. */
const references: NamePaths = [
  ['spec.scaleTargetRef', 'Deployment.apps'],
  ['spec.targetRef', 'Deployment.apps'],
  ['roleRef', 'Role.rbac.authorization.k8s.io'],
  ['subjects.*', 'ServiceAccount.'],
  ['spec.dataSource', 'PersistentVolumeClaim.'],
  ['spec.dataSourceRef', 'PersistentVolumeClaim.'],
  ['spec.issuerRef', 'Issuer.cert-manager.io'],
  ['spec.secretStoreRef', 'SecretStore.external-secrets.io'],
  ['spec.parentRefs.*', 'Gateway.gateway.networking.k8s.io'],
  ['spec.rules.*.backendRefs.*', 'Service.'],
  ['spec.rules.*.filters.*.requestMirror.backendRef', 'Service.'],
];

/** What of an annotation is a name, and of which kind. */
const annotations: Readonly<Record<string, string>> = {
  'cert-manager.io/issuer': 'Issuer.cert-manager.io',
  'cert-manager.io/cluster-issuer': 'ClusterIssuer.cert-manager.io',
  'kubernetes.io/service-account.name': 'ServiceAccount.',
  'nginx.ingress.kubernetes.io/auth-secret': 'Secret.',
};

/** The object with the names of others, where those are renamed. Its own name stays. */
export function withReferences(object: KubeObject, renaming: Renaming): KubeObject {
  const pods = podPathOf(object);
  const paths: NamePaths = [
    ...(names[kindKey(object)] ?? []),
    ...(pods === undefined ? [] : inPods.map(([path, kind]) => [`${pods}${path}`, kind] as const)),
  ];
  const named = paths.reduce(
    (changed, [path, kind]) =>
      rewritten(changed, path, (name) => renaming(kind, textOf(name)) ?? name),
    object,
  );
  const referring = references.reduce(
    (changed, [path, kind]) =>
      rewritten(changed, path, (reference) =>
        isElsewhere(reference, object) ? reference : renamedReference(reference, kind, renaming),
      ),
    named,
  );
  return withResourceNames(withAnnotations(referring, renaming), renaming);
}

function isElsewhere(reference: unknown, { metadata }: KubeObject): boolean {
  const { namespace } = fieldsOf(reference);
  return (
    ![undefined, metadata.namespace].includes(namespace as string) &&
    metadata.namespace !== undefined
  );
}

function renamedReference(value: unknown, usual: string, renaming: Renaming): unknown {
  const fields = fieldsOf(value);
  const { kind, apiVersion, apiGroup, group } = fields;
  const given = apiGroup ?? group ?? (apiVersion && groupOf({ apiVersion: textOf(apiVersion) }));
  const usualGroup = usual.slice(usual.indexOf('.') + 1);
  // A kind without a group is of the usual one where it is the usual kind, and of that of Roles for ClusterRole.
  const key = kind === undefined ? usual : `${textOf(kind)}.${textOf(given ?? usualGroup)}`;
  const name = renaming(key, textOf(fields.name));
  return name === undefined ? value : { ...fields, name };
}

function withAnnotations(object: KubeObject, renaming: Renaming): KubeObject {
  return rewritten(object, 'metadata.annotations', (value) =>
    Object.fromEntries(
      Object.entries(fieldsOf(value)).map(([key, text]) => [
        key,
        renaming(annotations[key] ?? '', textOf(text)) ?? text,
      ]),
    ),
  );
}

/** By the plural that rules of roles say. */
const plurals: Readonly<Record<string, string>> = {
  secrets: 'Secret.',
  configmaps: 'ConfigMap.',
  services: 'Service.',
  serviceaccounts: 'ServiceAccount.',
  deployments: 'Deployment.apps',
  statefulsets: 'StatefulSet.apps',
};

function withResourceNames(object: KubeObject, renaming: Renaming): KubeObject {
  if (!/^(Cluster)?Role$/.test(object.kind)) return object;
  return rewritten(object, 'rules.*', (rule) => {
    const fields = fieldsOf(rule);
    const { resources, resourceNames } = fields;
    if (!Array.isArray(resources) || !Array.isArray(resourceNames)) return rule;
    const kinds = resources.flatMap((plural) => plurals[textOf(plural)] ?? []);
    const renamed = resourceNames.map(
      (name) => kinds.map((kind) => renaming(kind, textOf(name))).find(Boolean) ?? name,
    );
    return { ...fields, resourceNames: renamed };
  });
}
