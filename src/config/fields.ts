import picomatch from 'picomatch';
import {
  array,
  check,
  type GenericSchema,
  integer,
  maxValue,
  metadata,
  minValue,
  number,
  pipe,
  string,
  transform,
  union,
} from 'valibot';
import { nearest } from '../core/nearest.ts';
import { type Duration, parseDuration } from '../core/time.ts';
import { placeholders, unknownPlaceholders } from '../preview/template.ts';
import { listed, show, twoLines } from './wording.ts';

const durationPattern = '^(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?$';
const durationAdvice =
  'Write a whole number and its unit (s, m, h or d), as 90s, 30m, 1h30m or 7d.';

/** A rule of ours on a text: what is wrong with it (`undefined` = nothing), and the next step. */
function rule(fault: (text: string) => { wrong: string; next: string } | undefined) {
  return check<string, (issue: { input: string }) => string>(
    (text) => fault(text) === undefined,
    ({ input }) => {
      const { wrong, next } = fault(input) ?? { wrong: '', next: '' };
      return twoLines(wrong, next);
    },
  );
}

/** A length of time, in milliseconds. */
export const durationField = pipe(
  string(twoLines('a length of time', '30m')),
  rule((text) =>
    parseDuration(text) === undefined
      ? { wrong: `${show(text)} is not a length of time`, next: durationAdvice }
      : undefined,
  ),
  transform((text) => parseDuration(text) as Duration),
  metadata({ title: 'duration', pattern: durationPattern }),
);

/** A length of time, or `undefined` for `never`. */
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
  transform((text) => parseDuration(text)),
  metadata({ title: 'duration or `never`', pattern: `^never$|${durationPattern}` }),
);

/** A text or a list of texts; a single text stands for a list of one. */
function listOf<Item extends GenericSchema<string, string>>(
  item: Item,
  form: string,
  example: string,
) {
  return pipe(
    union([item, array(item)], twoLines(`${form} or a list of them`, example)),
    transform((given: string | string[]): string[] =>
      typeof given === 'string' ? [given] : given,
    ),
  );
}

function globFault(glob: string): { wrong: string; next: string } | undefined {
  if (glob.trim() === '') return { wrong: 'this glob is empty', next: 'Write ** to match all.' };
  if (glob.length > 256)
    return { wrong: 'this glob is longer than 256 characters', next: 'Shorten it, with * or **.' };
  if (glob.startsWith('!'))
    return {
      wrong: `the glob ${show(glob)} starts with !, which has no meaning here`,
      next: 'List under exclude what is to be left out; paths list only what counts.',
    };
  if (!compiles(glob))
    return {
      wrong: `the glob ${show(glob)} has a bracket that is never closed or never opened`,
      next: 'Close it, or write a backslash before a bracket that is meant as it stands.',
    };
  return undefined;
}

function compiles(glob: string): boolean {
  try {
    picomatch.makeRe(glob, { dot: true, nonegate: true, strictBrackets: true });
    return true;
  } catch {
    return false;
  }
}

function branchFault(glob: string): { wrong: string; next: string } | undefined {
  const ref = /^refs\/heads\/(.*)$/.exec(glob);
  if (!ref) return globFault(glob);
  return {
    wrong: `${show(glob)} is a ref, not a branch`,
    next: `Write ${show(ref[1])}.`,
  };
}

function pathFault(glob: string): { wrong: string; next: string } | undefined {
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

function templateFault(template: string): { wrong: string; next: string } | undefined {
  const known = listed(placeholders.map((name) => `{${name}}`));
  const [unknown] = unknownPlaceholders(template);
  if (unknown !== undefined) {
    const meant = nearest(unknown, placeholders);
    return {
      wrong: `unknown placeholder {${unknown}} in ${show(template)}.${meant ? ` Did you mean {${meant}}?` : ''} Allowed: ${known}`,
      next: meant ? `Write {${meant}}.` : 'Use one of the placeholders allowed, or remove it.',
    };
  }
  return /[{}]/.test(template.replaceAll(/\{[^{}]*\}/g, ''))
    ? {
        wrong: `a brace in ${show(template)} is never closed or never opened`,
        next: `Write placeholders as ${known}.`,
      }
    : undefined;
}

function hostFault(template: string): { wrong: string; next: string } | undefined {
  const fault = templateFault(template);
  if (fault) return fault;
  const literal = template.replaceAll(/\{[^{}]*\}/g, 'x');
  if (/^[a-z]+:\/\//i.test(literal) || /[/:]/.test(literal))
    return {
      wrong: `the host ${show(template)} has more than a host name`,
      next: `Leave out https://, port and path: ${show(template.replace(/^[a-z]+:\/\//i, '').replace(/[/:].*$/, ''))}.`,
    };
  const labels = literal.split('.');
  const dns =
    literal.length <= 253 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  return dns
    ? undefined
    : {
        wrong: `the host ${show(template)} is no DNS name`,
        next: 'Use lower-case letters, digits and dashes between dots, as "{id}.preview.example.com".',
      };
}

/** Template of a host name, without scheme and port. */
export const hostTemplate = pipe(
  string(twoLines('a template of a host name', '"{id}.preview.example.com"')),
  rule(hostFault),
  metadata({ title: 'template' }),
);

/** Template of the name of a GitHub environment. */
export const environmentTemplate = pipe(
  string(twoLines('a template of a name', 'preview')),
  rule((template) =>
    template.trim() === '' || template.length > 255
      ? {
          wrong: 'the name of an environment has 1 to 255 characters',
          next: 'Write environment: preview.',
        }
      : templateFault(template),
  ),
  metadata({ title: 'template' }),
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
