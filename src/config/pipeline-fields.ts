import { array, boolean, check, metadata, number, pipe, string, union } from 'valibot';
import { formatDuration, parseDuration } from '../core/time.ts';
import { parsePath } from '../promotion/edits/path.ts';
import { ruled } from './cloudformation-fields.ts';
import { durationField } from './fields.ts';
import { repositoryPathFault } from './parameter-values.ts';
import {
  beforePromotion,
  literalFault,
  placeholderFault,
  withoutPlaceholders,
} from './pipeline-placeholders.ts';
import { branchFault, movedRefFault } from './pipeline-refs.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

/** Keys that no mapping read by the schema keeps, so that nothing would be remembered under them. */
const reserved: readonly string[] = ['constructor', 'prototype'];

/** The name of a pipeline or stage: part of refs, branches and commands. */
export function nameFault(name: string): Fault | undefined {
  if (reserved.includes(name))
    return { wrong: `${show(name)} is reserved`, next: 'Give it another name.' };
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)
    ? undefined
    : {
        wrong: `${show(name)} cannot be the name of a pipeline or stage`,
        next: 'Use at most 63 lower-case letters, digits, dots, dashes and underscores, a letter or digit first; a name for people is that of the environment.',
      };
}

/** The name of a stage. */
export const stageName = ruled('name', 'a name', 'production', nameFault);

/** The name of a GitHub environment. */
export const environmentName = ruled('name', 'the name of an environment', 'production', (name) =>
  name.trim() === '' || name.length > 255
    ? {
        wrong: 'the name of an environment has 1 to 255 characters',
        next: 'Write environment: production.',
      }
    : literalFault(name),
);

/** A branch. */
export const branchName = ruled('branch', 'a branch', 'main', branchFault);

/** `heads/production` or `tags/live`. */
export const movedRef = ruled('`heads/…` or `tags/…`', 'a ref', 'heads/production', movedRefFault);

/** A length of time within bounds. */
export function lengthWithin(least: string, most: string) {
  const [lowest, highest] = [least, most].map(parseDuration);
  if (lowest === undefined || highest === undefined) throw new TypeError(`${least} to ${most}`);
  return pipe(
    durationField,
    rule((text) => {
      const length = parseDuration(text);
      if (length === undefined || (length >= lowest && length <= highest)) return undefined;
      const isShort = length < lowest;
      return {
        wrong: `${show(text)} is ${isShort ? 'shorter' : 'longer'} than ${formatDuration(isShort ? lowest : highest)}, the ${isShort ? 'least' : 'most'} there may be`,
        next: `Write a length of time from ${least} to ${most}.`,
      };
    }),
  );
}

function fileFault(file: string): Fault | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(file))
    return {
      wrong: `${show(file)} is an address; a file of this repository is needed`,
      next: 'Write a path from the root of the repository.',
    };
  if (file.endsWith('/') || /[*?]/.test(file))
    return {
      wrong: `${show(file)} is ${file.endsWith('/') ? 'a folder' : 'a glob'}, and one file is needed`,
      next: 'Write the path of the file.',
    };
  return literalFault(file) ?? repositoryPathFault(file);
}

/** What is wrong with the path of a YAML or JSON file. */
export function valuesFileFault(file: string): Fault | undefined {
  const fault = fileFault(file);
  if (fault) return fault;
  return /\.(?:ya?ml|json)$/i.test(file)
    ? undefined
    : {
        wrong: `${show(file)} is neither YAML nor JSON by its name`,
        next: 'Name a file that ends in .yaml, .yml or .json.',
      };
}

/** A YAML or JSON file. */
export const valuesFile = ruled('path', 'a path', 'envs/production.yaml', valuesFileFault);

/** What is wrong with a path into a file. */
export function valuePathFault(path: string): Fault | undefined {
  return parsePath(path)
    ? literalFault(path)
    : {
        wrong: `${show(path)} is not a path into a file`,
        next: 'Write it as image.tag, containers[0].image, images[name=web].newTag or labels["app.kubernetes.io/version"].',
      };
}

/** Path to a value of a file. */
export const valuePath = ruled('path', 'a path into the file', 'image.tag', valuePathFault);

/** What is wrong with an address; secrets in it are not shown. */
export function addressFault(
  text: string,
  placeholders: readonly string[] = [],
): Fault | undefined {
  const plain = withoutPlaceholders(text);
  const url = URL.canParse(plain) ? new URL(plain) : undefined;
  if (url && (url.username !== '' || url.password !== ''))
    return {
      wrong: 'this address holds a name or password, and the file is in the repository',
      next: 'Remove what stands before the @.',
    };
  if (!url || !/^https?:\/\/[^\s]+$/.test(text))
    return {
      wrong: `${show(text)} is not an address`,
      next: 'Write it whole, as https://example.com/version.',
    };
  return placeholders.length > 0 ? placeholderFault(text, placeholders) : literalFault(text);
}

/** An address without placeholders. */
export const address = ruled('address', 'an address', 'https://example.com', (text) =>
  addressFault(text),
);

/** A text of one line with placeholders. */
export function lineTemplate(form: string, example: string) {
  return ruled('template', form, example, (text) => {
    if (text.trim() === '') return { wrong: 'this text is empty', next: `Write ${example}.` };
    return /[\r\n]/.test(text)
      ? { wrong: 'this text has more than one line', next: 'Write it on one line.' }
      : placeholderFault(text);
  });
}

/** A text of any number of lines with placeholders. */
export function textTemplate(form: string, example: string, known?: readonly string[]) {
  return ruled('template', form, example, (text) => placeholderFault(text, known));
}

/** A text with placeholders, for what may look like a number or boolean. */
export const valueTemplate = pipe(
  union(
    [
      pipe(
        string(),
        rule((text) => placeholderFault(text)),
      ),
      number(),
      boolean(),
    ],
    twoLines('a text, a number or true or false', '"{version}"'),
  ),
  metadata({ title: 'template' }),
);

function someName(what: string) {
  return pipe(
    string(twoLines(`the name of ${what}`, 'build')),
    rule((name) =>
      name.trim() === ''
        ? { wrong: 'this name is empty', next: `Write the name of ${what}, or remove it.` }
        : undefined,
    ),
  );
}

/** Names of checks, as GitHub shows them at a commit. */
export const checkNames = pipe(
  union(
    [someName('a check'), array(someName('a check'))],
    twoLines('the name of a check or a list of them', '[build]'),
  ),
  metadata({ title: 'check or list of checks' }),
);

/** Names of stages. */
export const stageNames = pipe(
  union([stageName, array(stageName)], twoLines('a stage or a list of them', '[staging]')),
  metadata({ title: 'stage or list of stages' }),
);

/** A command as a list of words: no shell takes it apart. */
export const verificationCommand = pipe(
  array(
    union(
      [
        pipe(
          string(),
          rule((word) => placeholderFault(word, beforePromotion)),
        ),
        number(),
      ],
      twoLines('a word in quotes', '"5"'),
    ),
    ({ input }: { input: unknown }) => twoLines('a list of words', asWords(input)),
  ),
  check((words) => words.length > 0, twoLines('it is empty', 'Name at least the program.')),
  metadata({ title: 'list of words' }),
);

function asWords(input: unknown): string {
  if (typeof input !== 'string' || input.trim() === '') return '[npm, run, e2e]';
  const words = /[^\w\s./:=@%+,{}-]/.test(input) ? ['sh', '-c', input] : input.trim().split(/\s+/);
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}

/** `true` or `false`. */
export const flag = boolean(twoLines('true or false', 'true'));
