import {
  array,
  boolean,
  custom,
  description,
  type InferOutput,
  metadata,
  number,
  pipe,
  rawCheck,
  record,
  string,
  union,
} from 'valibot';
import type { ParameterValue } from '../targets/cloudformation/settings.ts';
import { pathItem } from './path-item.ts';
import { type Fault, rule } from './rule.ts';
import { settingFault } from './setting-templates.ts';
import { show, twoLines } from './wording.ts';

const valueForm = twoLines(
  'a text, a number, true or false, a list, a mapping (sent as JSON) or { file: path }',
  '"{sha}"',
);
const scalar = union(
  [string(), number(), boolean()],
  twoLines('a text, a number, true or false', '"1"'),
);

type Mapping = Readonly<Record<string, unknown>>;

/** A record of valibot's would take a list for a mapping with numbers as keys. */
function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of one parameter, as the file may say it. */
const parameterValue = pipe(
  union([string(), number(), boolean(), array(scalar), custom<Mapping>(isMapping)], valueForm),
  rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const { path, wrong, next } of valueFaults(dataset.value)) {
      const [first, ...rest] = path.map(pathItem);
      addIssue({ message: twoLines(wrong, next), ...(first && { path: [first, ...rest] }) });
    }
  }),
);

/** What the file may say for a parameter. */
export type FileParameterValue = InferOutput<typeof parameterValue>;

interface PlacedFault extends Fault {
  readonly path: readonly (string | number)[];
}

// A branch may hold commas and quotes, with which it would add items and keys of its own.
const inList = { branch: 'a branch may hold commas, which would make further items' };
const inPath = { branch: 'a branch may hold what leads elsewhere' };
const inJson = { branch: 'a branch may hold quotes, which would make further keys' };

function valueFaults(value: FileParameterValue): PlacedFault[] {
  if (typeof value === 'string') return placed([], settingFault(value));
  if (Array.isArray(value)) return value.flatMap(itemFaults);
  const file = fileOf(value);
  if (file !== undefined)
    return placed(['file'], settingFault(file, { forbidden: inPath }) ?? repositoryPathFault(file));
  return typeof value === 'object' ? jsonFaults(value, []) : [];
}

function itemFaults(item: string | number | boolean, index: number): PlacedFault[] {
  const text = String(item);
  const comma = text.includes(',')
    ? {
        wrong: `${show(text)} has a comma, and the items of a list are joined by commas`,
        next: 'Write it as two items, or the whole as one text.',
      }
    : undefined;
  return placed([index], comma ?? settingFault(text, { forbidden: inList }));
}

function jsonFaults(value: unknown, path: readonly (string | number)[]): PlacedFault[] {
  if (typeof value === 'string') return placed(path, settingFault(value, { forbidden: inJson }));
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => jsonFaults(item, [...path, index]));
  return Object.entries(value).flatMap(([key, inner]) => [
    ...placed([...path, key], settingFault(key, { forbidden: inJson })),
    ...jsonFaults(inner, [...path, key]),
  ]);
}

function placed(path: readonly (string | number)[], fault: Fault | undefined): PlacedFault[] {
  return fault ? [{ ...fault, path }] : [];
}

/** The path of `{ file: path }`; any other mapping is JSON. */
function fileOf(value: FileParameterValue): string | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const { file, ...rest } = value as Record<string, unknown>;
  return typeof file === 'string' && Object.keys(rest).length === 0 ? file : undefined;
}

/** What is wrong with the path of a file or folder of the repository. */
export function repositoryPathFault(path: string): Fault | undefined {
  if (path.trim() === '')
    return { wrong: 'this path is empty', next: 'Write a path from the root of the repository.' };
  if (path.includes('\\'))
    return {
      wrong: `the path ${show(path)} has a backslash`,
      next: `Write it with slashes: ${show(path.replaceAll('\\', '/'))}.`,
    };
  if (path.startsWith('/') || path.split('/').includes('..'))
    return {
      wrong: `the path ${show(path)} leads out of the repository`,
      next: 'Write a path from the root of the repository, without .. and without / at the start.',
    };
  if (path.split('/').includes('.'))
    return {
      wrong: `the path ${show(path)} has a dot for a folder`,
      next: 'Leave out ./ and /./.',
    };
  return undefined;
}

const parameterName = pipe(
  string(),
  rule((name) =>
    /^[A-Za-z0-9]{1,255}$/.test(name)
      ? undefined
      : {
          wrong: `${show(name)} cannot be the name of a parameter`,
          next: 'Use the name that stands under Parameters of the template: letters and digits only.',
        },
  ),
);

/** Parameters by name. */
export const parameters = pipe(
  record(
    parameterName,
    parameterValue,
    twoLines('a mapping of names to values', '{ ImageTag: "{sha}" }'),
  ),
  metadata({ title: 'values by name' }),
  description(
    'Parameters of the template: texts, numbers, booleans, lists (joined by commas), mappings (sent as JSON) and ' +
      '`{ file: path }`. May hold placeholders. Those that are not named keep their previous value, or have their default.',
  ),
);

/** A value as CloudFormation takes it: lists joined by commas, mappings as JSON. */
export function resolveParameter(value: FileParameterValue): ParameterValue {
  if (Array.isArray(value)) return value.map(String).join(',');
  const file = fileOf(value);
  if (file !== undefined) return { file };
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
