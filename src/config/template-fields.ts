import { metadata, pipe, string } from 'valibot';
import { nearest } from '../core/nearest.ts';
import { placeholders, unknownPlaceholders } from '../core/template.ts';
import { type Fault, rule } from './rule.ts';
import { listed, show, twoLines } from './wording.ts';

/** What is wrong with the placeholders of a name. */
export function templateFault(template: string): Fault | undefined {
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

function hostFault(template: string): Fault | undefined {
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
