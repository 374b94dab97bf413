const longest = 256;
const tagForm = /^[\w][\w.-]{0,127}$/;

/**
 * What a stage says it runs, if it can be a version: one word of a length that versions have. It comes from outside,
 * and is shown and sent on.
 */
export function versionText(text: string): string | undefined {
  const trimmed = text.trim();
  const isWord = trimmed !== '' && trimmed.length <= longest && !/[\s\p{C}]/u.test(trimmed);
  return isWord ? trimmed : undefined;
}

/**
 * The version in a value: of a reference to an image (`registry:5000/shop/web:v1@sha256:…`) its tag, or its digest where
 * it has no tag; `undefined` where it has neither. Any other text is the version itself.
 */
export function versionInValue(text: string): string | undefined {
  const value = versionText(text);
  if (value === undefined) return undefined;
  const [named = '', digest] = value.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && tagForm.test(tag) && colon > 0)
    return isAlgorithm(named, tag) ? value : tag;
  if (digest !== undefined && named !== '') return digest;
  return isReference(named) ? undefined : value;
}

/** The tag, or digest, of an image; `undefined` where it names neither. */
export function versionInImage(image: string): string | undefined {
  const value = versionText(image);
  if (value === undefined) return undefined;
  const version = versionInValue(value);
  return version === value ? undefined : version;
}

/** `sha256:0123…` alone is a digest. */
function isAlgorithm(named: string, tag: string): boolean {
  return /^[a-z0-9]+:/.test(named) && /^[0-9a-f]{32,}$/.test(tag);
}

/** A host, or a path below one, without a tag: nothing of it says which version. */
function isReference(named: string): boolean {
  return /^(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?\//.test(named);
}
