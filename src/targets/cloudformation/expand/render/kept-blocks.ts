import { type Problem, UserError } from '../../../../core/user-error.ts';
import type { PreviewEntry, SharedState } from '../shared-state.ts';
import { entryEnd } from '../syntax/insertion.ts';
import type { MapNode } from '../syntax/syntax-tree.ts';
import { sectionOf, type TemplateTree } from '../syntax/template-tree.ts';
import type { CloneCounts } from './state-text.ts';

/** What one preview has in a text, character by character. */
export interface KeptBlock {
  readonly resources: string;
  readonly outputs: string;
  readonly counts: CloneCounts;
  /** How the text around it is written: where that differs, it cannot be carried over. */
  readonly flow: boolean;
  readonly indent: string;
}

/** A text with previews in it, taken apart. */
export interface Blocks {
  readonly state: SharedState;
  /** Parallel to the previews of the state; absent = the memory does not say. */
  readonly counts: readonly (CloneCounts | undefined)[];
  /** Regions of ours in block style, with where they stand. */
  readonly regions: readonly { readonly start: number; readonly end: number }[];
  /** The whole text, with everything of ours in it. */
  readonly whole: TemplateTree;
  readonly revisionId: string;
}

/** Kayron's header of a preview's block. */
const header =
  /^[ \t]*#\r?\n[ \t]*# AUTO GENERATED PREVIEW DEPLOYMENT [A-Z0-9-]+\r?\n[ \t]*#\r?\n/gm;

/** How a preview is found among the blocks. */
export function blockKey({ service, id }: Pick<PreviewEntry, 'service' | 'id'>): string {
  return `${service} ${id}`;
}

/** Every preview's own text. Throws a `UserError` where someone has edited it. */
export function keptBlocks(blocks: Blocks): ReadonlyMap<string, KeptBlock> {
  const resources = textsIn(blocks, 'Resources', 0);
  const outputs = textsIn(blocks, 'Outputs', 1);
  const kept = new Map<string, KeptBlock>();
  for (const [index, entry] of blocks.state.previews.entries()) {
    const counts = blocks.counts[index];
    const own = resources.texts[index];
    const out = outputs.texts[index];
    if (!counts || own === undefined || out === undefined) throw unreadable(blocks, entry);
    const { flow, indent } = resources;
    kept.set(blockKey(entry), { resources: own, outputs: out, counts, flow, indent });
  }
  return kept;
}

interface SectionTexts {
  /** Parallel to the previews; `''` = it has nothing there, `undefined` = it cannot be told. */
  readonly texts: readonly (string | undefined)[];
  readonly flow: boolean;
  readonly indent: string;
}

function textsIn(blocks: Blocks, name: string, which: 0 | 1): SectionTexts {
  const value = sectionOf(blocks.whole, name)?.value;
  const sizes = blocks.counts.map((counts) => counts?.[which]);
  if (value?.kind !== 'map') {
    return { texts: sizes.map((size) => (size === 0 ? '' : undefined)), flow: false, indent: '' };
  }
  return value.flow ? flowTexts(blocks, value, sizes) : blockTexts(blocks, value, sizes);
}

/** Entries at the end of the map, in the order of the previews; after them at most our revision. */
function flowTexts(
  { whole, revisionId }: Blocks,
  map: MapNode,
  sizes: readonly (number | undefined)[],
): SectionTexts {
  const { source } = whole;
  const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const revision = map.pairs.at(-1)?.name === revisionId ? 1 : 0;
  let at = map.pairs.length - total - revision;
  const texts = sizes.map((size) => {
    const from = at;
    at += size ?? 0;
    const isThere = size !== undefined && from >= 0;
    return isThere ? source.slice(entryEnd(map, from - 1), entryEnd(map, at - 1)) : undefined;
  });
  return { texts: at <= map.pairs.length ? texts : [], flow: true, indent: '' };
}

/** The blocks between their headers, in the order of the previews that have one. */
function blockTexts(
  blocks: Blocks,
  map: MapNode,
  sizes: readonly (number | undefined)[],
): SectionTexts {
  const { source } = blocks.whole;
  const region = blocks.regions.find(({ start, end }) =>
    map.pairs.some(({ from }) => from > start && from < end),
  );
  const found = region ? split(source.slice(region.start, region.end), blocks.revisionId) : [];
  const [first] = found;
  const indent = /^[ \t]*/.exec(first ?? '')?.[0] ?? '';
  let next = 0;
  const texts = sizes.map((size) => {
    if (size === 0) return '';
    next += 1;
    return size === undefined ? undefined : found[next - 1];
  });
  return { texts: next === found.length ? texts : [], flow: false, indent };
}

/** From header to header; the last ends with the mark of the region, or our revision before it. */
function split(region: string, revisionId: string): readonly string[] {
  const starts = [...region.matchAll(header)].map(({ index }) => index);
  const tail = new RegExp(`^[ \\t]*(?:${revisionId}:|# <<< understudy)`, 'm').exec(region);
  const end = tail?.index ?? region.length;
  return starts.map((start, index) => region.slice(start, starts[index + 1] ?? end));
}

function unreadable({ whole }: Blocks, { service, id }: PreviewEntry): UserError {
  const problem: Problem = {
    message: `the block of preview ${id} of ${service} cannot be told from the rest of the template`,
    hint: 'Someone has edited it: put it back as it was, or remove the preview by hand.',
    location: { file: whole.file },
  };
  return UserError.all([problem]);
}
