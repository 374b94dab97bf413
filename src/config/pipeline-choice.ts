import { pathItem } from './path-item.ts';
import { listed, twoLines } from './wording.ts';

interface Checked {
  readonly dataset: { readonly value: unknown; readonly issues?: readonly unknown[] | undefined };
  addIssue(info: {
    message: string;
    path?: [ReturnType<typeof pathItem>, ...ReturnType<typeof pathItem>[]];
  }): void;
}

/** A check that exactly one of the keys is there; what else is wrong with the section comes first. */
export function oneOf(keys: readonly string[], what: string, example: string) {
  return ({ dataset, addIssue }: Checked): void => {
    const { value, issues = [] } = dataset;
    if (typeof value !== 'object' || value === null) return;
    const [first, second] = keys.filter((key) => Object.hasOwn(value, key));
    if (first === undefined && issues.length === 0)
      addIssue({
        message: twoLines(
          `it says not ${what}: one of ${listed(keys)} is needed`,
          `Write ${example}.`,
        ),
      });
    if (second !== undefined)
      addIssue({
        message: twoLines(`it stands beside ${first}, and one of the two counts`, 'Remove one.'),
        path: [pathItem(second)],
      });
  };
}
