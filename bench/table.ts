/** A Markdown table; cells are written as they are. */
export function table(heads: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The middle one; of an even count the upper of the two. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** With at most one decimal. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Whether a figure is within its limit, for people. */
export function verdict(value: number, limit: number | undefined): string {
  if (limit === undefined) return '';
  return value <= limit ? `≤ ${limit}: yes` : `≤ ${limit}: **no**`;
}
