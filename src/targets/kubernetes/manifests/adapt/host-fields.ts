import { type Fields, fieldsOf, listOf, textOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { rewritten, valuesAt } from '../rewrite.ts';
import { kindKey } from './adaptation.ts';

/** Where kinds that let requests in say for which hosts. */
const paths: Readonly<Record<string, readonly string[]>> = {
  'Ingress.networking.k8s.io': ['spec.rules.*.host', 'spec.tls.*.hosts.*'],
  'HTTPRoute.gateway.networking.k8s.io': ['spec.hostnames.*'],
  'GRPCRoute.gateway.networking.k8s.io': ['spec.hostnames.*'],
  'TLSRoute.gateway.networking.k8s.io': ['spec.hostnames.*'],
  'Gateway.gateway.networking.k8s.io': ['spec.listeners.*.hostname'],
  'Certificate.cert-manager.io': ['spec.dnsNames.*', 'spec.commonName'],
  'VirtualService.networking.istio.io': ['spec.hosts.*'],
  'HTTPProxy.projectcontour.io': ['spec.virtualhost.fqdn'],
  'Route.route.openshift.io': ['spec.host'],
};

/** Kinds whose rules are texts: ``Host(`shop.example.com`) && PathPrefix(`/`)``. */
const ruled = ['IngressRoute.traefik.io', 'IngressRoute.traefik.containo.us'];

/** Annotations of what has an address of its own. */
const named = [
  'external-dns.alpha.kubernetes.io/hostname',
  'external-dns.alpha.kubernetes.io/internal-hostname',
];

/** The hosts that an object takes requests for, or has a certificate for; what an Ingress says of TLS follows from its rules. */
export function hostsOf(object: KubeObject): string[] {
  const key = kindKey(object);
  const own = (paths[key] ?? [])
    .filter((path) => !path.includes('.tls.'))
    .flatMap((path) => valuesAt(object, path));
  const rules = ruled.includes(key)
    ? listOf(fieldsOf(object.spec).routes).flatMap(({ match }) => quoted(textOf(match)))
    : [];
  const { annotations = {} } = object.metadata;
  const published = named.flatMap((name) => (annotations[name] ?? '').split(','));
  return [...own, ...rules, ...published]
    .map((host) => textOf(host).trim())
    .filter((host) => host.includes('.') && !/\.svc(\.|$)/.test(host));
}

function quoted(match: string): string[] {
  return [...match.matchAll(/Host(?:SNI)?\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/[`"']([^`"']+)[`"']/g)].map(([, host = '']) => host),
  );
}

/** The object for other hosts; in annotations they are found wherever they stand as a whole. */
export function withHosts(object: KubeObject, hosts: ReadonlyMap<string, string>): KubeObject {
  const key = kindKey(object);
  const rehosted = (paths[key] ?? []).reduce(
    (changed, path) => rewritten(changed, path, (host) => hosts.get(textOf(host)) ?? host),
    object,
  );
  const ruledObject = ruled.includes(key)
    ? rewritten(rehosted, 'spec.routes.*.match', (match) => replacedIn(textOf(match), hosts))
    : rehosted;
  if (!paths[key] && !ruled.includes(key) && key !== 'Service.') return ruledObject;
  return rewritten(ruledObject, 'metadata.annotations', (annotations) => {
    const entries = Object.entries(fieldsOf(annotations));
    return Object.fromEntries(
      entries.map(([name, text]) => [name, replacedIn(textOf(text), hosts)]),
    );
  });
}

function replacedIn(text: string, hosts: ReadonlyMap<string, string>): string {
  // The longest first: `api.shop.example.com` holds `shop.example.com`.
  const sorted = [...hosts].toSorted(([one], [other]) => other.length - one.length);
  const pattern = sorted.map(([host]) => host.replaceAll(/[.*\\]/g, '\\$&')).join('|');
  if (pattern === '') return text;
  const whole = new RegExp(`(?<![\\w.-])(?:${pattern})(?![\\w-]|\\.\\w)`, 'g');
  return text.replaceAll(whole, (host) => hosts.get(host) ?? host);
}

/** An Ingress for every host, for this one only. */
export function withOwnHost(object: KubeObject, host: string): KubeObject {
  switch (kindKey(object)) {
    case 'Ingress.networking.k8s.io':
      return ingressFor(object, host);
    case 'HTTPRoute.gateway.networking.k8s.io':
    case 'GRPCRoute.gateway.networking.k8s.io': {
      const { hostnames } = fieldsOf(object.spec);
      const hasSome = Array.isArray(hostnames) && hostnames.length > 0;
      return hasSome
        ? object
        : { ...object, spec: { ...fieldsOf(object.spec), hostnames: [host] } };
    }
    default:
      return object;
  }
}

function ingressFor(object: KubeObject, host: string): KubeObject {
  const hosted = rewritten(object, 'spec.rules.*', (rule) => {
    const fields = fieldsOf(rule);
    return textOf(fields.host) === '' ? { ...fields, host } : rule;
  });
  const { defaultBackend: backend, ...spec } = fieldsOf(hosted.spec);
  if (backend === undefined) return hosted;
  const rules = listOf(spec.rules);
  const path = { path: '/', pathType: 'Prefix', backend };
  const own: Fields[] = rules.length > 0 ? [...rules] : [{ host, http: { paths: [path] } }];
  return { ...hosted, spec: { ...spec, rules: own } };
}
