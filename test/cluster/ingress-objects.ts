import type { ApiAccess } from './api-request.ts';
import { apiRequest } from './api-request.ts';
import type { Certificate, Gateway, HttpRoute, Ingress, Route } from './ingress-routes.ts';
import * as routing from './ingress-routes.ts';
import type { KubernetesObject } from './watched-objects.ts';
import { watchObjects } from './watched-objects.ts';

/** What the objects of one class say, as they are now. */
export interface FollowedRoutes {
  routes(): readonly Route[];
  certificates(): readonly Certificate[];
  close(): void;
}

const controllerName = 'understudy.test/stand-in';
const networking = '/apis/networking.k8s.io/v1';
const gatewayApi = '/apis/gateway.networking.k8s.io/v1';

/** Makes the IngressClass and, where Gateway API is there, the GatewayClass. */
export async function makeClasses(access: ApiAccess, name: string): Promise<void> {
  const metadata = { name };
  const ingressClass = { metadata, spec: { controller: 'understudy.test/stand-in' } };
  const gatewayClass = { metadata, spec: { controllerName } };
  // Where they are there already, or Gateway API is not, the refusal is no news.
  await apiRequest(access, `${networking}/ingressclasses`, { method: 'POST', body: ingressClass });
  await apiRequest(access, `${gatewayApi}/gatewayclasses`, { method: 'POST', body: gatewayClass });
}

/** Follows Ingresses, Gateways and HTTPRoutes, and writes the status that a controller at `address` writes. */
export function followRoutes(
  access: ApiAccess,
  className: string,
  address: string,
): FollowedRoutes {
  const ingresses = followIngresses(access, className, address);
  const taken = (route: HttpRoute) => parentsOf(route, gateways.all());
  const reportRoute = (route: HttpRoute) => reportParents(access, route, taken(route));
  const gateways = watchObjects<Gateway>(access, `${gatewayApi}/gateways`, (gateway) => {
    if (gateway.spec.gatewayClassName !== className) return;
    const conditions = ['Accepted', 'Programmed'].map((type) => condition(gateway, type, true));
    const addresses = [{ type: 'IPAddress', value: address }];
    writeStatus(access, `${gatewayApi}/gateways`, gateway, { addresses, conditions });
    httpRoutes.all().forEach(reportRoute);
  });
  const ours = { all: () => gateways.all().filter((g) => g.spec.gatewayClassName === className) };
  const httpRoutes = watchObjects<HttpRoute>(access, `${gatewayApi}/httproutes`, reportRoute);
  const isTaken = (route: HttpRoute) => taken(route).some(({ accepted }) => accepted);
  return {
    routes: () => [
      ...ingresses.all().flatMap(routing.routesOfIngress),
      ...httpRoutes.all().filter(isTaken).flatMap(routing.routesOfHttpRoute),
    ],
    certificates: () => [
      ...ingresses.all().flatMap(routing.certificatesOfIngress),
      ...ours.all().flatMap(routing.certificatesOfGateway),
    ],
    close() {
      for (const followed of [ingresses, gateways, httpRoutes]) followed.close();
    },
  };
}

function followIngresses(access: ApiAccess, className: string, address: string) {
  const path = `${networking}/ingresses`;
  const mine = ({ spec }: Ingress) => spec.ingressClassName === className;
  const status = { loadBalancer: { ingress: [{ ip: address }] } };
  const followed = watchObjects<Ingress>(access, path, (ingress) => {
    if (mine(ingress)) writeStatus(access, path, ingress, status);
  });
  return { all: () => followed.all().filter(mine), close: followed.close };
}

interface Parent {
  readonly parentRef: object;
  readonly accepted: boolean;
}

function parentsOf(route: HttpRoute, gateways: readonly Gateway[]): Parent[] {
  return (route.spec.parentRefs ?? []).map((parentRef) => {
    const takesIn = (gateway: Gateway) =>
      routing.listenersFor(route, parentRef, gateway).length > 0;
    return { parentRef, accepted: gateways.some(takesIn) };
  });
}

function reportParents(access: ApiAccess, route: HttpRoute, parents: readonly Parent[]): void {
  const reported = parents.map(({ parentRef, accepted }) => {
    const conditions = [
      condition(route, 'Accepted', accepted),
      condition(route, 'ResolvedRefs', true),
    ];
    return { parentRef, controllerName, conditions };
  });
  writeStatus(access, `${gatewayApi}/httproutes`, route, { parents: reported });
}

/** The time is the object's own, so that writing the same once more changes nothing and makes no event. */
function condition({ metadata }: KubernetesObject, type: string, is: boolean) {
  return {
    type,
    status: is ? 'True' : 'False',
    reason: is ? type : 'NoMatchingParent',
    message: '',
    observedGeneration: metadata.generation ?? 1,
    lastTransitionTime: metadata.creationTimestamp,
  };
}

/** An object that is gone meanwhile needs no status. */
function writeStatus(
  access: ApiAccess,
  path: string,
  { metadata }: KubernetesObject,
  status: object,
): void {
  const namespaced = path.replace(/\/(\w+)$/, `/namespaces/${metadata.namespace}/$1`);
  const contentType = 'application/merge-patch+json';
  void apiRequest(access, `${namespaced}/${metadata.name}/status`, {
    method: 'PATCH',
    contentType,
    body: { status },
  });
}
