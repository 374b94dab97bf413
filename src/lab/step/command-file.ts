/** A file of the runner's that an action wrote badly; the step fails for it. */
export class MalformedFile extends Error {
  override readonly name = 'MalformedFile';
}

/**
 * Reads `GITHUB_OUTPUT`, `GITHUB_ENV` or `GITHUB_STATE`: `name=value`, or `name<<DELIMITER`, lines,
 * `DELIMITER`. Throws `MalformedFile` with the runner's own text (actions/runner, FileCommandManager).
 */
export function parseCommandFile(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/);
  const pairs: Record<string, string> = Object.create(null);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const [name, value, end] = readHeredoc(lines, index, heredoc);
      pairs[name] = value;
      index = end;
    } else {
      const [name, value] = readPair(line, equals);
      pairs[name] = value;
    }
  }
  return { ...pairs };
}

function readHeredoc(lines: string[], start: number, at: number): [string, string, number] {
  const line = lines[start] ?? '';
  const name = line.slice(0, at);
  const delimiter = line.slice(at + 2);
  if (name === '' || delimiter === '')
    throw new MalformedFile(
      `Invalid format '${line}'. Name must not be empty and delimiter must not be empty`,
    );
  const end = lines.indexOf(delimiter, start + 1);
  if (end < 0)
    throw new MalformedFile(`Invalid value. Matching delimiter not found '${delimiter}'`);
  return [name, lines.slice(start + 1, end).join('\n'), end];
}

function readPair(line: string, equals: number): [string, string] {
  if (equals < 0) throw new MalformedFile(`Invalid format '${line}'`);
  if (equals === 0) throw new MalformedFile(`Invalid format '${line}'. Name must not be empty`);
  return [line.slice(0, equals), line.slice(equals + 1)];
}

/** Reads `GITHUB_PATH`: one directory a line. */
export function parsePathFile(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}
