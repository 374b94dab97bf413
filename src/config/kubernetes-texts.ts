import type { Path } from './plain-values.ts';

const mappings = new Set(['quota', 'container-defaults', 'requests', 'limits', 'annotations']);
const lists = new Set(['command', 'args']);
const texts = new Set(['version', 'storage', 'max-size']);

/** Amounts, versions and words of commands are texts whatever they look like: `1.10` stays `1.10`. */
export function isKubernetesText(path: Path): boolean {
  const below = path.slice(path.indexOf('kubernetes') + 1);
  if (below.length === path.length) return false;
  const [key, parent] = [below.at(-1), below.at(-2)];
  if (typeof key === 'number') return typeof parent === 'string' && lists.has(parent);
  return mappings.has(String(parent)) || (texts.has(String(key)) && parent === 'postgres');
}
