import type { BaseIssue } from 'valibot';
import { nearest } from '../core/nearest.ts';
import type { Problem } from '../core/user-error.ts';
import type { Source } from './document.ts';
import type { Path } from './plain-values.ts';
import type { ShapeFault } from './shape.ts';
import { readTwoLines, show } from './wording.ts';

/** Keys of versions to come. */
const futureKeys = [/^staging$/, /^pipelines\.[^.]+\.stages\.\d+\.fleet$/];
const booleanWords = new Map([
  ...['yes', 'y', 'on', 'true', '1'].map((word) => [word, 'true'] as const),
  ...['no', 'n', 'off', 'false', '0'].map((word) => [word, 'false'] as const),
]);

type UnknownKey = Extract<ShapeFault, { kind: 'unknown-key' }>;

/** A problem before its place is known. */
interface Words {
  readonly message: string;
  readonly hint: string;
}

/** A fault of the keys as a problem with its place. */
export function explainShape(fault: ShapeFault, source: Source): Problem {
  if (fault.kind === 'not-a-mapping')
    return {
      ...typeWords(fault.path, fault.message, []),
      location: source.locate(fault.path, 'value'),
    };
  return { ...unknownKey(fault), location: source.locate(fault.path, 'key') };
}

/** What valibot found as problems with their places; unknown keys are left to `explainShape`. */
export function explainIssue(issue: BaseIssue<unknown>, source: Source): Problem[] {
  const deeper = issue.type === 'union' ? (issue.issues ?? []).filter((sub) => sub.path) : [];
  if (deeper.length > 0)
    return deeper.flatMap((sub) => explainIssue(under(sub, issue.path ?? []), source));
  const choice = (issue.issues ?? []).find(({ type }) => type === 'picklist');
  if (choice && typeof issue.input === 'string')
    return explainIssue(under(choice, issue.path ?? []), source);
  const path = pathOf(issue);
  const isKey = issue.path?.at(-1)?.origin === 'key';
  if (issue.type === 'strict_object' && isKey)
    return issue.expected === 'never' ? [] : [missingKey(path, source)];
  const part = isKey || issue.input === null ? 'key' : 'value';
  return [{ ...issueWords(issue, path), location: source.locate(path, part) }];
}

function missingKey(path: Path, source: Source): Problem {
  const key = path.at(-1);
  return {
    message: `${name(path.slice(0, -1))} needs the key ${key}`,
    hint: `Add ${key}: to it.`,
    location: source.locate(path.slice(0, -1), 'value'),
  };
}

function under(sub: BaseIssue<unknown>, above: NonNullable<BaseIssue<unknown>['path']> | []) {
  const [first, ...rest] = [...above, ...(sub.path ?? [])];
  return first
    ? { ...sub, path: [first, ...rest] as NonNullable<BaseIssue<unknown>['path']> }
    : sub;
}

/** Where an issue is, in keys and item numbers. */
export function pathOf(issue: BaseIssue<unknown>): Path {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

function issueWords(issue: BaseIssue<unknown>, path: Path): Words {
  if (issue.kind !== 'schema') {
    const { first, second } = readTwoLines(issue.message);
    return { message: `${name(path)}: ${first}`, hint: second };
  }
  if (issue.input === null)
    return {
      message: `${name(path)} has no value`,
      hint: `Give it one, as ${example(path, issue.message)}, or remove the line.`,
    };
  return issue.type === 'picklist'
    ? choiceWords(path, issue)
    : typeWords(path, issue.message, issue.input);
}

function choiceWords(path: Path, issue: BaseIssue<unknown>): Words {
  const allowed = (issue.expected ?? '')
    .replace(/^\(|\)$/g, '')
    .split(' | ')
    .map((choice) => choice.replace(/^"|"$/g, ''));
  const received = typeof issue.input === 'string' ? issue.input : '';
  const meant = nearest(received, allowed);
  return {
    message: `${name(path)} is ${show(issue.input)}.${didYouMean(meant)} Allowed: ${allowed.join(', ')}`,
    hint: `Write ${assigned(path, meant ?? allowed[0] ?? '')}.`,
  };
}

function typeWords(path: Path, expected: string, input: unknown): Words {
  const { first: form } = readTwoLines(expected);
  const secret = path.includes('env');
  const received = secret && !(typeof input === 'object') ? `a ${typeof input}` : show(input);
  return {
    message: `${name(path)} must be ${form}, not ${received}`,
    hint: typeHint(path, expected, input, secret),
  };
}

function typeHint(path: Path, expected: string, input: unknown, secret: boolean): string {
  const { first: form } = readTwoLines(expected);
  if (form === 'true or false') {
    const meant = booleanWords.get(show(input).toLowerCase().replaceAll('"', '')) ?? 'true';
    return `YAML 1.2 knows true and false only, without quotes: write ${path.at(-1)}: ${meant}.`;
  }
  if (secret && typeof input !== 'object') return 'Put the value in quotes.';
  if (typeof input === 'string' && /^\d+$/.test(input))
    return `Write it without quotes: ${path.at(-1)}: ${input}.`;
  return `Write ${example(path, expected)}.`;
}

function example(path: Path, expected: string): string {
  const { second } = readTwoLines(expected);
  return path.length === 0 ? second : assigned(path, second);
}

/** `max: 20`, or `- 20` in a list. */
function assigned(path: Path, value: string): string {
  const key = path.at(-1);
  return typeof key === 'number' ? `- ${value}` : `${key}: ${value}`;
}

function unknownKey({ path, known, elsewhere }: UnknownKey): Words {
  const key = String(path.at(-1));
  const above = path.slice(0, -1);
  if (futureKeys.some((form) => form.test(path.join('.'))))
    return {
      message: `the key ${show(key)}${inside(above)} is not supported by this version of Understudy. Allowed: ${known.join(', ')}`,
      hint: `Remove ${key} and what stands under it.`,
    };
  const meant = nearest(key, known);
  const [place] = elsewhere;
  const elsewhereText = place && !meant ? ` It belongs in ${place}.` : '';
  return {
    message: `unknown key ${show(key)}${inside(above)}.${didYouMean(meant)}${elsewhereText} Allowed: ${known.join(', ')}`,
    hint: meant
      ? `Write ${meant}: instead of ${key}:.`
      : place
        ? `Move it under ${place}:.`
        : 'Remove it.',
  };
}

function inside(path: Path): string {
  return path.length > 0 ? ` in ${name(path)}` : '';
}

function didYouMean(meant: string | undefined): string {
  return meant ? ` Did you mean ${JSON.stringify(meant)}?` : '';
}

/** `preview.eligible.max`, `item 2 of preview.eligible.base`, `gates.soak in item 2 of pipelines.app.stages`. */
function name(path: Path): string {
  if (path.length === 0) return 'the file';
  const at = path.findLastIndex((key) => typeof key === 'number');
  if (at < 0) return path.join('.');
  const item = `item ${Number(path[at]) + 1} of ${name(path.slice(0, at))}`;
  const below = path.slice(at + 1).join('.');
  return below === '' ? item : `${below} in ${item}`;
}
