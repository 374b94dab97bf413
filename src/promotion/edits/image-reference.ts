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
  const [named = ''] = reference.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  return part === 'tag' ? `${name}:${value}` : `${name}@${value}`;
}
