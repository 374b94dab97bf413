import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

const tailBytes = 64 * 1024;
const longestLine = 2000;
/** More is read the next time, so that a chatty application does not hold up the others. */
const partsAtOnce = 16;

/** Opens a log for a child to write to; what it writes outlives us. The caller closes it. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return openSync(file, 'a', 0o600);
}

/** The last lines, oldest first, without control characters. Of a file that is not there: none. */
export function tailLog(file: string, lines: number): readonly string[] {
  const found = splitLines(readEnd(file));
  const older = found.length < lines ? splitLines(readEnd(`${file}.1`)) : [];
  return [...older, ...found].slice(-lines);
}

/**
 * Keeps a log below about twice `limit` bytes. The child holds the file open for appending, so it is copied
 * and cut, not renamed.
 */
export function capLog(file: string, limit: number): void {
  if (sizeOf(file) <= limit) return;
  try {
    copyFileSync(file, `${file}.1`);
  } finally {
    // Above all when the disk is full.
    truncateSync(file, 0);
  }
}

/** A text line for people: no escape sequences, no control characters, not endless. */
export function cleanLine(line: string): string {
  const plain = stripVTControlCharacters(line)
    .replace(/\p{Cc}/gu, (character) => (character === '\t' ? '  ' : ''))
    .trimEnd();
  return plain.length > longestLine ? `${plain.slice(0, longestLine)}…` : plain;
}

/** Hands each new line of a log over. Call `poll` now and then. */
export class LogFollower {
  readonly #file: string;
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #offset: number;
  #rest = '';

  constructor(file: string, onLine: (line: string) => void) {
    this.#file = file;
    this.#onLine = onLine;
    this.#offset = sizeOf(file);
  }

  /** Reads what was written since the last time. */
  poll(): void {
    if (sizeOf(this.#file) < this.#offset) this.#offset = 0;
    for (let part = 0; part < partsAtOnce && this.#readOn(); part += 1);
  }

  /** Answers whether there may be more. */
  #readOn(): boolean {
    const chunk = readFrom(this.#file, this.#offset, tailBytes);
    this.#offset += chunk.length;
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-tailBytes);
    for (const line of lines) this.#onLine(cleanLine(line));
    return chunk.length === tailBytes;
  }
}

function splitLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map(cleanLine)
    .filter((line) => line !== '');
}

function readEnd(file: string): string {
  return readFrom(file, Math.max(0, sizeOf(file) - tailBytes), tailBytes).toString('utf8');
}

function readFrom(file: string, position: number, length: number): Buffer {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const buffer = Buffer.alloc(Math.min(length, Math.max(0, fstatSync(handle).size - position)));
    return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, position));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
