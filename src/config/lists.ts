/** Where the file may say one text or several. */
export type TextOrList = string | readonly string[];

/** A single text stands for a list of one. */
export function asList(given: TextOrList): string[] {
  return typeof given === 'string' ? [given] : [...given];
}
