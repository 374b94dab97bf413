import {
  array,
  type GenericSchema,
  integer,
  maxValue,
  metadata,
  minValue,
  number,
  pipe,
  string,
  union,
} from 'valibot';
import { parseDuration } from '../core/time.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

const durationPattern = '^(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?$';
const durationAdvice =
  'Write a whole number and its unit (s, m, h or d), as 90s, 30m, 1h30m or 7d.';

/** A length of time. */
export const durationField = pipe(
  string(twoLines('a length of time', '30m')),
  rule((text) =>
    parseDuration(text) === undefined
      ? { wrong: `${show(text)} is not a length of time`, next: durationAdvice }
      : undefined,
  ),
  metadata({ title: 'duration', pattern: durationPattern }),
);

/** A length of time, or `never`. */
export const durationOrNeverField = pipe(
  string(twoLines('a length of time or never', '7d')),
  rule((text) =>
    text !== 'never' && parseDuration(text) === undefined
      ? {
          wrong: `${show(text)} is neither a length of time nor never`,
          next: `${durationAdvice} Or write never.`,
        }
      : undefined,
  ),
  metadata({ title: 'duration or `never`', pattern: `^never$|${durationPattern}` }),
);

/** A text or a list of texts; a single text stands for a list of one. */
function listOf<Item extends GenericSchema<string, string>>(
  item: Item,
  form: string,
  example: string,
) {
  return union([item, array(item)], twoLines(`${form} or a list of them`, example));
}

/** What is wrong with a glob. */
export function globFault(glob: string): Fault | undefined {
  if (glob.trim() === '') return { wrong: 'this glob is empty', next: 'Write ** to match all.' };
  if (glob.length > 256)
    return { wrong: 'this glob is longer than 256 characters', next: 'Shorten it, with * or **.' };
  if (glob.startsWith('!'))
    return {
      wrong: `the glob ${show(glob)} starts with !, which has no meaning here`,
      next: 'List under exclude what is to be left out; paths list only what counts.',
    };
  if (!isBalanced(glob))
    return {
      wrong: `the glob ${show(glob)} has a bracket that is never closed or never opened`,
      next: 'Close it, or write a backslash before a bracket that is meant as it stands.',
    };
  return undefined;
}

const closing: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' };

/** Whether brackets pair up; in a class such as `[({]` the others stand for themselves. */
function isBalanced(glob: string): boolean {
  const open: string[] = [];
  for (const character of glob.replaceAll(/\\./gs, '')) {
    const innermost = open.at(-1);
    if (character === innermost) open.pop();
    else if (innermost === ']') continue;
    else if (closing[character]) open.push(closing[character]);
    else if (')}]'.includes(character)) return false;
  }
  return open.length === 0;
}

function branchFault(glob: string): Fault | undefined {
  const ref = /^refs\/heads\/(.*)$/.exec(glob);
  if (!ref) return globFault(glob);
  return {
    wrong: `${show(glob)} is a ref, not a branch`,
    next: `Write ${show(ref[1])}.`,
  };
}

function pathFault(glob: string): Fault | undefined {
  const lead = /^\.{0,2}\//.exec(glob);
  if (!lead) return globFault(glob);
  return {
    wrong: `the path ${show(glob)} starts with ${lead[0]}, and matches nothing`,
    next: `Paths start at the root of the repository: write ${show(glob.slice(lead[0].length))}.`,
  };
}

/** Globs over branch names. */
export const branchGlobs = pipe(
  listOf(
    pipe(string(twoLines('a glob', 'feature/**')), rule(branchFault)),
    'a glob',
    '["feature/**"]',
  ),
  metadata({ title: 'glob or list of globs' }),
);

/** Globs over paths from the root of the repository. */
export const pathGlobs = pipe(
  listOf(pipe(string(twoLines('a glob', 'app/**')), rule(pathFault)), 'a glob', '["app/**"]'),
  metadata({ title: 'glob or list of globs' }),
);

/** Names of labels. */
export const labelNames = pipe(
  listOf(
    pipe(
      string(twoLines('the name of a label', 'no-preview')),
      rule((label) =>
        label.trim() === ''
          ? { wrong: 'this label is empty', next: 'Write the name of a label, or remove it.' }
          : undefined,
      ),
    ),
    'the name of a label',
    '[no-preview]',
  ),
  metadata({ title: 'label or list of labels' }),
);

/** Logins, where `*` stands for any characters. */
export const loginPatterns = pipe(
  listOf(
    pipe(
      string(twoLines('a login', 'dependabot[bot]')),
      rule((login) =>
        /^[\w*-]+(\[bot\])?$/.test(login)
          ? undefined
          : {
              wrong: `${show(login)} is not a login`,
              next: 'Write it without @, as octocat, dependabot[bot] or "*[bot]"; only * is special.',
            },
      ),
    ),
    'a login',
    '["*[bot]"]',
  ),
  metadata({ title: 'login or list of logins' }),
);

/** Path of a URL. */
export const urlPath = pipe(
  string(twoLines('a path', '/healthz')),
  rule((path) =>
    /^\/[^\s#]*$/.test(path)
      ? undefined
      : {
          wrong: `${show(path)} is not the path of a URL`,
          next: 'Start it with / and leave out scheme, host and spaces, as /healthz.',
        },
  ),
  metadata({ title: 'path', pattern: '^/[^\\s#]*$' }),
);

/** A whole number within bounds. */
export function wholeNumber(lowest: number, highest: number, example: number) {
  const form = `a whole number from ${lowest} to ${highest}`;
  const outside = ({ input }: { input: number }) =>
    twoLines(`${input} is not ${form}`, `Write ${form}, as ${example}.`);
  return pipe(
    number(twoLines(form, String(example))),
    integer(outside),
    minValue(lowest, outside),
    maxValue(highest, outside),
  );
}
