import { UserError } from '../../../core/user-error.ts';
import { groupOf } from '../fields.ts';
import { type Kind, type KindResource, type Kube, KubeError } from './kube.ts';
import { isNotFound } from './kube-errors.ts';

/** By API version: `Kind=plural`, those of the cluster with a `*`. Source: `kubectl api-resources`, Kubernetes 1.34. */
const builtIn: Readonly<Record<string, string>> = {
  v1: 'ConfigMap=configmaps Endpoints=endpoints Event=events LimitRange=limitranges PersistentVolumeClaim=persistentvolumeclaims Pod=pods PodTemplate=podtemplates ReplicationController=replicationcontrollers ResourceQuota=resourcequotas Secret=secrets Service=services ServiceAccount=serviceaccounts Namespace=namespaces* Node=nodes* PersistentVolume=persistentvolumes*',
  'apps/v1':
    'DaemonSet=daemonsets Deployment=deployments ReplicaSet=replicasets StatefulSet=statefulsets',
  'batch/v1': 'CronJob=cronjobs Job=jobs',
  'autoscaling/v1': 'HorizontalPodAutoscaler=horizontalpodautoscalers',
  'autoscaling/v2': 'HorizontalPodAutoscaler=horizontalpodautoscalers',
  'networking.k8s.io/v1':
    'Ingress=ingresses NetworkPolicy=networkpolicies IngressClass=ingressclasses*',
  'policy/v1': 'PodDisruptionBudget=poddisruptionbudgets',
  'rbac.authorization.k8s.io/v1':
    'Role=roles RoleBinding=rolebindings ClusterRole=clusterroles* ClusterRoleBinding=clusterrolebindings*',
  'coordination.k8s.io/v1': 'Lease=leases',
  'discovery.k8s.io/v1': 'EndpointSlice=endpointslices',
  'events.k8s.io/v1': 'Event=events',
  'storage.k8s.io/v1': 'StorageClass=storageclasses*',
  'scheduling.k8s.io/v1': 'PriorityClass=priorityclasses*',
  'admissionregistration.k8s.io/v1':
    'MutatingWebhookConfiguration=mutatingwebhookconfigurations* ValidatingWebhookConfiguration=validatingwebhookconfigurations* ValidatingAdmissionPolicy=validatingadmissionpolicies* ValidatingAdmissionPolicyBinding=validatingadmissionpolicybindings*',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition=customresourcedefinitions*',
};

/** Where objects of a built-in kind live; `undefined` for what the cluster has to be asked for. */
export function builtInKind({ apiVersion, kind }: Kind): KindResource | undefined {
  const entry = builtIn[apiVersion]?.split(' ').find((known) => known.startsWith(`${kind}=`));
  if (!entry) return undefined;
  const plural = entry.slice(kind.length + 1);
  const namespaced = !plural.endsWith('*');
  return { apiVersion, kind, plural: namespaced ? plural : plural.slice(0, -1), namespaced };
}

/** `Deployment.apps`, as a kind of a version that there is; `*` stands for that of a group the cluster has to tell. */
export function kindOfGroup(groupKind: string): Kind {
  const dot = groupKind.indexOf('.');
  const kind = dot < 0 ? groupKind : groupKind.slice(0, dot);
  const group = dot < 0 ? '' : groupKind.slice(dot + 1);
  const versions = Object.keys(builtIn).filter((apiVersion) => groupOf({ apiVersion }) === group);
  const known = versions.map((apiVersion) => builtInKind({ apiVersion, kind })).findLast(Boolean);
  return { apiVersion: known?.apiVersion ?? (group ? `${group}/*` : 'v1'), kind };
}

/**
 * Looks kinds up: built-in ones without a request, others by discovery, once for each API version (`group/*`: that
 * which the cluster prefers). A kind that was
 * not there is asked for anew: its CustomResourceDefinition may have been applied since.
 */
export function knownKinds(send: Kube['send']): Kube['resource'] {
  const discovered = new Map<string, Promise<readonly KindResource[]>>();
  return async (kind, signal) => {
    const known = builtInKind(kind);
    if (known) return known;
    const { apiVersion } = kind;
    const earlier = discovered.get(apiVersion);
    const found = earlier && ofKind(await earlier.catch(() => []), kind);
    if (found) return found;
    const asking = discover(send, apiVersion, signal);
    discovered.set(apiVersion, asking);
    const asked = ofKind(await asking, kind);
    if (!asked) throw unknownKind(kind);
    return asked;
  };
}

function ofKind(resources: readonly KindResource[], { kind }: Kind): KindResource | undefined {
  return resources.find((resource) => resource.kind === kind);
}

/** Source: kubernetes.io, "Kubernetes API Concepts", API discovery: `APIResourceList`. */
async function discover(
  send: Kube['send'],
  apiVersion: string,
  signal: AbortSignal,
): Promise<readonly KindResource[]> {
  try {
    const served = await servedVersion(send, apiVersion, signal);
    const path = served.includes('/') ? `/apis/${served}` : `/api/${served}`;
    const answer = (await send({ method: 'GET', path }, signal)) as {
      readonly resources?: readonly {
        readonly name: string;
        readonly kind: string;
        readonly namespaced: boolean;
      }[];
    };
    return (answer.resources ?? [])
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({
        apiVersion: served,
        kind,
        plural: name,
        namespaced,
      }));
  } catch (cause) {
    if (isNotFound(cause)) return [];
    throw cause;
  }
}

async function servedVersion(
  send: Kube['send'],
  apiVersion: string,
  signal: AbortSignal,
): Promise<string> {
  if (!apiVersion.endsWith('/*')) return apiVersion;
  const path = `/apis/${apiVersion.slice(0, -2)}`;
  const group = (await send({ method: 'GET', path }, signal)) as {
    readonly preferredVersion: { readonly groupVersion: string };
  };
  return group.preferredVersion.groupVersion;
}

/** Also taken for a `NotFound`: of a kind that there is not, nothing is there. */
function unknownKind({ apiVersion, kind }: Kind): UserError {
  const message = `the cluster has no kind ${kind} of ${apiVersion}`;
  return new UserError(
    message,
    'Is its CustomResourceDefinition installed, and the version one that the cluster still serves? `kubectl api-resources` lists all.',
    { cause: new KubeError(message, { status: 404, reason: 'NotFound', causes: [] }) },
  );
}
