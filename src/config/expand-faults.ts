import type { Fault } from './rule.ts';
import { settingFault } from './setting-templates.ts';
import { show } from './wording.ts';

/** `12001-12999` as numbers; `undefined` for anything else. */
export function readPriorities(text: string): { from: number; to: number } | undefined {
  const [, from, to] = /^\s*(\d{1,5})\s*-\s*(\d{1,5})\s*$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from >= 1 && range.to <= 50_000 && range.from <= range.to ? range : undefined;
}

/** What is wrong with a range of priorities. */
export function prioritiesFault(text: string): Fault | undefined {
  return readPriorities(text)
    ? undefined
    : {
        wrong: `${show(text)} is not a range of priorities`,
        next: 'Write the lowest and the highest, from 1 to 50000, as 12001-12999.',
      };
}

const imageNames = /\{(?:sha|short-sha|image|digest)\}/;

/** What is wrong with the template of an image. */
export function imageFault(text: string): Fault | undefined {
  const fault = settingFault(text, {
    allBracesAreOurs: true,
    forbidden: { branch: 'a branch may hold characters that no tag of an image can have' },
  });
  if (fault || imageNames.test(text)) return fault;
  return {
    wrong: `every commit would run the same image ${show(text)}`,
    next: 'Put {sha} into it, or write "{image}" for the image that the run is given.',
  };
}

/** What is wrong with the template of a domain. */
export function domainFault(text: string): Fault | undefined {
  const fault = settingFault(text, {
    allBracesAreOurs: true,
    forbidden: { branch: 'a branch may hold characters that no domain can have' },
  });
  if (fault) return fault;
  const literal = text.replaceAll(/\$?\{[^{}]*\}/g, 'x');
  if (!/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/.test(literal))
    return {
      wrong: `the domain ${show(text)} is no DNS name`,
      next: 'Leave out https://, port and path, as "{id}.preview.example.com".',
    };
  return /\{(?:id|number|slug)\}/.test(text.replaceAll(/\$\{[^{}]*\}/g, ''))
    ? undefined
    : {
        wrong: `every preview would have the same domain ${show(text)}`,
        next: `Put {id} or {number} into it, as ${show(`{id}.${text}`)}.`,
      };
}

/** What is wrong with the place where an image is looked for. */
export function requireImageFault(text: string): Fault | undefined {
  if (text === 'none' || text === 'ecr') return undefined;
  if (!/^https?:\/\/[^\s/]+/.test(text))
    return {
      wrong: `${show(text)} says of no place whether an image is there`,
      next: 'Write none, ecr, or an address that answers 200 when the image is there.',
    };
  const fault = settingFault(text, { allBracesAreOurs: true });
  if (fault || imageNames.test(text)) return fault;
  return {
    wrong: `the address ${show(text)} is the same for every image`,
    next: 'Put {sha}, {image} or {digest} into it.',
  };
}
