import { sha256Hex } from '../../../../core/sha256.ts';
import type { Hole, Piece } from '../syntax/pieces.ts';

/** What fills the holes for one preview. */
export interface Filling {
  readonly logical: string;
  readonly dashed: string;
  readonly upper: string;
  readonly domain: string;
  readonly version: string;
  readonly image: string;
  readonly priorities: readonly number[];
}

/** Text with holes, ready to be filled many times. */
export interface Compiled {
  /** One more than holes. */
  readonly texts: readonly string[];
  readonly holes: readonly Hole[];
}

export function compile(pieces: readonly Piece[]): Compiled {
  const texts = [''];
  const holes: Hole[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') texts[texts.length - 1] += piece;
    else {
      holes.push(piece.hole);
      texts.push('');
    }
  }
  return { texts, holes };
}

export function fill({ texts, holes }: Compiled, filling: Filling): string {
  let filled = texts[0] ?? '';
  for (let index = 0; index < holes.length; index += 1) {
    filled += valueAt(holes[index] as Hole, filling) + (texts[index + 1] ?? '');
  }
  return filled;
}

function valueAt(hole: Hole, filling: Filling): string {
  if (typeof hole === 'string') return filling[hole];
  if ('priority' in hole) return String(filling.priorities[hole.priority]);
  return fitted(hole.name, filling.dashed, hole.limit);
}

/** A name that would become too long keeps its beginning, and four digits of a hash of all of it. */
function fitted(name: string, suffix: string, limit: number): string {
  if (name.length + suffix.length <= limit) return name + suffix;
  const kept = name.slice(0, Math.max(0, limit - suffix.length - 5)).replace(/-+$/, '');
  return `${kept}-${sha256Hex(name).slice(0, 4)}${suffix}`;
}
