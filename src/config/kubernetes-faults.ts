import type { Fault } from './rule.ts';
import { type SettingRules, settingFault } from './setting-templates.ts';
import { templateFault } from './template-fields.ts';
import { show } from './wording.ts';

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Placeholders that tell previews apart and stay the same for the life of one. */
export const tellsApart = /\{(?:id|number|slug)\}/;

/** In texts of containers `${NAME}` is a shell's. */
const ofShell: SettingRules = {
  dollarsOf: 'the shell of the container',
  advice:
    'Use one of the placeholders allowed; a brace that is meant as it stands has a space after it.',
};

/** What is wrong with the name of an object: a DNS subdomain. */
export function objectNameFault(name: string): Fault | undefined {
  return subdomain.test(name)
    ? undefined
    : {
        wrong: `${show(name)} cannot be the name of an object`,
        next: 'Use lower-case letters, digits, dashes and dots, with a letter or digit at both ends.',
      };
}

/** What is wrong with the template of a namespace, whether it belongs to a preview or is shared. */
export function namespaceFault(template: string): Fault | undefined {
  const fault = templateFault(template) ?? unstableFault(template, 'namespace');
  if (fault) return fault;
  if (/^kube-/.test(template))
    return {
      wrong: `${show(template)} begins with kube-, which belongs to Kubernetes`,
      next: 'Use another name.',
    };
  return label.test(template.replaceAll(/\{[^{}]*\}/g, 'x'))
    ? undefined
    : {
        wrong: `${show(template)} cannot be the name of a namespace`,
        next: 'Use at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends.',
      };
}

/** What is wrong with what is appended to names. */
export function suffixFault(template: string): Fault | undefined {
  const fault = templateFault(template) ?? unstableFault(template, 'name');
  if (fault) return fault;
  return /^-[a-z0-9-]{0,31}[a-z0-9]$/.test(template.replaceAll(/\{[^{}]*\}/g, 'x'))
    ? undefined
    : {
        wrong: `${show(template)} cannot be the end of a name`,
        next: 'Use a dash, then lower-case letters, digits and dashes, as "-{id}".',
      };
}

function unstableFault(template: string, what: string): Fault | undefined {
  const [word] = /\{(?:sha|short-sha|branch|ID)\}/.exec(template) ?? [];
  if (word === undefined) return undefined;
  return word.includes('sha')
    ? {
        wrong: `${word} in ${show(template)} would make a new ${what} for every push`,
        next: 'Use {id} or {number}.',
      }
    : {
        wrong: `${word} in ${show(template)} may hold characters that no ${what} can have`,
        next: 'Use {slug} or {id} instead.',
      };
}

/** What is wrong with the template of an image. */
export function imageTemplateFault(text: string): Fault | undefined {
  const branch = 'a branch may hold characters that no image can have';
  const fault = settingFault(text, { ...ofShell, forbidden: { branch } });
  if (fault) return fault;
  if (/@\{(?!digest\})/.test(text))
    return {
      wrong: `${show(text)} has something else than a digest after the @`,
      next: 'Write :{sha} for a tag, or @{digest}.',
    };
  const plain = text
    .replaceAll('{image}', 'x/x')
    .replaceAll('{digest}', `sha256:${'0'.repeat(64)}`)
    .replaceAll(/\{[A-Za-z][\w-]*\}/g, 'x');
  return /^[a-z0-9][\w.-]*(?::\d+)?(?:\/[a-z0-9][a-z0-9._-]*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.test(
    plain,
  )
    ? undefined
    : {
        wrong: `${show(text)} cannot be an image`,
        next: 'Write it as registry.example.com/web:{sha}, without https:// and in lower case.',
      };
}

/** What is wrong with the template of a variable or annotation. */
export function textFault(text: string): Fault | undefined {
  return settingFault(text, ofShell);
}

/** What is wrong with a word of a command. A branch is anyone's text, and a shell may run it. */
export function wordFault(text: string): Fault | undefined {
  return settingFault(text, {
    ...ofShell,
    forbidden: { branch: 'a branch may hold what a shell would run' },
  });
}

/** The names between slashes, where there are as many as there may be and each can be one. */
export function readPath(text: string, least: number, most: number): string[] | undefined {
  const parts = text.split('/');
  return parts.length >= least && parts.length <= most && parts.every((part) => part !== '')
    ? parts
    : undefined;
}

/** What is wrong with `namespace/name`, or whatever `form` says. */
export function pathFault(text: string, form: string, example: string, most: number) {
  const parts = readPath(text, 2, most);
  const keyed = form.endsWith('key');
  const names = keyed ? parts?.slice(0, -1) : parts;
  return names?.every((name) => subdomain.test(name)) &&
    (!keyed || /^[\w.-]+$/.test(parts?.at(-1) ?? ''))
    ? undefined
    : { wrong: `${show(text)} is not of the form ${form}`, next: `Write it as ${example}.` };
}
