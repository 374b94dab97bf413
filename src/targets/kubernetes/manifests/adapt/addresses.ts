import { fieldsOf, listOf, textOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { type AdaptFacts, type AdaptStep, kindKey, nameOf } from './adaptation.ts';
import { ended } from './names.ts';
import { sourceNamespace } from './namespaces.ts';
import { withContainers } from './variables.ts';

/**
 * Addresses of the manifests' own Services, in variables and ConfigMaps: `db.shop.svc` is production's database, and the
 * preview is to have its own. Plain names are followed where names change, in places that can be nothing but hosts.
 */
export const adaptAddresses: AdaptStep = (objects, facts) => {
  const before = sourceNamespace(objects, facts);
  const services = objects.map(({ object }) => object).filter((one) => kindKey(one) === 'Service.');
  const moves = services.map(({ metadata: { name } }) => moveOf(name, before, facts));
  const told: string[] = [];
  const follow = (who: string, key: string, text: string) => {
    const followed = moves.reduce((changed, move) => applied(move, key, changed), text);
    if (followed !== text) told.push(`${who}: addresses in ${key} are the preview's own`);
    for (const address of before === facts.place.namespace ? [] : addressesIn(followed, before))
      told.push(`${who}: ${key} still names ${address}, which is no Service of the manifests`);
    return followed;
  };
  const changed = objects.map((staged) => {
    const who = nameOf(staged.object);
    const object = withData(staged.object, (key, text) => follow(who, key, text));
    return { ...staged, object: withVariables(object, (key, text) => follow(who, key, text)) };
  });
  return { objects: changed, told };
};

/** What leads to a namespace, production's say. */
function addressesIn(text: string, namespace: string | undefined): string[] {
  if (namespace === undefined) return [];
  return [...text.matchAll(new RegExp(`[\\w-]+\\.${namespace}\\.svc\\b`, 'g'))].map(
    ([found]) => found,
  );
}

interface Move {
  readonly name: string;
  readonly other: string;
  readonly patterns: readonly { readonly from: RegExp; readonly to: string }[];
}

function moveOf(name: string, before: string | undefined, { place }: AdaptFacts): Move {
  const other = place.suffix === '' ? name : ended(name, place.suffix, 63);
  const host = name.replaceAll(/[.\\]/g, '\\$&');
  const start = '(^|[^\\w.-])';
  const patterns = [];
  if (before !== undefined && before !== place.namespace) {
    const from = new RegExp(`${start}${host}\\.${before}(?=\\.svc\\b|[:/\\s"',;]|$)`, 'g');
    patterns.push({ from, to: `$1${other}.${place.namespace}` });
  }
  if (other !== name) {
    // After a scheme or a user, or before a port: nothing else looks like that.
    patterns.push({ from: new RegExp(`(://|@)${host}(?=[:/?\\s"',;]|$)`, 'g'), to: `$1${other}` });
    patterns.push({ from: new RegExp(`${start}${host}(?=:\\d{2,5}\\b)`, 'g'), to: `$1${other}` });
    const inside = new RegExp(`${start}${host}\\.(?=${place.namespace}\\b|svc\\b)`, 'g');
    patterns.push({ from: inside, to: `$1${other}.` });
  }
  return { name, other, patterns };
}

const hostKey = /(^|[_.-])(HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$/i;

function applied({ name, other, patterns }: Move, key: string, text: string): string {
  if (text === name && hostKey.test(key)) return other;
  return patterns.reduce((changed, { from, to }) => changed.replaceAll(from, to), text);
}

type Follow = (key: string, text: string) => string;

function withData(object: KubeObject, follow: Follow): KubeObject {
  if (kindKey(object) !== 'ConfigMap.' || object.data === undefined) return object;
  const data = Object.entries(fieldsOf(object.data)).map(([key, text]) => [
    key,
    typeof text === 'string' ? follow(key, text) : text,
  ]);
  return { ...object, data: Object.fromEntries(data) };
}

function withVariables(object: KubeObject, follow: Follow): KubeObject {
  return withContainers(object, (container) => {
    if (container.env === undefined) return container;
    const env = listOf(container.env).map((variable) =>
      typeof variable.value === 'string'
        ? { ...variable, value: follow(textOf(variable.name), variable.value) }
        : variable,
    );
    return { ...container, env };
  });
}
