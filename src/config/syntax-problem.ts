import type { YAMLError } from 'yaml';
import type { Problem, SourceLocation } from '../core/user-error.ts';

const quoteAdvice = 'Put the value in quotes';

/** The parser came to the end of its stack; where, depends on the machine, so that the file alone is named. */
export function tooDeep(file: string): Problem {
  return {
    message: 'the file cannot be read as YAML; its nesting may be too deep',
    hint: 'Look for stray brackets.',
    location: { file, line: 1, column: 1 },
  };
}

/** A fault of the YAML itself in the user's words. */
export function syntaxProblem(error: YAMLError, text: string, location: SourceLocation): Problem {
  if (error.code === 'RESOURCE_EXHAUSTION') return tooDeep(location.file);
  return { ...(unquoted(lineAt(text, error.pos[0])) ?? known(error) ?? plain(error)), location };
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  return text.slice(start, Math.min(end < 0 ? text.length : end, start + 1000));
}

type Words = Omit<Problem, 'location'>;

/** Globs and templates are the values that YAML takes for something else, so their fault has its own words. */
function unquoted(line: string): Words | undefined {
  const [, value] = /^[^#]*?(?::|-)\s+([*{@`%].*?)\s*$/.exec(line) ?? [];
  if (value === undefined || /^\{[^{}]*\}$/.test(value)) return undefined;
  return {
    message: `a value that starts with ${value[0]} must be in quotes`,
    hint: `Write ${JSON.stringify(value)}.`,
  };
}

function known({ code, message }: YAMLError): Words | undefined {
  switch (code) {
    case 'TAB_AS_INDENT':
      return {
        message: 'a tab is used to indent; YAML allows spaces only',
        hint: 'Replace the tab by two spaces.',
      };
    case 'MULTIPLE_DOCS':
      return {
        message: 'the file holds more than one YAML document',
        hint: 'Keep one, and remove the line --- between them.',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'there is a second ": " on this line',
        hint: `${quoteAdvice} when it contains a colon and a space, or start a new line for a new key.`,
      };
    case 'BAD_SCALAR_START':
      return { message: lowerFirst(message), hint: `${quoteAdvice}.` };
    case 'TAG_RESOLVE_FAILED':
      return {
        message: `tags are not supported: ${lowerFirst(message)}`,
        hint: 'Remove the tag; texts, numbers, true and false, lists and mappings need none.',
      };
    default:
      return undefined;
  }
}

function plain({ message }: YAMLError): Words {
  return {
    message: `this is not valid YAML: ${lowerFirst(message)}`,
    hint: 'Check indentation, brackets and quotes on this line and the one above.',
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
