import { imagePlaceholders, placeholders } from '../core/template.ts';
import { type Problem, UserError } from '../core/user-error.ts';
import { readDocument, type Source } from './document.ts';
import { type FileParameterValue, resolveParameter } from './parameter-values.ts';
import type { Path } from './plain-values.ts';

/**
 * Reads the input `parameters`: a YAML or JSON map with values as in the configuration (but no files), the list of
 * `ParameterKey` and `ParameterValue` that the AWS command line reads, or `Name=value`, by lines or commas. Values
 * stand for themselves, without placeholders. Throws one `UserError` with all problems; it never shows a value, which
 * may be a secret.
 */
export function parseParameters(text: string): Readonly<Record<string, string>> {
  const pairs = readPairs(text);
  if (pairs) return checked(pairs);
  const source = readDocument(text, 'parameters', isText);
  if (source.problems.length > 0 || !source.readable) throw unreadable(source.problems);
  const given = Array.isArray(source.value) ? fromList(source.value) : source.value;
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null) throw UserError.all([notAMap]);
  return checked(given as Record<string, FileParameterValue>, source);
}

const example = 'parameters: |\n  ImageTag: v1\n  Names: [a, b]';
const notAMap: Problem = {
  message: 'input parameters is neither a map of names to values nor lines of Name=value',
  hint: `Write it as\n${example}`,
};

/** Values, and the items of a list, are texts whatever they look like; deeper ones become JSON. */
function isText(path: Path): boolean {
  const [first, second] = path;
  if (typeof first === 'number') return path.length === 2;
  return path.length === 1 || (path.length === 2 && typeof second === 'number');
}

/** `A=1,2,B=3` or a line for each; quotes around a value are not part of it. */
function readPairs(text: string): Record<string, string> | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const filled = lines.filter((line) => line !== '');
  if (filled.length === 0 || !filled.every((line) => /^[A-Za-z0-9]+=/.test(line))) return undefined;
  const pairs = filled.flatMap((line) => line.split(/,(?=[A-Za-z0-9]+=)/));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', value = ''] = /^([A-Za-z0-9]+)=(.*)$/.exec(pair) ?? [];
      return [name, /^"(.*)"$/.exec(value)?.[1] ?? value];
    }),
  );
}

/** `[{ ParameterKey, ParameterValue }]`; what keeps its previous value is left out. */
function fromList(items: readonly unknown[]): unknown {
  const entries = items.map((item) => {
    if (typeof item !== 'object' || item === null || !('ParameterKey' in item)) return undefined;
    const { ParameterKey, ParameterValue, UsePreviousValue } = item as Record<string, unknown>;
    return typeof ParameterKey === 'string'
      ? { name: ParameterKey, value: ParameterValue, previous: UsePreviousValue === true }
      : undefined;
  });
  if (entries.includes(undefined)) return null;
  const given = entries.filter((entry) => entry !== undefined && !entry.previous);
  return Object.fromEntries(given.map((entry) => [entry?.name, entry?.value]));
}

function textOf(value: FileParameterValue): string {
  const text = resolveParameter(value);
  if (typeof text !== 'string') throw new TypeError('a file was let through');
  return text;
}

function checked(
  given: Readonly<Record<string, FileParameterValue>>,
  source?: Source,
): Readonly<Record<string, string>> {
  const entries = Object.entries(given);
  const problems = entries.flatMap(([name, value]) => {
    const fault = faultOf(name, value);
    const line = source?.locate([name], 'key').line;
    const place = line === undefined ? '' : `, line ${line}`;
    return fault ? [{ ...fault, message: `input parameters${place}: ${fault.message}` }] : [];
  });
  if (problems.length > 0) throw UserError.all(problems);
  return Object.fromEntries(entries.map(([name, value]) => [name, textOf(value)]));
}

function faultOf(name: string, value: unknown): Problem | undefined {
  if (!/^[A-Za-z0-9]{1,255}$/.test(name))
    return {
      message: `${JSON.stringify(name)} cannot be the name of a parameter`,
      hint: 'Use the name that stands under Parameters of the template: letters and digits only.',
    };
  if (value === null || value === undefined)
    return {
      message: `${name} has no value`,
      hint: 'Write "" for an empty text, or leave it out to keep the previous value.',
    };
  if (Array.isArray(value) && value.some(isUnfit))
    return {
      message: `an item of ${name} is a list or mapping, is empty, or has a comma`,
      hint: 'Items are joined by commas: write plain ones, or the whole as one text.',
    };
  return placeholderFault(name, value) ?? fileFault(name, value);
}

/** Values are sent as they stand, for a secret may hold braces; one that is a placeholder and nothing else is a slip. */
function placeholderFault(name: string, value: unknown): Problem | undefined {
  const known = [...placeholders, ...imagePlaceholders].map((word) => `{${word}}`);
  if (typeof value !== 'string' || !known.includes(value)) return undefined;
  return {
    message: `${name} is the placeholder ${value}, which is replaced in the configuration only`,
    hint: `Move the parameter there, under \`preview: { cloudformation: { parameters: … } }\`, or use an expression of GitHub's.`,
  };
}

function isUnfit(item: unknown): boolean {
  return item === null || typeof item === 'object' || String(item).includes(',');
}

function fileFault(name: string, value: unknown): Problem | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const { file, ...rest } = value as Record<string, unknown>;
  if (typeof file !== 'string' || Object.keys(rest).length > 0) return undefined;
  return {
    message: `${name} names a file, which only the configuration can`,
    hint: `Write it there: \`preview: { cloudformation: { parameters: { ${name}: { file: … } } } }\`.`,
  };
}

function unreadable(problems: readonly Problem[]): UserError {
  const lines = new Set(problems.map(({ location }) => location?.line));
  return UserError.all(
    [...lines].map((line) => ({
      message: `input parameters${line === undefined ? '' : `, line ${line}`}: this is not valid YAML`,
      hint: `Put values in quotes, name each parameter once, and mind the indentation. The form is\n${example}`,
    })),
  );
}
