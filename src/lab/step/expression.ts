import { UserError } from '../../core/user-error.ts';

/** The `github` context: values of `github.<name>`, and the payload under `event`. */
export type GithubContext = Readonly<Record<string, unknown>>;

const expression = /\$\{\{\s*(.*?)\s*\}\}/g;
const path = /^github((?:\.[A-Za-z_][A-Za-z0-9_-]*)+)$/;

/**
 * Replaces `${{ github.… }}` in a default of an `action.yml`. Throws `UserError` for any other expression:
 * this runner knows no more, and a wrong value would be worse than none.
 */
export function evaluate(text: string, context: GithubContext): string {
  return text.replaceAll(expression, (whole, inner: string) => {
    const names = path.exec(inner)?.[1]?.slice(1).split('.');
    if (!names)
      throw new UserError(
        `the lab cannot evaluate ${whole}`,
        'It knows github.<name> and github.event.<path>; give the input a value.',
      );
    return asText(names.reduce<unknown>(step, context));
  });
}

function step(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? 'Object' : String(value);
}
