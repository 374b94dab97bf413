import { boolean, check, description, metadata, pipe, record, string, union } from 'valibot';
import { type Fault, rule } from './rule.ts';
import { settingFault } from './setting-templates.ts';
import { show, twoLines } from './wording.ts';

/** Key of a tag; limits: "Tag naming limits and requirements" of AWS. */
const tagKey = pipe(
  string(),
  rule((key) => {
    if (/^(?:aws|understudy):/i.test(key))
      return {
        wrong: `the tag ${show(key)} begins with ${/^[a-z]+:/i.exec(key)?.[0]}, which is reserved`,
        next: 'Give it another name.',
      };
    return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)
      ? undefined
      : {
          wrong: `${show(key)} cannot be the key of a tag`,
          next: 'Use at most 128 letters, digits, spaces and _ . : / = + - @.',
        };
  }),
);

/** Value of a tag, with placeholders. */
function tagValueFault(text: string): Fault | undefined {
  const fault = settingFault(text, { allBracesAreOurs: true });
  if (fault) return fault;
  const plain = text.replaceAll(/\{[^{}]*\}/g, 'x');
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(plain)
    ? undefined
    : {
        wrong: `${show(text)} cannot be the value of a tag`,
        next: 'Use at most 256 letters, digits, spaces and _ . : / = + - @.',
      };
}

const tagValue = union(
  [
    pipe(
      string(),
      rule((text) => tagValueFault(text)),
    ),
    boolean(),
  ],
  twoLines('a text', 'web'),
);
/** Tags by key. */
export const tags = pipe(
  record(tagKey, tagValue, twoLines('a mapping of keys to values', '{ team: web }')),
  metadata({ title: 'texts by name' }),
  check(
    (given) => Object.keys(given).length <= 38,
    twoLines('a stack has 50 tags at most, of which 12 are kept for Understudy', 'Remove some.'),
  ),
  description(
    'Tags of the stack, which CloudFormation passes on to its resources. May hold placeholders.',
  ),
);
