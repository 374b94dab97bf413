import type { KubernetesObject } from './watched-objects.ts';

/** Where requests for a host and path go. */
export interface Route {
  /** `web.example.com`, `*.example.com` (one label), or undefined: any. */
  readonly host: string | undefined;
  readonly path: string;
  readonly exact: boolean;
  readonly backend: Backend;
}

export interface Backend {
  readonly namespace: string;
  readonly service: string;
  /** Number or name. */
  readonly port: number | string;
}

/** A Secret with the certificate for some hosts. */
export interface Certificate {
  readonly hosts: readonly string[];
  readonly namespace: string;
  readonly secret: string;
}

interface IngressBackend {
  readonly service?: { readonly name: string; readonly port?: { number?: number; name?: string } };
}

export interface Ingress extends KubernetesObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: IngressBackend;
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: {
        readonly paths: readonly {
          readonly path?: string;
          readonly pathType: string;
          readonly backend: IngressBackend;
        }[];
      };
    }[];
  };
}

interface ParentRef {
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
}

export interface HttpRoute extends KubernetesObject {
  readonly spec: {
    readonly parentRefs?: readonly ParentRef[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly {
      readonly matches?: readonly { readonly path?: { type?: string; value?: string } }[];
      readonly backendRefs?: readonly { name: string; namespace?: string; port?: number }[];
    }[];
  };
}

export interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly tls?: { readonly certificateRefs?: readonly { name: string; namespace?: string }[] };
  readonly allowedRoutes?: { readonly namespaces?: { readonly from?: string } };
}

export interface Gateway extends KubernetesObject {
  readonly spec: { readonly gatewayClassName: string; readonly listeners: readonly Listener[] };
}

/** https://kubernetes.io/docs/concepts/services-networking/ingress/ */
export function routesOfIngress({ metadata, spec }: Ingress): Route[] {
  const route = (host: string | undefined, path: string, exact: boolean, to?: IngressBackend) => {
    const { name: service, port } = to?.service ?? {};
    if (service === undefined) return [];
    const backend = {
      namespace: metadata.namespace,
      service,
      port: port?.number ?? port?.name ?? 80,
    };
    return [{ host, path, exact, backend }];
  };
  const rules = (spec.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).flatMap(({ path = '/', pathType, backend }) =>
      route(host, path, pathType === 'Exact', backend),
    ),
  );
  return [...rules, ...route(undefined, '/', false, spec.defaultBackend)];
}

export function certificatesOfIngress({ metadata, spec }: Ingress): Certificate[] {
  return (spec.tls ?? []).flatMap(({ hosts = [], secretName: secret }) =>
    secret === undefined ? [] : [{ hosts, namespace: metadata.namespace, secret }],
  );
}

/** https://gateway-api.sigs.k8s.io/reference/spec/ — by host and path; filters and weights are not had. */
export function routesOfHttpRoute({ metadata, spec }: HttpRoute): Route[] {
  const hosts = spec.hostnames?.length ? spec.hostnames : [undefined];
  return (spec.rules ?? []).flatMap(({ matches = [{}], backendRefs = [] }) => {
    const [to] = backendRefs;
    if (!to) return [];
    const namespace = to.namespace ?? metadata.namespace;
    const backend = { namespace, service: to.name, port: to.port ?? 80 };
    return hosts.flatMap((host) =>
      matches.map(({ path: { type, value: path = '/' } = {} }) => {
        return { host, path, exact: type === 'Exact', backend };
      }),
    );
  });
}

/** Certificates of a Gateway's listeners: they lie beside the Gateway, not beside the route. */
export function certificatesOfGateway({ metadata, spec }: Gateway): Certificate[] {
  return spec.listeners.flatMap(({ hostname = '*', tls }) =>
    (tls?.certificateRefs ?? []).map(({ name: secret, namespace = metadata.namespace }) => {
      return { hosts: [hostname], namespace, secret };
    }),
  );
}

/** The listeners that take a route in: those it names, for whose namespaces and hosts it is. */
export function listenersFor(route: HttpRoute, parent: ParentRef, gateway: Gateway): Listener[] {
  const own = route.metadata.namespace;
  if (parent.name !== gateway.metadata.name) return [];
  if ((parent.namespace ?? own) !== gateway.metadata.namespace) return [];
  const hosts = route.spec.hostnames ?? [];
  return gateway.spec.listeners.filter(({ name, hostname, allowedRoutes }) => {
    const same = (allowedRoutes?.namespaces?.from ?? 'Same') === 'Same';
    if (same && own !== gateway.metadata.namespace) return false;
    if (parent.sectionName !== undefined && parent.sectionName !== name) return false;
    return (
      hostname === undefined || hosts.length === 0 || hosts.some((h) => covers(hostname, h, true))
    );
  });
}

/** The most specific route: exact host before wildcard before any, exact path before the longest prefix. */
export function routeFor(routes: readonly Route[], host: string, path: string): Route | undefined {
  const rank = (route: Route) =>
    (route.host === undefined ? 0 : route.host.startsWith('*') ? 1e6 : 2e6) +
    (route.exact ? 1e5 : 0) +
    route.path.length;
  return routes
    .filter((route) => route.host === undefined || covers(route.host, host))
    .filter((route) => (route.exact ? route.path === path : isBelow(path, route.path)))
    .sort((a, b) => rank(b) - rank(a))[0];
}

/** A wildcard stands for one label in an Ingress and in a certificate, for several in a Gateway's listener. */
export function covers(pattern: string, host: string, deep = false): boolean {
  if (pattern === host || pattern === '*') return true;
  if (!pattern.startsWith('*.') || !host.endsWith(pattern.slice(1))) return false;
  return deep || !host.slice(0, -pattern.length + 1).includes('.');
}

function isBelow(path: string, prefix: string): boolean {
  const start = prefix.replace(/\/$/, '');
  return path === start || path.startsWith(`${start}/`);
}
