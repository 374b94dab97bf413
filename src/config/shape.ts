import type { Path } from './plain-values.ts';

/** The parts of a valibot schema that its keys can be read from. */
interface SchemaNode {
  readonly type: string;
  readonly wrapped?: SchemaNode;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly value?: SchemaNode;
  readonly item?: SchemaNode;
  readonly options?: readonly unknown[];
  readonly message?: unknown;
}

/** Something whose keys are not those of its section. */
export type ShapeFault =
  | {
      readonly kind: 'unknown-key';
      readonly path: Path;
      readonly known: readonly string[];
      /** Sections further down that do have such a key, as `preview.eligible`. */
      readonly elsewhere: readonly string[];
    }
  | { readonly kind: 'not-a-mapping'; readonly path: Path; readonly message: string };

/**
 * All unknown keys, and lists where a mapping belongs. valibot names only the first unknown key of an object,
 * and takes a list for an object.
 */
export function findShapeFaults(schema: unknown, value: unknown, path: Path = []): ShapeFault[] {
  const node = formOf(unwrap(schema as SchemaNode), value);
  if (Array.isArray(value) && isMappingOrText(node))
    return [{ kind: 'not-a-mapping', path, message: String(node.message) }];
  if (Array.isArray(value) && node.item)
    return value.flatMap((inner, index) => findShapeFaults(node.item, inner, [...path, index]));
  if (!node.entries && node.type !== 'record') return [];
  if (Array.isArray(value)) return [{ kind: 'not-a-mapping', path, message: String(node.message) }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): ShapeFault[] => {
    const child = node.entries ? ownEntry(node.entries, key) : node.value;
    if (child) return findShapeFaults(child, inner, [...path, key]);
    const known = Object.keys(node.entries ?? {});
    const isInList = path.some((step) => typeof step === 'number');
    const elsewhere = sectionsWith(key, node, isInList ? '' : path.join('.'));
    return [{ kind: 'unknown-key', path: [...path, key], known, elsewhere }];
  });
}

/** A union with a mapping among its forms and no list: valibot would take a list for the mapping. */
function isMappingOrText({ type, options = [] }: SchemaNode): boolean {
  const types = options.map((option) => (option as SchemaNode).type);
  const isMapping = types.includes('record') || types.includes('strict_object');
  return type === 'union' && isMapping && !types.includes('array');
}

/** Of a union the form that has the shape of the value, where that has keys of its own. */
function formOf(node: SchemaNode, value: unknown): SchemaNode {
  if (node.type !== 'union') return node;
  const forms = (node.options ?? []).map((option) => unwrap(option as SchemaNode));
  const key = Array.isArray(value) ? 'item' : 'entries';
  return forms.find((form) => form[key] !== undefined) ?? node;
}

function sectionsWith(key: string, node: SchemaNode, at: string): string[] {
  return Object.entries(node.entries ?? {}).flatMap(([name, schema]) => {
    const below = formOf(unwrap(schema), undefined);
    const place = at === '' ? name : `${at}.${name}`;
    const here = below.entries && ownEntry(below.entries, key) ? [place] : [];
    return [...here, ...sectionsWith(key, below, place)];
  });
}

function ownEntry(entries: Readonly<Record<string, SchemaNode>>, key: string) {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

function unwrap(schema: SchemaNode): SchemaNode {
  return schema.wrapped ? unwrap(schema.wrapped) : schema;
}
