import { spokenCommand } from '../core/spoken-command.ts';
import { type Duration, parseDuration } from '../core/time.ts';

/** What someone told us in a comment. `invalid` says what is wrong with it. */
export type Command =
  | { readonly kind: 'deploy'; readonly commit: string | undefined }
  | { readonly kind: 'down' }
  | { readonly kind: 'keep'; readonly length: Duration }
  | { readonly kind: 'reset-db' }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** What can be said, for people. */
export const commandHelp: readonly (readonly [command: string, meaning: string])[] = [
  ['/preview', 'deploy the head of this pull request, whatever labels, drafts or paths say'],
  ['/preview COMMIT', 'the same, and approve exactly that commit of a fork, by all its 40 digits'],
  ['/preview keep 3d', 'keep the preview at least that long from now'],
  ['/preview reset-db', 'give the preview a fresh database: empty, or copied and masked anew'],
  ['/preview down', 'remove the preview; the next push brings it back'],
  ['/preview help', 'show this'],
];

/** What every command of this kind begins with. */
export const previewPrefix = '/preview';

/**
 * The first command of a comment; `undefined` when there is none. Only at the start of a line: what is quoted,
 * indented or in code was not said.
 */
export function parseCommand(comment: string): Command | undefined {
  const spoken = spokenCommand(comment, [previewPrefix]);
  return spoken && readCommand(spoken.words);
}

/** The command that the words after the prefix give. */
export function readCommand(words: readonly string[]): Command {
  const [verb, argument, ...rest] = words;
  if (verb === undefined) return { kind: 'deploy', commit: undefined };
  if (rest.length > 0) return invalid(words);
  if (verb === 'keep') return readKeep(argument);
  if (argument !== undefined) return invalid(words);
  if (verb === 'down' || verb === 'help' || verb === 'reset-db') return { kind: verb };
  if (/^[0-9a-f]{7,40}$/i.test(verb)) return { kind: 'deploy', commit: verb.toLowerCase() };
  return invalid(words);
}

function readKeep(argument: string | undefined): Command {
  const length = parseDuration(argument ?? '');
  return length === undefined
    ? { kind: 'invalid', reason: 'keep: say how long, as 12h, 3d or 2d12h' }
    : { kind: 'keep', length };
}

function invalid(words: readonly string[]): Command {
  const text = words.join(' ').slice(0, 100);
  return { kind: 'invalid', reason: `command: "/preview ${text}" is not known` };
}
