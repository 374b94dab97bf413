import { sha256Hex } from '../../../../core/sha256.ts';
import type { SharedState } from '../shared-state.ts';
import type { Insertion } from '../syntax/insertion.ts';
import { hole, type Piece } from '../syntax/pieces.ts';
import { type Compiled, compile, type Filling, fill } from './compiled.ts';
import type { ImagePart } from './image-changes.ts';
import type { KeptBlock } from './kept-blocks.ts';
import { beginMark, endMark, revisionId } from './ours.ts';
import type { CloneTexts } from './service-clones.ts';
import type { Sites } from './sites.ts';
import {
  type CloneCounts,
  type InlineMarks,
  memoryJson,
  memoryKey,
  memoryLines,
} from './state-text.ts';

/** A preview, ready to be put into the text. */
export interface FilledPreview {
  readonly service: string;
  readonly filling: Filling;
  readonly part: ImagePart;
}

/** A preview whose text is carried over. */
export interface CarriedPreview {
  readonly block: KeptBlock;
}

/** What is put at one place of the text. */
interface Put {
  readonly at: number;
  readonly text: string;
}

/** The clones of one preview of a service, as they stand at a place. */
interface Blocks {
  readonly resources: Compiled;
  readonly outputs: Compiled;
  readonly counts: { readonly resources: number; readonly outputs: number };
}

/** Writes templates: everything that can be prepared is, once for each service. */
export class TemplateWriter {
  readonly #base: string;
  readonly #sites: Sites;
  readonly #texts: (service: string, part: ImagePart) => CloneTexts;
  readonly #blocks = new Map<string, Blocks>();

  constructor(base: string, sites: Sites, texts: (service: string, part: ImagePart) => CloneTexts) {
    this.#base = base;
    this.#sites = sites;
    this.#texts = texts;
  }

