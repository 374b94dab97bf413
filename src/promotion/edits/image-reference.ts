const digestForm = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-zA-Z=_-]+$/;
const tagForm = /^[\w][\w.-]{0,127}$/;

/**
 * The reference with another tag or digest: `registry:5000/web:v1` with the tag `v2` is `registry:5000/web:v2`. What the
 * other of the two said is taken away, as it would win or mislead. `undefined` when `value` is none.
 */
export function withImagePart(
  reference: string,
  part: 'tag' | 'digest',
  value: string,
): string | undefined {
  if (!(part === 'tag' ? tagForm : digestForm).test(value)) return undefined;
  const { name } = partsOf(reference);
  return part === 'tag' ? `${name}:${value}` : `${name}@${value}`;
}

/** The tag or digest of a reference; `undefined` where it has none, or the tag's place is taken by a digest. */
export function imagePart(reference: string, part: 'tag' | 'digest'): string | undefined {
  const { tag, digest } = partsOf(reference);
  if (part === 'digest') return digest;
  return digest === undefined ? tag : undefined;
}

function partsOf(reference: string): {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
} {
  const [named = '', digest] = reference.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  return colon < 0
    ? { name: named, tag: undefined, digest }
    : { name: named.slice(0, colon), tag: named.slice(colon + 1), digest };
}
