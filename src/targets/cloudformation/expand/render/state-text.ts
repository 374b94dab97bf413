import type { HeldEntry, PreviewEntry, SharedState } from '../shared-state.ts';

/** How many resources and outputs a preview has in the text. */
export type CloneCounts = readonly [resources: number, outputs: number];

/** What else the metadata says, for templates that are written with braces. */
export interface InlineMarks {
  /** Resources and outputs at the end of their sections that are ours. */
  readonly resources: number;
  readonly outputs: number;
  /** The section `Metadata` itself is ours. */
  readonly section: boolean;
  /** Parallel to the previews. */
  readonly clones?: readonly CloneCounts[];
}

/** The metadata of a template: what it remembers, and how to find what is ours in it. */
export interface Memory extends InlineMarks {
  readonly state: SharedState;
  /** Parallel to the previews; absent = not remembered. */
  readonly counts: readonly (CloneCounts | undefined)[];
}

/** Key of the template's metadata. */
export const memoryKey = 'Understudy';

const formatVersion = 1;

/** Each line of the state, as JSON in ASCII: CloudFormation keeps no other characters. */
function previewLine(entry: PreviewEntry, clones?: CloneCounts): string {
  const { service, id, repository, pullRequest, commit, fingerprint, requested } = entry;
  const { createdAt, expiresAt, priorities, url } = entry;
  return ascii({
    ...{ service, id, repository, pullRequest, commit, fingerprint, requested, createdAt },
    ...(expiresAt !== undefined && { expiresAt }),
    priorities,
    ...(url !== undefined && { url }),
    ...(clones && { clones }),
  });
}

function heldLine({ service, id, pullRequest, commit, attempts, reason, at }: HeldEntry) {
  return ascii({ service, id, pullRequest, commit, attempts, reason, at });
}

/** The lines below `Understudy:`, without indentation. */
export function memoryLines(state: SharedState, marks: InlineMarks): readonly string[] {
  return [
    `Version: ${formatVersion}`,
    ...(marks.resources > 0 ? [`InlineResources: ${marks.resources}`] : []),
    ...(marks.outputs > 0 ? [`InlineOutputs: ${marks.outputs}`] : []),
    ...listLines('Previews', previewLines(state, marks)),
    ...listLines('Held', state.held.map(heldLine)),
  ];
}

/** The value of `Understudy` in braces; `lineBreak` with the indentation of its entries. */
export function memoryJson(state: SharedState, marks: InlineMarks, lineBreak: string): string {
  const items = (lines: readonly string[]) =>
    lines.length === 0 ? '[]' : `[${lines.map((line) => `${lineBreak}${line}`).join(',')}]`;
  const head = { Version: formatVersion, ...namedMarks(marks) };
  const fields = [
    ...Object.entries(head).map(([name, value]) => `"${name}": ${value}`),
    `"Previews": ${items(previewLines(state, marks))}`,
    `"Held": ${items(state.held.map(heldLine))}`,
  ];
  return `{${fields.join(', ')}}`;
}

function previewLines({ previews }: SharedState, { clones }: InlineMarks): readonly string[] {
  return previews.map((entry, index) => previewLine(entry, clones?.[index]));
}

function namedMarks({ resources, outputs, section }: InlineMarks) {
  return { InlineResources: resources, InlineOutputs: outputs, InlineSection: section };
}

/** Reads what `memoryLines` wrote; `undefined` = something else. */
export function readMemoryLines(region: string): Memory | undefined {
  const lines = region.split('\n').map((line) => line.trim());
  const start = lines.indexOf(`${memoryKey}:`);
  const held = lines.findIndex((line) => line === 'Held:' || line === 'Held: []');
  if (start < 0 || held < start || !lines.includes(`Version: ${formatVersion}`)) return undefined;
  const number = (name: string) =>
    Number(lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? 0);
  const entries = (from: number, to: number) =>
    `[${lines
      .slice(from, to)
      .filter((line) => line.startsWith('- {'))
      .map((line) => line.slice(2))
      .join(',')}]`;
  const json = `{"Version": ${formatVersion}, "InlineResources": ${number('InlineResources')}, "InlineOutputs": ${number('InlineOutputs')}, "InlineSection": false, "Previews": ${entries(start, held)}, "Held": ${entries(held, lines.length)}}`;
  return readMemoryJson(json);
}

/** Reads what `memoryJson` wrote; `undefined` = something else. */
export function readMemoryJson(text: string): Memory | undefined {
  const read = parsed(text);
  if (!isRecord(read) || read.Version !== formatVersion) return undefined;
  const { Previews: previews, Held: held } = read;
  if (!Array.isArray(previews) || !previews.every(isPreviewEntry)) return undefined;
  if (!Array.isArray(held) || !held.every(isHeldEntry)) return undefined;
  return {
    state: { previews: previews.map(withoutClones), held },
    counts: previews.map(clonesOf),
    resources: Number(read.InlineResources),
    outputs: Number(read.InlineOutputs),
    section: read.InlineSection === true,
  };
}

function isPreviewEntry(value: unknown): value is PreviewEntry {
  return (
    isRecord(value) &&
    ['service', 'id', 'repository', 'commit', 'fingerprint', 'createdAt'].every(
      (name) => typeof value[name] === 'string',
    ) &&
    Number.isInteger(value.pullRequest) &&
    typeof value.requested === 'boolean' &&
    ['string', 'undefined'].includes(typeof value.expiresAt) &&
    ['string', 'undefined'].includes(typeof value.url) &&
    Array.isArray(value.priorities) &&
    value.priorities.every(Number.isInteger)
  );
}

function withoutClones({ clones: _, ...entry }: PreviewEntry & { clones?: unknown }): PreviewEntry {
  return entry;
}

function clonesOf({ clones }: PreviewEntry & { clones?: unknown }): CloneCounts | undefined {
  const isCounts = Array.isArray(clones) && clones.length === 2 && clones.every(Number.isInteger);
  return isCounts ? [Number(clones[0]), Number(clones[1])] : undefined;
}

function isHeldEntry(value: unknown): value is HeldEntry {
  return (
    isRecord(value) &&
    ['service', 'id', 'commit', 'reason', 'at'].every((name) => typeof value[name] === 'string') &&
    Number.isInteger(value.pullRequest) &&
    Number.isInteger(value.attempts)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listLines(name: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [`${name}: []`] : [`${name}:`, ...lines.map((line) => `  - ${line}`)];
}

function ascii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
