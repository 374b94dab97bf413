import { literalFault } from './pipeline-placeholders.ts';
import type { Fault } from './rule.ts';
import { show } from './wording.ts';

/** What is wrong with the name of a branch. */
export function branchFault(name: string): Fault | undefined {
  const [, kind, rest = ''] = /^(?:refs\/)?(heads|tags)\/(.*)$/.exec(name) ?? [];
  if (kind === 'tags')
    return { wrong: `${show(name)} is a tag, not a branch`, next: 'Name a branch, as main.' };
  if (kind === 'heads' || name.startsWith('refs/'))
    return {
      wrong: `${show(name)} is a ref, not a branch`,
      next: `Write ${show(rest === '' ? 'main' : rest)}.`,
    };
  return /[*?[]/.test(name)
    ? {
        wrong: `${show(name)} is a glob, and one branch is needed here`,
        next: 'Name the branch, as main.',
      }
    : refNameFault(name);
}

/** What is wrong with `heads/production` or `tags/live`. */
export function movedRefFault(ref: string): Fault | undefined {
  if (/^refs\/(?:heads|tags)\//.test(ref))
    return {
      wrong: `${show(ref)} starts with refs/`,
      next: `Write ${show(ref.slice('refs/'.length))}.`,
    };
  const [, name] = /^(?:heads|tags)\/(.*)$/.exec(ref) ?? [];
  return name === undefined
    ? {
        wrong: `${show(ref)} does not say whether it is a branch or a tag`,
        next: `Write heads/${plain(ref)} for a branch, tags/${plain(ref)} for a tag.`,
      }
    : (literalFault(ref) ?? refNameFault(name));
}

/** What git refuses in a name; git check-ref-format(1). */
export function refNameFault(name: string): Fault | undefined {
  const isRefused =
    /[\s~^:?*[\\\p{Cc}]|\.\.|\/\/|@\{|^[-/]|[/.]$|(?:^|\/)\.|\.lock(?:\/|$)|^@?$/u.test(name);
  return isRefused || name.length > 200
    ? {
        wrong: `${show(name)} cannot be the name of a branch or tag`,
        next: 'Write it as git shows it, without spaces and globs.',
      }
    : undefined;
}

function plain(ref: string): string {
  return /^[\w.-]+$/.test(ref) ? ref : 'production';
}
