import { invalidRequest } from './api-error.ts';
import type { Context } from './route.ts';

type Kind = 'string' | 'boolean' | 'array' | 'object';

/** A text that must be there. Throws GitHub's 422. */
export function requiredText(context: Context, field: string): string {
  const value = optionalText(context, field);
  if (value === undefined) throw invalidRequest(`"${field}" wasn't supplied.`);
  return value;
}

/** A text, or `undefined` for absent and null. */
export function optionalText(context: Context, field: string): string | undefined {
  return checked(context, field, 'string', (value) => typeof value === 'string') as
    | string
    | undefined;
}

/** A boolean, or `undefined` for absent and null. */
export function optionalFlag(context: Context, field: string): boolean | undefined {
  return checked(context, field, 'boolean', (value) => typeof value === 'boolean') as
    | boolean
    | undefined;
}

/** A list of texts, or `undefined` for absent and null. */
export function optionalTexts(context: Context, field: string): string[] | undefined {
  const list = optionalList(context, field);
  const wrong = list?.find((entry) => typeof entry !== 'string');
  if (wrong !== undefined) {
    throw invalidRequest(`For 'items', ${JSON.stringify(wrong)} is not a string.`);
  }
  return list as string[] | undefined;
}

/** A list, or `undefined` for absent and null. */
export function optionalList(context: Context, field: string): unknown[] | undefined {
  return checked(context, field, 'array', Array.isArray) as unknown[] | undefined;
}

/** An object, or `undefined` for absent and null. */
export function optionalObject(
  context: Context,
  field: string,
): Record<string, unknown> | undefined {
  return checked(context, field, 'object', isObject) as Record<string, unknown> | undefined;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checked(
  context: Context,
  field: string,
  kind: Kind,
  fits: (value: unknown) => boolean,
): unknown {
  const value = context.body[field];
  if (value === undefined || value === null) return undefined;
  if (fits(value)) return value;
  const article = /^[aio]/.test(kind) ? 'an' : 'a';
  throw invalidRequest(
    `For 'properties/${field}', ${JSON.stringify(value)} is not ${article} ${kind}.`,
  );
}
