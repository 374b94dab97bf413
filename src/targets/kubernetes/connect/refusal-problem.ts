import type { Explanation } from './explanation.ts';
import type { KubeError } from './kube.ts';

/** The authorizer's wording. Source: kubernetes/kubernetes, apiserver/pkg/endpoints/handlers/responsewriters/errors.go. */
const denial =
  /User "(?<user>[^"]*)" cannot (?<verb>\S+) resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]+)")?/;

/** What to say where the API server does not let these credentials do something. */
export function refusalProblem(error: KubeError, doing: string): Explanation | undefined {
  if (error.status === 401) return unauthorized(doing);
  if (error.status !== 403) return undefined;
  return deniedByRole(error, doing) ?? forbiddenByPolicy(error, doing);
}

function unauthorized(doing: string): Explanation {
  return {
    message: `cannot ${doing}: the API server does not accept the credentials of the KUBECONFIG`,
    hint: 'They are expired, or of another cluster. Make them anew: `kubectl create token deployer --namespace understudy --duration 720h`, or sign in right before this step.',
  };
}

function deniedByRole({ message }: KubeError, doing: string): Explanation | undefined {
  const found = denial.exec(message)?.groups;
  if (!found) return undefined;
  const { user = '', verb = '', resource = '', group = '', namespace } = found;
  const role = namespace ? `a Role in the namespace ${namespace}` : 'a ClusterRole';
  const rule = JSON.stringify({ apiGroups: [group], resources: [resource], verbs: [verb] });
  return {
    message: `cannot ${doing}: ${user || 'the account'} may not ${verb} ${resource}${namespace ? ` in the namespace ${namespace}` : ''}`,
    hint: `Add this rule to ${role} of that account: ${rule}`,
  };
}

const policies: readonly [RegExp, string][] = [
  [
    /exceeded quota/,
    'Raise preview: { kubernetes: { quota: … } }, or let the containers request less.',
  ],
  [
    /violates PodSecurity/,
    'Give the pods what the level asks for, or lower it for previews: preview: { kubernetes: { pod-security: baseline } }',
  ],
  [
    /is attempting to grant RBAC permissions not currently held/,
    'Kubernetes lets an account grant only what it may do itself: give it those rights, or leave the Role out of previews.',
  ],
  [
    /admission webhook|ValidatingAdmissionPolicy|denied the request/i,
    'A policy of the cluster forbids it: change what it names, or ask those who run the cluster.',
  ],
];

/** Not a matter of roles. A namespace that is being removed is none of it: that passes. */
function forbiddenByPolicy({ message }: KubeError, doing: string): Explanation | undefined {
  const hint = policies.find(([wording]) => wording.test(message))?.[1];
  return hint ? { message: `cannot ${doing}: ${message}`, hint } : undefined;
}
