import { nearest } from '../core/nearest.ts';
import { imagePlaceholders, placeholders } from '../core/template.ts';
import type { Fault } from './rule.ts';
import { listed, show } from './wording.ts';

const known: readonly string[] = [...placeholders, ...imagePlaceholders];

/** Which placeholders a setting of a target may use, and how text of the target's own stands in it. */
export interface SettingRules {
  /** Not allowed here, with the reason. */
  readonly forbidden?: Readonly<Record<string, string>>;
  /** Allowed here alone. */
  readonly further?: readonly string[];
  /** `${Parameter}` of CloudFormation may stand in it; elsewhere such text is left alone as well. */
  readonly allBracesAreOurs?: boolean;
  /** To whom `${…}` is left; absent = CloudFormation. */
  readonly dollarsOf?: string;
  /** The next step where a word in braces is no placeholder and like none. */
  readonly advice?: string;
}

/**
 * What is wrong with the placeholders of a setting. A word in braces is a placeholder; all other braces are
 * text, so that JSON needs no escapes.
 */
export function settingFault(text: string, rules: SettingRules = {}): Fault | undefined {
  return shellFault(text, rules) ?? wordFaults(text, rules).at(0) ?? braceFault(text, rules);
}

/** `${sha}` is what people write who come from a shell, and what CloudFormation would look up. */
function shellFault(text: string, { dollarsOf }: SettingRules): Fault | undefined {
  const [, word] =
    [...text.matchAll(/\$\{([^{}]*)\}/g)].find(([, name]) => known.includes(name ?? '')) ?? [];
  if (word === undefined) return undefined;
  return {
    wrong: `\${${word}} in ${show(text)} is a placeholder with a dollar sign before it`,
    next: `Write {${word}}; \${…} is left to ${dollarsOf ?? 'CloudFormation'}.`,
  };
}

function wordFaults(text: string, rules: SettingRules): Fault[] {
  const { forbidden = {}, further = [], advice } = rules;
  const words = [...withoutSubstitutions(text).matchAll(/\{([A-Za-z][\w-]*)\}/g)];
  return words.flatMap(([, word = '']) => {
    if (further.includes(word)) return [];
    if (!known.includes(word)) return [unknownFault(text, word, advice)];
    const reason = Object.hasOwn(forbidden, word) ? forbidden[word] : undefined;
    return reason === undefined
      ? []
      : [{ wrong: `{${word}} in ${show(text)}: ${reason}`, next: 'Use {slug} or {id} instead.' }];
  });
}

const ofParameters =
  'Use one of the placeholders allowed; a parameter whose text has words in braces is given as { file: path }.';

function unknownFault(text: string, word: string, advice = ofParameters): Fault {
  const meant = nearest(word, known);
  return {
    wrong: `unknown placeholder {${word}} in ${show(text)}.${meant ? ` Did you mean {${meant}}?` : ''} Allowed: ${listed(known.map((name) => `{${name}}`))}`,
    next: meant ? `Write {${meant}}.` : advice,
  };
}

function braceFault(text: string, { allBracesAreOurs = false }: SettingRules): Fault | undefined {
  if (!allBracesAreOurs) return undefined;
  return /[{}]/.test(withoutSubstitutions(text).replaceAll(/\{[A-Za-z][\w-]*\}/g, ''))
    ? {
        wrong: `a brace in ${show(text)} is never closed or never opened, or holds no placeholder`,
        next: 'Write placeholders as {id}; only what CloudFormation replaces has a dollar sign before its brace.',
      }
    : undefined;
}

/** The text without `${…}`, which is CloudFormation's. */
function withoutSubstitutions(text: string): string {
  return text.replaceAll(/\$\{[^{}]*\}/g, 'x');
}
