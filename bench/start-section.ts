import { bare, type Start } from './cold-start.ts';
import type { Section } from './section.ts';
import { median, rounded, table, verdict } from './table.ts';

/** What was measured of starts, in interleaved rounds; bare Node is one of them. */
export interface Started {
  readonly starts: readonly Start[];
  readonly times: ReadonlyMap<string, readonly number[]>;
  readonly rounds: number;
}

/** A section on how long starts take over bare Node; `words` are lines above the table. */
export function startSection(
  title: string,
  words: readonly string[],
  { starts, times, rounds }: Started,
): Section {
  const base = median(times.get(bare) ?? []);
  const figures = starts.map(({ name, limit }) => {
    const all = times.get(name) ?? [];
    return { name, limit, median: median(all), least: Math.min(...all), over: median(all) - base };
  });
  const rows = figures.map(({ name, median: middle, least, over, limit }) => [
    name,
    rounded(middle),
    rounded(least),
    rounded(over),
    verdict(rounded(over), limit),
  ]);
  const heads = ['start', 'median ms', 'least ms', 'over bare Node', 'limit'];
  const text = [
    `${process.version}, ${rounds} interleaved runs. ${words[0] ?? ''}`,
    ...words.slice(1),
    '',
    table(heads, rows),
  ];
  return { title, text: text.join('\n'), figures };
}
