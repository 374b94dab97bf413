/** What one measurement found, for people and for `--json`. */
export interface Section {
  readonly title: string;
  /** Markdown below the title. */
  readonly text: string;
  readonly figures: unknown;
}
