import { pathItem } from './path-item.ts';
import { listed, twoLines } from './wording.ts';

interface Checked {
  readonly dataset: { readonly value: unknown; readonly issues?: readonly unknown[] | undefined };
  addIssue(info: {
    message: string;
    path?: [ReturnType<typeof pathItem>, ...ReturnType<typeof pathItem>[]];
  }): void;
}

/** A check that not two of the keys are there. */
export function atMostOneOf(keys: readonly string[]) {
  return ({ dataset, addIssue }: Checked): void => {
    const [first, second] = present(keys, dataset.value);
    if (second === undefined) return;
    addIssue({
      message: twoLines(`it stands beside ${first}, and one of the two counts`, 'Remove one.'),
      path: [pathItem(second)],
    });
  };
}

/** A check that exactly one of the keys is there; what else is wrong with the section comes first. */
export function oneOf(keys: readonly string[], what: string, example: string) {
  return (checked: Checked): void => {
    const { value, issues = [] } = checked.dataset;
    const isMapping = typeof value === 'object' && value !== null;
    if (isMapping && present(keys, value).length === 0 && issues.length === 0)
      checked.addIssue({
        message: twoLines(
          `it does not say ${what}: one of ${listed(keys)} is needed`,
          `Write ${example}.`,
        ),
      });
    atMostOneOf(keys)(checked);
  };
}

function present(keys: readonly string[], value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return keys.filter((key) => Object.hasOwn(value, key));
}
