import { type Fields, fieldsOf, listOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import type { ProbedService } from '../readiness/proxy-probe.ts';
import { kindKey } from './adapt/adaptation.ts';

/** How adapted manifests are reached. */
export interface Entrance {
  /** Empty where they have no Service that could be meant. */
  readonly url: string;
  /** The Service that answers there. */
  readonly backend?: ProbedService;
}

/**
 * The address of the preview, and the Service that it leads to: by an Ingress or a route for `host`, else the Service
 * of the service's name, or the only one, in the cluster's own network.
 */
export function entranceOf(
  objects: readonly KubeObject[],
  { name, suffix, host }: { readonly name: string; readonly suffix: string; readonly host: string },
): Entrance {
  for (const object of objects) {
    const found = ingressTo(object, host) ?? routeTo(object, host);
    if (found) return found;
  }
  const services = objects.filter((object) => kindKey(object) === 'Service.');
  const own = services.find(({ metadata }) => metadata.name === name + suffix);
  const service = own ?? (services.length === 1 ? services[0] : undefined);
  const [port] = listOf(fieldsOf(service?.spec).ports);
  if (!service || !port) return { url: '' };
  const { namespace = '', name: called } = service.metadata;
  const number = Number(port.port);
  const end = number === 80 ? '' : `:${number}`;
  return {
    url: `http://${called}.${namespace}.svc${end}`,
    backend: { namespace, name: called, port: number },
  };
}

function ingressTo(object: KubeObject, host: string): Entrance | undefined {
  if (kindKey(object) !== 'Ingress.networking.k8s.io') return undefined;
  const spec = fieldsOf(object.spec);
  const rules = listOf(spec.rules).filter((rule) => rule.host === host);
  const paths = rules.flatMap(({ http }) => listOf(fieldsOf(http).paths));
  const shortest = paths.toSorted((one, other) => lengthOf(one) - lengthOf(other))[0];
  if (!shortest) return undefined;
  const service = fieldsOf(fieldsOf(shortest.backend).service);
  const { name, number } = fieldsOf(service.port);
  const port = typeof number === 'number' ? number : textOf(name);
  const isSecure = listOf(spec.tls).some(
    ({ hosts }) => !Array.isArray(hosts) || hosts.length === 0 || hosts.includes(host),
  );
  return entrance(object, { host, isSecure }, service, port);
}

function lengthOf({ path }: Fields): number {
  return textOf(path).length;
}

/** A Gateway ends TLS for all its routes. */
function routeTo(object: KubeObject, host: string): Entrance | undefined {
  if (kindKey(object) !== 'HTTPRoute.gateway.networking.k8s.io') return undefined;
  const { hostnames, rules } = fieldsOf(object.spec);
  if (!Array.isArray(hostnames) || !hostnames.includes(host)) return undefined;
  const all = listOf(rules);
  const isRoot = ({ matches }: Fields) =>
    listOf(matches).length === 0 ||
    listOf(matches).some(({ path }) => textOf(fieldsOf(path).value) === '/');
  const [backend] = listOf((all.find(isRoot) ?? all[0])?.backendRefs);
  if (!backend) return undefined;
  return entrance(object, { host, isSecure: true }, backend, Number(backend.port));
}

function entrance(
  { metadata: { namespace = '' } }: KubeObject,
  { host, isSecure }: { readonly host: string; readonly isSecure: boolean },
  { name }: Fields,
  port: number | string,
): Entrance {
  return {
    url: `${isSecure ? 'https' : 'http'}://${host}`,
    ...(textOf(name) !== '' && { backend: { namespace, name: textOf(name), port } }),
  };
}
