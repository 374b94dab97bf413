import type { Instant } from '../../core/time.ts';
import type { Promotion } from '../records/record.ts';
import type { FileEdit } from '../settings.ts';
import { placeholders } from '../ways/texts.ts';

/** Placeholders that name a version, the one that says most first. */
const naming = ['version', 'commit', 'short-version', 'short-commit'] as const;

/** What placeholders can stand for; any other for one word. */
const forms: Readonly<Record<string, string>> = {
  commit: '[0-9a-f]{40}',
  'short-commit': '[0-9a-f]{7}',
  attempt: '\\d+',
  owner: '[\\w-]+',
  name: '[\\w.-]+',
  repository: '[\\w-]+/[\\w.-]+',
  previous: '\\S*',
};
const placeholderForm = new RegExp(`\\{(${placeholders.join('|')})\\}`);
const longest = 1000;

/** The first edit whose value names the version that it is made for; `undefined` = none does. */
export function namingEdit(edits: readonly FileEdit[]): FileEdit | undefined {
  return edits.find(({ edit }) => namingPlaceholder(edit.value) !== undefined);
}

/**
 * What a template as `registry/app:{version}` may have been filled with to become a text: the version, or its commit, or
 * the start of that. None where it does not make such a text, two where it may make it of several versions.
 */
export function versionsMadeInto(template: string, text: string): readonly string[] {
  const placeholder = namingPlaceholder(template);
  if (placeholder === undefined || text.length > longest) return [];
  const found = ['', '?'].map((lazy) => patternOf(template, placeholder, lazy).exec(text)?.[1]);
  return [...new Set(found.filter((version) => version !== undefined))];
}

/**
 * Whether a deployment is of a version itself, not of the commit whose files say what runs: it was asked for by a commit or
 * tag, and not before the pull request that lets this version in was merged.
 * @param commits Of the promotions' versions, as far as they are known.
 */
export function isOfVersion(
  { sha, ref, createdAt }: Deployed,
  base: string,
  promotions: readonly Promotion[],
  commits: ReadonlyMap<string, string>,
): boolean {
  if (ref === base || ref === `refs/heads/${base}`) return false;
  return promotions.some(({ version, attempts }) => {
    const isMeant = version === ref || version === sha || commits.get(version) === sha;
    return isMeant && attempts.some(({ effect }) => isBy(effect?.doneAt, createdAt));
  });
}

interface Deployed {
  readonly sha: string;
  readonly ref: string;
  readonly createdAt: Instant;
}

function isBy(merged: Instant | undefined, moment: Instant): boolean {
  return merged !== undefined && merged <= moment;
}

function namingPlaceholder(template: string): string | undefined {
  return naming.find((name) => template.includes(`{${name}}`));
}

/** A placeholder that is there twice stands for the same twice. */
function patternOf(template: string, placeholder: string, lazy: string): RegExp {
  let isFound = false;
  const parts = template.split(placeholderForm).map((part, index) => {
    if (index % 2 === 0) return escaped(part);
    if (part !== placeholder) return quantified(forms[part] ?? '\\S+', lazy);
    if (isFound) return '\\1';
    isFound = true;
    return `(${quantified(forms[part] ?? '\\S+', lazy)})`;
  });
  return new RegExp(`^${parts.join('')}$`);
}

function quantified(form: string, lazy: string): string {
  return form.replace(/[+*]$/, (sign) => sign + lazy);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
