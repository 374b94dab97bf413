/** A command that someone gave in a comment: its prefix, and the words after it on the same line. */
export interface SpokenCommand<Prefix extends string> {
  readonly prefix: Prefix;
  readonly words: readonly string[];
}

const fence = /^ {0,3}(`{3,}|~{3,})/;

/**
 * The first command of a comment that begins with one of the prefixes; `undefined` when there is none. Only at the
 * start of a line: what is quoted, indented or in code was not said.
 */
export function spokenCommand<Prefix extends string>(
  comment: string,
  prefixes: readonly Prefix[],
): SpokenCommand<Prefix> | undefined {
  for (const line of spokenLines(comment)) {
    // Cut into words without a backtracking pattern: anyone may write a line of 65,536 spaces.
    const [first, ...words] = line.split(/[ \t]/);
    const prefix = prefixes.find((each) => each === first);
    if (prefix !== undefined) return { prefix, words: words.filter((word) => word !== '') };
  }
  return undefined;
}

/** The lines outside fenced code and HTML comments, which GitHub does not show as text of the author. */
function* spokenLines(comment: string): Generator<string> {
  let closing: string | undefined;
  for (const line of comment.replace(/<!--[\s\S]*?(?:-->|$)/g, '').split(/\r?\n/)) {
    const opened = fence.exec(line)?.[1];
    if (closing === undefined) {
      if (opened) closing = opened;
      else yield line;
    } else if (opened?.startsWith(closing) && line.trim() === opened) {
      closing = undefined;
    }
  }
}
