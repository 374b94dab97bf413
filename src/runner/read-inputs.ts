import { nearest } from '../core/nearest.ts';
import { type Duration, parseDuration } from '../core/time.ts';
import { type Problem, UserError } from '../core/user-error.ts';
import type { Environment } from './environment.ts';

/** Reads the inputs of one action strictly. An empty input is an absent one, as GitHub cannot tell them apart. */
export interface InputReader {
  text(name: string): string | undefined;
  /** YAML 1.2 booleans only: `true`, `True`, `TRUE`, `false`, `False`, `FALSE`. */
  flag(name: string, fallback: boolean): boolean;
  integer(name: string, range: { min: number; max: number }): number | undefined;
  duration(name: string): Duration | undefined;
  choice<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined;
  /** What `parse` makes of the text; the problems of a `UserError` that it throws are noted. */
  parsed<Value>(name: string, parse: (text: string) => Value): Value | undefined;
  /** Notes a problem with an input that the reader itself cannot judge; one without a value is missing. */
  reject(name: string, value: string, allowed: string, hint?: string): undefined;
}

/** The inputs read, and warnings about `INPUT_*` that look like slips of ours. */
export interface ReadInputs<Inputs> {
  readonly inputs: Inputs;
  readonly warnings: readonly string[];
}

const booleans = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/** Reads all inputs with `read`. Throws one `UserError` with every problem found. */
export function readInputs<Inputs>(
  environment: Environment,
  read: (reader: InputReader) => Inputs,
): ReadInputs<Inputs> {
  const problems: Problem[] = [];
  const known = new Set<string>();
  const inputs = read(inputReader(environment, known, problems));
  const warnings = slips(environment, [...known]);
  if (problems.length === 0) return { inputs, warnings };
  const hint = 'Correct the name, or remove the input.';
  throw UserError.all([...problems, ...warnings.map((message) => ({ message, hint }))]);
}

function inputReader(
  environment: Environment,
  known: Set<string>,
  problems: Problem[],
): InputReader {
  const text = (name: string) => {
    known.add(name);
    return environment[variableOf(name)]?.trim() || undefined;
  };
  const reject: InputReader['reject'] = (name, value, allowed, hint) => {
    const isThere = value !== '';
    const is = isThere ? `is ${JSON.stringify(shorten(value))}, allowed` : 'is missing';
    const message = `input ${name} ${is}: ${allowed}`;
    // The root action reads what it hands on to a deploy and to a teardown, so some of it twice.
    if (problems.some((problem) => problem.message === message)) return;
    const usual = isThere
      ? `Set \`${name}:\` under \`with:\` to one of these, or leave it out for the default.`
      : `Set \`${name}:\` under \`with:\`.`;
    problems.push({ message, hint: hint ?? usual });
  };
  const parse = <Value>(
    name: string,
    allowed: string,
    to: (value: string) => Value | undefined,
  ) => {
    const value = text(name);
    return value === undefined ? undefined : (to(value) ?? reject(name, value, allowed));
  };
  return {
    text,
    reject,
    flag: (name, fallback) =>
      parse(name, 'true or false', (value) => booleans.get(value)) ?? fallback,
    integer: (name, { min, max }) =>
      parse(name, `a whole number from ${min} to ${max}`, (value) => wholeNumber(value, min, max)),
    duration: (name) => parse(name, 'a duration such as 90s, 30m, 1h30m or 7d', parseDuration),
    parsed: (name, to) => {
      const value = text(name);
      return value === undefined ? undefined : noting(problems, () => to(value));
    },
    choice: (name, allowed) =>
      parse(name, allowed.join(', '), (value) => allowed.find((word) => word === value)),
  };
}

function noting<Value>(problems: Problem[], act: () => Value): Value | undefined {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    problems.push(...cause.problems);
    return undefined;
  }
}

function wholeNumber(value: string, min: number, max: number): number | undefined {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

function variableOf(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

function slips(environment: Environment, known: readonly string[]): string[] {
  const variables = new Set(known.map(variableOf));
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('INPUT_') && !variables.has(variable))
    .flatMap((variable) => {
      const name = variable.slice('INPUT_'.length).toLowerCase();
      const meant = nearest(name, known);
      return meant
        ? [`input ${JSON.stringify(name)} does not exist; did you mean "${meant}"?`]
        : [];
    });
}

function shorten(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value;
}
