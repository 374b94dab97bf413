import type { IssuePathItem } from 'valibot';

/** A step of a path as valibot's issues carry it: a key, or the number of a list's item. */
export function pathItem(key: string | number): IssuePathItem {
  return typeof key === 'number'
    ? { type: 'array', origin: 'value', input: [], key, value: undefined }
    : { type: 'object', origin: 'value', input: {}, key, value: undefined };
}
