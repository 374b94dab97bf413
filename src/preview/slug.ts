import { sha256Hex } from '../core/sha256.ts';

/** Longest DNS label (RFC 1035, section 2.3.4). */
const labelLimit = 63;
const dnsLabel = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const looksHashed = /-[0-9a-f]{8}$/;

/**
 * The branch as one DNS label of at most 63 characters, injective: a branch that is a label already and does
 * not look like one of ours stays itself; any other is folded and carries 8 hex digits of its own SHA-256.
 */
export function branchSlug(branch: string): string {
  if (isDnsLabel(branch) && !looksHashed.test(branch)) return branch;
  const hash = sha256Hex(branch).slice(0, 8);
  const room = labelLimit - hash.length - 1;
  const stem = fold(branch).slice(0, room).replace(/-+$/, '');
  return stem === '' ? `x-${hash}` : `${stem}-${hash}`;
}

/** Whether the text is one lower-case DNS label (RFC 1123). */
export function isDnsLabel(text: string): boolean {
  return text.length <= labelLimit && dnsLabel.test(text);
}

function fold(branch: string): string {
  return branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
}
