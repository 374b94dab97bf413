import { type Problem, UserError } from '../../../../core/user-error.ts';
import type { SharedState } from '../shared-state.ts';
import { entryEnd } from '../syntax/insertion.ts';
import { nextLine } from '../syntax/source-text.ts';
import type { MapNode } from '../syntax/syntax-tree.ts';
import { parseTemplate, sectionOf, type TemplateTree } from '../syntax/template-tree.ts';
import { pairOf } from '../syntax/tree-lookup.ts';
import { logicalSuffix } from './filling.ts';
import { type KeptBlock, keptBlocks } from './kept-blocks.ts';
import { type Memory, memoryKey, readMemoryJson, readMemoryLines } from './state-text.ts';

/** Around what is ours in block style. */
export const beginMark =
  '# >>> understudy: previews of pull requests, written by Understudy; edits are lost';
export const endMark = '# <<< understudy';

/** Logical id of the resource that carries a hash of the state. */
export const revisionId = 'UnderstudyRevision';

const beginForm = /^[ \t]*# >>> understudy: [^\n]*$/gm;
const endForm = /^[ \t]*# <<< understudy[ \t]*\r?$/gm;

/** A template without what is ours, and what it remembered. */
export interface Separated {
  readonly tree: TemplateTree;
  readonly state: SharedState;
}

/** What each preview has in a text, character by character. Throws a `UserError` where someone has edited it. */
export function blocksIn(text: string, file: string): ReadonlyMap<string, KeptBlock> {
  const { memory, regions } = remembered(text, file);
  if (!memory) return new Map();
  const { state, counts } = memory;
  return keptBlocks({ state, counts, regions, whole: parseTemplate(text, file), revisionId });
}

/** Takes everything of ours out of a template. Throws a `UserError` where someone has edited it. */
export function separate(text: string, file: string): Separated {
  const { rest, tree, memory, inline } = remembered(text, file);
  if (!memory) return { tree, state: { previews: [], held: [] } };
  const cuts = inlineCuts(tree, memory, inline);
  if (cuts.length === 0) return { tree, state: memory.state };
  return { tree: parseTemplate(withoutCuts(rest, cuts), file), state: memory.state };
}

interface Remembered {
  /** Without our regions. */
  readonly rest: string;
  readonly tree: TemplateTree;
  readonly memory: Memory | undefined;
  /** The memory is written with braces. */
  readonly inline: boolean;
  readonly regions: readonly Cut[];
}

function remembered(text: string, file: string): Remembered {
  const { rest, regions } = withoutRegions(text, file);
  const tree = parseTemplate(rest, file);
  const memories = regions
    .map(({ start, end }) => readMemoryLines(text.slice(start, end)))
    .filter((memory) => memory !== undefined);
  const inline = inlineMemory(tree);
  const [memory, second] = inline ? [...memories, inline] : memories;
  if (second || (regions.length > 0 && !memory) || (!inline && memoryPair(tree))) {
    throw UserError.all([edited(file)]);
  }
  return { rest, tree, memory, inline: inline !== undefined, regions };
}

function withoutRegions(text: string, file: string): { rest: string; regions: readonly Cut[] } {
  const begins = [...text.matchAll(beginForm)].map(({ index }) => index);
  const ends = [...text.matchAll(endForm)].map(({ index }) => index);
  const cuts: Cut[] = [];
  for (const [nth, begin] of begins.entries()) {
    const end = ends[nth];
    const isWhole = end !== undefined && end > begin && end < (begins[nth + 1] ?? text.length);
    if (!isWhole || begins.length !== ends.length) throw UserError.all([edited(file)]);
    const after = nextLine(text, end);
    cuts.push({ start: begin, end: after });
  }
  if (ends.length > begins.length) throw UserError.all([edited(file)]);
  return { rest: withoutCuts(text, closed(text, cuts)), regions: cuts };
}

/** At the end of a text without a last line break, the break before our regions is ours too. */
function closed(text: string, cuts: readonly Cut[]): readonly Cut[] {
  const last = cuts.at(-1);
  if (last?.end !== text.length || text.endsWith('\n')) return cuts;
  let first = cuts.length - 1;
  while (cuts[first - 1]?.end === cuts[first]?.start) first -= 1;
  const start = (cuts[first] ?? last).start;
  const before = /\r?\n$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return cuts.map((cut, index) => (index === first ? { ...cut, start: start - before } : cut));
}

function memoryPair(tree: TemplateTree) {
  return pairOf(sectionOf(tree, 'Metadata')?.value, memoryKey);
}

function inlineMemory(tree: TemplateTree): Memory | undefined {
  const value = memoryPair(tree)?.value;
  if (value?.kind !== 'map' || !value.flow) return undefined;
  return readMemoryJson(tree.source.slice(value.start, value.end));
}

interface Cut {
  readonly start: number;
  readonly end: number;
}

function inlineCuts(tree: TemplateTree, memory: Memory, isInline: boolean): readonly Cut[] {
  const suffixes = memory.state.previews.map(({ id }) => logicalSuffix(id));
  const isOurs = (name: string) =>
    name === revisionId || suffixes.some((suffix) => name.endsWith(suffix));
  const metadata = memory.section
    ? lastEntries(tree, tree.root, 1, (name) => name === 'Metadata')
    : lastEntries(tree, sectionMap(tree, 'Metadata'), isInline ? 1 : 0, (key) => key === memoryKey);
  return [
    ...metadata,
    ...lastEntries(tree, sectionMap(tree, 'Resources'), memory.resources, isOurs),
    ...lastEntries(tree, sectionMap(tree, 'Outputs'), memory.outputs, isOurs),
  ].sort((a, b) => a.start - b.start);
}

function sectionMap(tree: TemplateTree, name: string): MapNode | undefined {
  const value = sectionOf(tree, name)?.value;
  return value?.kind === 'map' ? value : undefined;
}

function lastEntries(
  { file }: TemplateTree,
  map: MapNode | undefined,
  count: number,
  isOurs: (name: string) => boolean,
): readonly Cut[] {
  if (count === 0) return [];
  const first = (map?.pairs.length ?? 0) - count;
  if (!map || first < 0 || !map.pairs.slice(first).every(({ name }) => isOurs(name))) {
    throw UserError.all([edited(file)]);
  }
  return [{ start: entryEnd(map, first - 1), end: entryEnd(map, map.pairs.length - 1) }];
}

function withoutCuts(text: string, cuts: readonly Cut[]): string {
  let rest = '';
  let at = 0;
  for (const { start, end } of cuts) {
    rest += text.slice(at, start);
    at = end;
  }
  return rest + text.slice(at);
}

function edited(file: string): Problem {
  return {
    message:
      'what Understudy wrote into this template has been edited, so that it cannot be told from the rest',
    hint: `Take out \`Metadata: { ${memoryKey}: … }\` and everything between the lines \`# >>> understudy\` and \`# <<< understudy\`; the next run writes it anew.`,
    location: { file },
  };
}
