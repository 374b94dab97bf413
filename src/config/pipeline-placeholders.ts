import { nearest } from '../core/nearest.ts';
import { placeholders } from '../promotion/ways/texts.ts';
import type { Fault } from './rule.ts';
import { listed, show } from './wording.ts';

/** What previews call it. */
const otherNames: Readonly<Record<string, string>> = {
  sha: 'commit',
  'short-sha': 'short-commit',
  ref: 'version',
  tag: 'version',
  env: 'environment',
  id: 'promotion',
};

/** Those that tell versions apart. */
const ofVersion = /\{(?:short-)?(?:version|commit)\}/;

/** What there is before a promotion has begun. */
export const beforePromotion = placeholders.filter(
  (name) => name !== 'promotion' && name !== 'attempt',
);

/** What the body of a pull request may have. */
export const ofBody: readonly string[] = [...placeholders, 'changelog', 'gates'];

/** Whether the text is another one for another version. */
export function namesVersion(text: string): boolean {
  return ofVersion.test(text);
}

/** What is wrong with the placeholders of a text. Braces around anything but a word are text, so that JSON needs no escapes. */
export function placeholderFault(
  text: string,
  known: readonly string[] = placeholders,
): Fault | undefined {
  const [dollar] = [...text.matchAll(/\$\{([A-Za-z][\w-]*)\}/g)];
  if (dollar && known.includes(dollar[1] ?? ''))
    return {
      wrong: `\${${dollar[1]}} in ${show(text)} is a placeholder with a dollar sign before it`,
      next: `Write {${dollar[1]}}.`,
    };
  const words = [...text.matchAll(/(?<!\$)\{([A-Za-z][\w-]*)\}/g)].map(([, word = '']) => word);
  const unknown = words.find((word) => !known.includes(word));
  return unknown === undefined ? undefined : unknownFault(text, unknown, known);
}

/** What is wrong with a text that stays as it is, and has a placeholder. */
export function literalFault(text: string): Fault | undefined {
  const [word] = /\{[A-Za-z][\w-]*\}/.exec(text) ?? [];
  return word === undefined
    ? undefined
    : {
        wrong: `${show(text)} has the placeholder ${word}, and none is replaced here`,
        next: 'Write it out.',
      };
}

/** The text as it may come out. */
export function withoutPlaceholders(text: string): string {
  return text.replaceAll(/\{[A-Za-z][\w-]*\}/g, 'x');
}

function unknownFault(text: string, word: string, known: readonly string[]): Fault {
  const other = Object.hasOwn(otherNames, word) ? otherNames[word] : undefined;
  const meant = other !== undefined && known.includes(other) ? other : nearest(word, known);
  return {
    wrong: `unknown placeholder {${word}} in ${show(text)}.${meant ? ` Did you mean {${meant}}?` : ''} Allowed: ${listed(known.map((name) => `{${name}}`))}`,
    next: meant ? `Write {${meant}}.` : 'Use one of the placeholders allowed, or remove it.',
  };
}
