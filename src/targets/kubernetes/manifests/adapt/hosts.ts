import type { Problem } from '../../../../core/user-error.ts';
import { fieldsOf, listOf, textOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import type { StagedObject } from '../../stage.ts';
import { rewritten } from '../rewrite.ts';
import { type AdaptFacts, type AdaptStep, kindKey, nameOf, problemAt } from './adaptation.ts';
import { hostsOf, withHosts, withOwnHost } from './host-fields.ts';
import { hasIssuer } from './names.ts';

/**
 * The preview's host in place of that of the manifests. Of several the one that the others lie below, or that begins
 * with the name of the service, becomes the host; the others stand beside it, as one more word of the same label, so
 * that a certificate for one level holds for them.
 */
export const adaptHosts: AdaptStep = (objects, facts) => {
  const { host } = facts.service;
  const holders = objects.filter(({ object }) => isEntrance(object));
  const hosts = [...new Set(objects.flatMap(({ object }) => hostsOf(object)))];
  if (holders.length === 0 && hosts.length === 0) return { objects };
  if (host === '') return { objects, problems: [missingHost(holders[0] ?? objects[0])].flat() };
  const mapping = hostMapping(hosts, facts);
  if ('problem' in mapping) return { objects, problems: [atFirst(objects, mapping.problem)] };
  const told: string[] = [];
  const changed = objects.map((staged) => {
    const object = withTlsHosts(
      withOwnHost(withHosts(staged.object, mapping.hosts), host),
      staged.object,
    );
    if (object !== staged.object) told.push(...toldOf(staged.object, mapping.hosts, host));
    return { ...staged, object };
  });
  return { objects: changed, told: [...told, ...foreignCertificates(changed)] };
};

function isEntrance(object: KubeObject): boolean {
  return ['Ingress.networking.k8s.io', 'HTTPRoute.gateway.networking.k8s.io'].includes(
    kindKey(object),
  );
}

function missingHost(staged: StagedObject | undefined): Problem[] {
  if (!staged) return [];
  const hint = 'Add `preview.host`: "{id}.preview.example.com".';
  return [
    problemAt(staged, `${nameOf(staged.object)} needs the preview's host, and there is none`, hint),
  ];
}

type Mapping =
  | { readonly hosts: ReadonlyMap<string, string> }
  | { readonly problem: Omit<Problem, 'location'> };

function hostMapping(hosts: readonly string[], { service }: AdaptFacts): Mapping {
  const first = mainHost(hosts, service.name);
  if (hosts.length > 0 && first === undefined) return { problem: severalHosts(hosts) };
  const mapped = new Map<string, string>();
  const [label = '', ...domain] = service.host.split('.');
  for (const host of hosts) {
    if (host === first) mapped.set(host, service.host);
    else if (host === `*.${first}`) mapped.set(host, `*.${service.host}`);
    else if (covers(host, first ?? '')) mapped.set(host, ['*', ...domain].join('.'));
    else {
      const words = wordsBefore(host, first ?? '');
      const own = `${words}-${label}`;
      if (own.length > 63) return { problem: longLabel(host, own) };
      mapped.set(host, [own, ...domain].join('.'));
    }
  }
  return { hosts: mapped };
}

/** `api` of `api.shop.example.com` beside `shop.example.com`; of a stranger its first label. */
function wordsBefore(host: string, first: string): string {
  const words = host.endsWith(`.${first}`)
    ? host.slice(0, -first.length - 1)
    : (host.split('.')[0] ?? '');
  return words.replaceAll('*', 'any').replaceAll('.', '-');
}

function mainHost(hosts: readonly string[], service: string): string | undefined {
  const plain = hosts.filter((host) => !host.startsWith('*.'));
  if (plain.length === 1) return plain[0];
  if (hosts.length === 1) return hosts[0];
  const above = plain.find((host) =>
    hosts.every((other) => other === host || other.endsWith(`.${host}`)),
  );
  if (above) return above;
  const called = plain.filter((host) => host.split('.')[0] === service);
  return called.length === 1 ? called[0] : undefined;
}

function severalHosts(hosts: readonly string[]): Omit<Problem, 'location'> {
  return {
    message: `the manifests are for several hosts (${hosts.join(', ')}), and it cannot be told which of them is the preview's`,
    hint: 'Make a service of each in `preview.services`, with `host` and `manifests` of its own.',
  };
}

function longLabel(host: string, label: string): Omit<Problem, 'location'> {
  return {
    message: `in place of ${host} the preview's host would begin with ${label}, which has more than 63 characters`,
    hint: 'Shorten `preview.host`: use {id} or {number} in place of {slug}.',
  };
}

/** Where the first host stands. */
function atFirst(objects: readonly StagedObject[], problem: Omit<Problem, 'location'>): Problem {
  const [first] = objects.filter(({ object }) => hostsOf(object).length > 0);
  return { ...problem, ...(first?.location && { location: first.location }) };
}

/** A wildcard of the manifests' own domain is none of the preview's: the hosts of the rules stand in its place. */
function withTlsHosts(object: KubeObject, before: KubeObject): KubeObject {
  if (kindKey(object) !== 'Ingress.networking.k8s.io') return object;
  const known = new Set(ruleHosts(object));
  const formerly = ruleHosts(before);
  let index = -1;
  return rewritten(object, 'spec.tls.*', (entry) => {
    index += 1;
    const fields = fieldsOf(entry);
    if (!Array.isArray(fields.hosts)) return entry;
    const former = listedHosts(before, index);
    const hosts = fields.hosts.flatMap((host: unknown, position) => {
      const was = former[position] ?? '';
      if (known.has(textOf(host))) return [textOf(host)];
      const covered = formerly.flatMap((one, rule) =>
        covers(was, one) ? [ruleHosts(object)[rule] ?? ''] : [],
      );
      return covered.length > 0 ? covered : [...known];
    });
    return { ...fields, hosts: [...new Set(hosts)] };
  });
}

function ruleHosts({ spec }: KubeObject): string[] {
  return listOf(fieldsOf(spec).rules).map(({ host }) => textOf(host));
}

function listedHosts({ spec }: KubeObject, index: number): string[] {
  const { hosts } = listOf(fieldsOf(spec).tls)[index] ?? {};
  return Array.isArray(hosts) ? hosts.map(textOf) : [];
}

function covers(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  return host.slice(host.indexOf('.') + 1) === pattern.slice(2);
}

function toldOf(before: KubeObject, hosts: ReadonlyMap<string, string>, host: string): string[] {
  const own = [...new Set(hostsOf(before))];
  if (own.length === 0) return isEntrance(before) ? [`${nameOf(before)}: for ${host} only`] : [];
  return own.map((one) => `${nameOf(before)}: host ${hosts.get(one) ?? one}, not ${one}`);
}

/** In a namespace of its own nothing is but what the manifests bring. */
function foreignCertificates(objects: readonly StagedObject[]): string[] {
  const made = new Set(
    objects.flatMap(({ object }) => {
      if (kindKey(object) === 'Secret.') return [object.metadata.name];
      return object.kind === 'Certificate' ? [textOf(fieldsOf(object.spec).secretName)] : [];
    }),
  );
  return objects.flatMap(({ object }) => {
    if (kindKey(object) !== 'Ingress.networking.k8s.io' || hasIssuer(object)) return [];
    const names = listOf(fieldsOf(object.spec).tls).map(({ secretName }) => textOf(secretName));
    return names
      .filter((name) => name !== '' && !made.has(name))
      .map((name) => `${nameOf(object)}: its certificate ${name} is not among the manifests`);
  });
}
