import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** One request to the API and its answer. Bodies are parsed JSON; `undefined` = none. */
export interface Exchange {
  readonly method: string;
  /** With or without query and `/api/v3`. */
  readonly path: string;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly responseBody?: unknown;
}

interface Operation {
  readonly request: object | null;
  readonly responses: Readonly<Record<string, object | null>>;
}

interface Slice {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, object>>;
}

const file = fileURLToPath(new URL('../../fixtures/openapi/slice.json', import.meta.url));

/** Parameters that may hold slashes. */
const wide = ['ref', 'path', 'basehead', 'branch', 'tag'];

/** Answers what is wrong with an exchange by GitHub's published description; empty = nothing. */
export type ValidateExchange = (exchange: Exchange) => string[];

/** Answers what is wrong with one exchange; empty = nothing. */
export const validateExchange = lazily(createExchangeValidator);

/** Reads the slice, once for many exchanges. Schemas are compiled when they are first met. */
export function createExchangeValidator(): ValidateExchange {
  const slice = JSON.parse(readFileSync(file, 'utf8')) as Slice;
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    schemas: [{ $id: 'github', ...slice }],
  });
  ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/);
  // GitHub answers an empty text where there is no address.
  ajv.addFormat('uri', (text) => text === '' || URL.canParse(text));
  for (const format of [
    'int64',
    'email',
    'date',
    'binary',
    'repo.nwo',
    'timestamp',
    'uri-template',
  ]) {
    ajv.addFormat(format, true);
  }
  const patterns = Object.keys(slice.operations)
    .sort((a, b) => fixedParts(b) - fixedParts(a))
    .map((name) => ({ name, pattern: patternOf(name) }));
  const compiled = new Map<string, ValidateFunction>();
  const check = (pointer: string, value: unknown): string[] => {
    const validate =
      compiled.get(pointer) ?? ajv.compile({ $ref: `github#/operations/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
  return (exchange) => {
    const path = exchange.path
      .replace(/\?.*$/, '')
      .replace(/^\/api\/v3(?=\/)/, '')
      .replace(/\/contents$/, '/contents/');
    const call = `${exchange.method} ${path}`;
    const name = patterns.find(({ pattern }) => pattern.test(call))?.name;
    const operation = name === undefined ? undefined : slice.operations[name];
    if (name === undefined || !operation) return unknownOperation(call, exchange.status);
    return problems(exchange, operation, (part, value) =>
      check(`${pointerPart(name)}/${part}`, value),
    ).map((problem) => `${call} ${exchange.status}: ${problem}`);
  };
}

function problems(
  { status, requestBody, responseBody }: Exchange,
  operation: Operation,
  check: (part: string, value: unknown) => string[],
): string[] {
  const good = status >= 200 && status < 300;
  const asked = good && operation.request && requestBody !== undefined;
  const request = asked ? check('request', requestBody).map((text) => `request ${text}`) : [];
  const described = operation.responses[status];
  if (described) return [...request, ...check(`responses/${status}`, responseBody)];
  if (described === undefined && good) return [...request, 'this status is not described'];
  return status >= 400 && status !== 404 ? [...request, ...errorBody(responseBody)] : request;
}

function errorBody(body: unknown): string[] {
  const message = (body as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? [] : ['an error has a message'];
}

/** What the stand-in does not serve is right when it answers 404. */
function unknownOperation(call: string, status: number): string[] {
  return status === 404 ? [] : [`${call} ${status}: the slice has no such operation`];
}

function lazily(make: () => ValidateExchange): ValidateExchange {
  let made: ValidateExchange | undefined;
  return (exchange) => {
    made ??= make();
    return made(exchange);
  };
}

/** The more fixed parts a path has the earlier it is tried, so that names do not stand for GitHub's words. */
function fixedParts(operation: string): number {
  return operation.split('/').filter((part) => !part.startsWith('{')).length;
}

function patternOf(operation: string): RegExp {
  const source = operation.replace(/\{(\w+)\}/g, (_all, name: string) =>
    wide.includes(name) ? '.*' : '[^/]+',
  );
  return new RegExp(`^${source}$`);
}

function pointerPart(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
