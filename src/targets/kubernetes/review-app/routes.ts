import { renderTemplate } from '../../../core/template.ts';
import type { KubeObject } from '../kube-object.ts';
import type { IngressSettings } from '../settings.ts';
import type { AppFacts } from './app-facts.ts';
import { appMetadata } from './app-metadata.ts';
import { appName } from './app-names.ts';
import { localName } from './copies.ts';
import { servicePort } from './workload.ts';

/** How the app is reached: an Ingress or an HTTPRoute; none where the settings name neither. */
export function renderRoutes(facts: AppFacts): KubeObject[] {
  const { ingress } = facts.app;
  if (!ingress) return [];
  return ingress.kind === 'ingress'
    ? [renderIngress(facts, ingress)]
    : [renderRoute(facts, ingress)];
}

function renderIngress(
  facts: AppFacts,
  ingress: Extract<IngressSettings, { kind: 'ingress' }>,
): KubeObject {
  const { service } = facts;
  const { host } = service;
  const name = appName(facts);
  const annotations = Object.entries(ingress.annotations).map(([key, text]) => [
    key,
    renderTemplate(text, service.values),
  ]);
  const secret = tlsSecret(facts, ingress.tls);
  const backend = { service: { name, port: { number: servicePort } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: appMetadata(facts, 'web', name, Object.fromEntries(annotations)),
    spec: {
      ...(ingress.class !== undefined && { ingressClassName: ingress.class }),
      ...(ingress.tls && {
        tls: [{ hosts: [host], ...(secret !== undefined && { secretName: secret }) }],
      }),
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

function tlsSecret(
  facts: AppFacts,
  tls: Extract<IngressSettings, { kind: 'ingress' }>['tls'],
): string | undefined {
  if (tls?.kind === 'copy') return localName(facts, `${tls.namespace}/${tls.name}`);
  return tls?.kind === 'secret' ? tls.name : undefined;
}

function renderRoute(
  facts: AppFacts,
  { parent }: Extract<IngressSettings, { kind: 'gateway' }>,
): KubeObject {
  const { namespace, name, section } = parent;
  const gateway = {
    group: 'gateway.networking.k8s.io',
    kind: 'Gateway',
    namespace,
    name,
    ...(section !== undefined && { sectionName: section }),
  };
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: appMetadata(facts, 'web', appName(facts)),
    spec: {
      parentRefs: [gateway],
      hostnames: [facts.service.host],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: appName(facts), port: servicePort }],
        },
      ],
    },
  };
}