  write(
    previews: readonly (FilledPreview | CarriedPreview)[],
    state: SharedState,
    revision: boolean,
  ): string {
    const { resources, outputs, metadata } = this.#sites;
    let resourceText = '';
    let outputText = '';
    const counts = { resources: revision ? 1 : 0, outputs: 0 };
    const clones: CloneCounts[] = [];
    for (const preview of previews) {
      const made = this.#textOf(preview);
      resourceText += made.resources;
      outputText += made.outputs;
      counts.resources += made.counts[0];
      counts.outputs += made.counts[1];
      clones.push(made.counts);
    }
    if (revision) resourceText += this.#revision(state);
    const marks = {
      resources: resources.flow ? counts.resources : 0,
      outputs: outputs?.flow ? counts.outputs : 0,
      section: this.#sites.isOwnSection,
      clones,
    };
    return this.#assemble([
      ...(resourceText === '' ? [] : [this.#put(resources, resourceText)]),
      ...(outputs && outputText !== '' ? [this.#put(outputs, outputText)] : []),
      this.#put(metadata, this.#memory(state, marks)),
    ]);
  }

  #textOf(
    preview: FilledPreview | CarriedPreview,
  ): Pick<KeptBlock, 'resources' | 'outputs' | 'counts'> {
    if ('block' in preview) return this.#carried(preview.block);
    const { resources, outputs, counts } = this.#blocksOf(preview.service, preview.part);
    return {
      resources: fill(resources, preview.filling),
      outputs: fill(outputs, preview.filling),
      counts: [counts.resources, counts.outputs],
    };
  }

  /** Line ends do not survive CloudFormation's XML. */
  #carried({ resources, outputs, counts }: KeptBlock) {
    const own = (text: string) => text.replace(/\r?\n/g, this.#sites.lineBreak);
    return { resources: own(resources), outputs: own(outputs), counts };
  }

  /** Whether a text of another template can stand in this one. */
  takes({ flow, indent }: KeptBlock): boolean {
    const { resources } = this.#sites;
    return flow === resources.flow && (flow || indent === resources.indent);
  }

  #blocksOf(service: string, part: ImagePart): Blocks {
    const key = `${part} ${service}`;
    const known = this.#blocks.get(key);
    if (known) return known;
    const texts = this.#texts(service, part);
    const blocks = {
      resources: compile(this.#clones(this.#sites.resources, texts.resources)),
      outputs: compile(this.#clones(this.#sites.outputs, texts.outputs)),
      counts: { resources: texts.resources.length, outputs: texts.outputs.length },
    };
    this.#blocks.set(key, blocks);
    return blocks;
  }

  #clones(site: Insertion | undefined, clones: readonly (readonly Piece[])[]): Piece[] {
    if (!site || clones.length === 0) return [];
    if (site.flow) return clones.flatMap((clone) => [`,${site.indent}`, ...clone]);
    const { lineBreak } = this.#sites;
    const line = `${site.indent}#`;
    const upper = hole('upper');
    return [
      `${line}${lineBreak}${line} AUTO GENERATED PREVIEW DEPLOYMENT `,
      ...[upper, `${lineBreak}${line}${lineBreak}${lineBreak}`],
      ...clones.flatMap((clone) => [site.indent, ...clone, ...this.#after(clone)]),
    ];
  }

  /** A block scalar brings its own line break, and an empty line more would be one of its own. */
  #after(clone: readonly Piece[]): Piece[] {
    const last = clone.at(-1);
    const { lineBreak } = this.#sites;
    return typeof last === 'string' && last.endsWith('\n') ? [] : [`${lineBreak}${lineBreak}`];
  }

  #revision(state: SharedState): string {
    const { lineBreak, resources } = this.#sites;
    const hash = sha256Hex(JSON.stringify(state)).slice(0, 16);
    const type = 'AWS::CloudFormation::WaitConditionHandle';
    if (resources.flow) {
      return `,${resources.indent}"${revisionId}": {"Type": "${type}", "Metadata": {"${memoryKey}": "${hash}"}}`;
    }
    return [`${revisionId}:`, `  Type: ${type}`, '  Metadata:', `    ${memoryKey}: "${hash}"`, '']
      .map((text) => (text === '' ? '' : resources.indent + text))
      .join(lineBreak);
  }

  #memory(state: SharedState, marks: InlineMarks): string {
    const { metadata, isOwnSection, lineBreak } = this.#sites;
    if (metadata.flow) return this.#inlineMemory(metadata, state, marks);
    const lines = [`${memoryKey}:`, ...memoryLines(state, marks).map((line) => `  ${line}`)];
    const section = isOwnSection ? ['Metadata:', ...lines.map((line) => `  ${line}`)] : lines;
    return section.map((line) => `${metadata.indent}${line}${lineBreak}`).join('');
  }

  #inlineMemory(site: Insertion, state: SharedState, marks: InlineMarks): string {
    const comma = site.isFirst ? '' : ',';
    const step = site.indent.includes('\n') ? (/[ \t]+$/.exec(site.indent)?.[0] ?? '') : '';
    const deeper = site.indent.includes('\n') ? `${site.indent}${step || '  '}` : '';
    const memory = memoryJson(state, marks, deeper);
    const entry = `"${memoryKey}": ${memory}`;
    const inSection = this.#sites.isOwnSection ? `"Metadata": {${entry}}` : entry;
    return `${comma}${site.isFirst ? '' : site.indent}${inSection}`;
  }

  #put(site: Insertion, text: string): Put {
    if (site.flow) return { at: site.at, text };
    const { lineBreak } = this.#sites;
    const begin = `${site.indent}${beginMark}${lineBreak}`;
    const end = `${site.indent}${endMark}`;
    const region = `${begin}${text}${end}`;
    return { at: site.at, text: site.isOpen ? lineBreak + region : region + lineBreak };
  }

  #assemble(puts: readonly Put[]): string {
    let assembled = '';
    let at = 0;
    for (const put of [...puts].sort((a, b) => a.at - b.at)) {
      assembled += this.#base.slice(at, put.at) + put.text;
      at = put.at;
    }
    return assembled + this.#base.slice(at);
  }
}
