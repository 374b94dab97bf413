import { type Condition, conditionOf, conditionsOf, fieldsOf, listOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { inState, type ReadinessStatus, type StatusRules } from './status-rules.ts';

/** Kinds that let requests in. */
export const networkRules: StatusRules = {
  'Service.': serviceStatus,
  'Ingress.networking.k8s.io': ingressStatus,
  'Gateway.gateway.networking.k8s.io': gatewayStatus,
  'HTTPRoute.gateway.networking.k8s.io': routeStatus,
  'GRPCRoute.gateway.networking.k8s.io': routeStatus,
  'TLSRoute.gateway.networking.k8s.io': routeStatus,
  'TCPRoute.gateway.networking.k8s.io': routeStatus,
};

function hasAddress({ status }: KubeObject): boolean {
  return listOf(fieldsOf(fieldsOf(status).loadBalancer).ingress).length > 0;
}

function serviceStatus(object: KubeObject): ReadinessStatus {
  const { type } = fieldsOf(object.spec);
  if (type !== 'LoadBalancer' || hasAddress(object)) return inState('current', 'there');
  return inState('in-progress', 'its load balancer has no address yet');
}

function ingressStatus(object: KubeObject): ReadinessStatus {
  return inState('current', hasAddress(object) ? 'there' : 'its controller has told no address');
}

function gatewayStatus(object: KubeObject): ReadinessStatus {
  const rest = ['Accepted', 'Programmed'].map((type) => ({
    type,
    condition: conditionOf(object, type),
  }));
  const open = rest.find(({ condition }) => !holds(condition, object));
  if (!open) return inState('current', 'programmed');
  return refusal(object, open.condition) ?? inState('in-progress', 'not programmed yet');
}

/** Accepted by every parent that it names, each of which may be served by a controller of its own. */
function routeStatus(object: KubeObject): ReadinessStatus {
  const wanted = listOf(fieldsOf(object.spec).parentRefs);
  const parents = listOf(fieldsOf(object.status).parents);
  for (const ref of wanted) {
    const told = parents.filter(({ parentRef }) => isParent(fieldsOf(parentRef), ref, object));
    const name = textOf(ref.name);
    if (told.length === 0)
      return inState('in-progress', `the gateway ${name} has not answered yet`, true);
    for (const type of ['Accepted', 'ResolvedRefs']) {
      const conditions = told.map((parent) =>
        conditionsOf(parent).find((condition) => condition.type === type),
      );
      if (conditions.some((condition) => holds(condition, object))) continue;
      return (
        refusal(object, conditions[0], `the gateway ${name}: `) ??
        inState('in-progress', `the gateway ${name} has not accepted it yet`)
      );
    }
  }
  return inState('current', 'accepted');
}

/** Whether a status is about the parent; a namespace that is not said is the route's own. */
function isParent(told: Condition | object, ref: object, { metadata }: KubeObject): boolean {
  const one = fieldsOf(told);
  const other = fieldsOf(ref);
  const same = (key: string) => (one[key] ?? undefined) === (other[key] ?? undefined);
  return (
    same('name') &&
    (one.namespace ?? metadata.namespace) === (other.namespace ?? metadata.namespace) &&
    (other.sectionName === undefined || same('sectionName')) &&
    (other.port === undefined || same('port'))
  );
}

function holds(condition: Condition | undefined, object: KubeObject): boolean {
  return condition?.status === 'True' && !isOld(condition, object);
}

/** What is told of an older generation counts for nothing. */
function isOld({ observedGeneration }: Condition, { metadata }: KubeObject): boolean {
  return (observedGeneration ?? Infinity) < (metadata.generation ?? 0);
}

function refusal(
  object: KubeObject,
  condition: Condition | undefined,
  by = '',
): ReadinessStatus | undefined {
  if (condition?.status !== 'False' || isOld(condition, object)) return undefined;
  const words = [condition.reason, condition.message].filter(Boolean).join(': ');
  // A gateway that waits for its address or its first listener is well under way.
  return inState('in-progress', `${by}${words}`, condition.reason !== 'Pending');
}
