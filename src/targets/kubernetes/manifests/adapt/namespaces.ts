import { fieldsOf, textOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import type { StagedObject } from '../../stage.ts';
import { rewritten } from '../rewrite.ts';
import { type AdaptFacts, type AdaptStep, kindKey, nameOf, problemAt } from './adaptation.ts';

const nameKey = 'kubernetes.io/metadata.name';

/** Everything comes to be in the preview's namespace; manifests that are for two of them are refused. */
export const adaptNamespace: AdaptStep = (objects, facts) => {
  const { namespace } = facts.place;
  const placed = objects.filter(({ object }) => facts.isNamespaced(object) !== false);
  const before = sourceNamespace(objects, facts);
  const problems = placed.flatMap((staged) => {
    const own = staged.object.metadata.namespace;
    if (own === undefined || own === before || own === namespace) return [];
    return problemAt(
      staged,
      `${nameOf(staged.object)} is in the namespace ${own}, and others are in ${before}: a preview has one namespace`,
      'Take out what does not belong to the application, or make it a service of its own in `preview.services`.',
    );
  });
  const accounts = new Set(
    objects
      .filter(({ object }) => kindKey(object) === 'ServiceAccount.')
      .map(({ object }) => object.metadata.name),
  );
  const gateways = new Set(
    objects
      .filter(({ object }) => object.kind === 'Gateway')
      .map(({ object }) => object.metadata.name),
  );
  const change = (object: KubeObject) =>
    placedObject(withNamespaces(object, { before, namespace, accounts, gateways }), facts);
  const told =
    before !== undefined && before !== namespace ? [`namespace ${namespace}, not ${before}`] : [];
  const changed = objects.map((staged) => ({ ...staged, object: change(staged.object) }));
  return { objects: changed, told, problems };
};

/** The namespace that the manifests are written for; `undefined` = they name none. */
export function sourceNamespace(
  objects: readonly StagedObject[],
  { isNamespaced }: Pick<AdaptFacts, 'isNamespaced'>,
): string | undefined {
  return objects
    .filter(({ object }) => isNamespaced(object) !== false)
    .map(({ object }) => object.metadata.namespace)
    .find((name) => name !== undefined);
}

function placedObject(object: KubeObject, { isNamespaced, place }: AdaptFacts): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return isNamespaced(object) === false
    ? { ...object, metadata: metadata as KubeObject['metadata'] }
    : { ...object, metadata: { ...object.metadata, namespace: place.namespace } };
}

interface Move {
  readonly before: string | undefined;
  readonly namespace: string;
  /** Of the manifests, by name. */
  readonly accounts: ReadonlySet<string>;
  readonly gateways: ReadonlySet<string>;
}

/** Namespaces that fields name. What is said of others stays. */
function withNamespaces(object: KubeObject, move: Move): KubeObject {
  const { before, namespace, accounts, gateways } = move;
  const moved = rewritten(object, 'subjects.*', (subject) => {
    const fields = fieldsOf(subject);
    const isOurs = fields.namespace === before || accounts.has(textOf(fields.name));
    return fields.kind === 'ServiceAccount' && isOurs ? { ...fields, namespace } : subject;
  });
  if (before === undefined) return moved;
  const selectors = ['spec.ingress.*.from.*', 'spec.egress.*.to.*'].reduce(
    (changed, path) =>
      rewritten(changed, `${path}.namespaceSelector.matchLabels`, (labels) => {
        const fields = fieldsOf(labels);
        return fields[nameKey] === before ? { ...fields, [nameKey]: namespace } : labels;
      }),
    moved,
  );
  const backends = rewritten(selectors, 'spec.rules.*.backendRefs.*', (reference) => {
    const fields = fieldsOf(reference);
    return fields.namespace === before ? { ...fields, namespace } : reference;
  });
  return rewritten(backends, 'spec.parentRefs.*', (reference) => {
    const fields = fieldsOf(reference);
    const isOurs = gateways.has(textOf(fields.name));
    if (isOurs) return fields.namespace === before ? { ...fields, namespace } : reference;
    // A gateway beside the application in production stays the one there.
    return fields.namespace === undefined ? { ...fields, namespace: before } : reference;
  });
}
