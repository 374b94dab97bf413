/** The first characters of a text. Half a surrogate pair at the end would make GitHub refuse the whole. */
export function start(text: string, characters: number): string {
  return text.slice(0, characters).replace(/[\ud800-\udbff]$/, '');
}
