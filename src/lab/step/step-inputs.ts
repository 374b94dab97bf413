import type { ActionManifest } from './action-manifest.ts';
import { evaluate, type GithubContext } from './expression.ts';

/** The `INPUT_*` variables, and what the runner warns of. */
export interface StepInputs {
  readonly env: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** Merges `with:` and the defaults as the runner does: names without case, absent ones set to nothing. */
export function resolveInputs(
  manifest: ActionManifest,
  given: Readonly<Record<string, string>>,
  context: GithubContext,
): StepInputs {
  const env: Record<string, string> = {};
  for (const [name, { default: value }] of Object.entries(manifest.inputs))
    env[variable(name)] = evaluate(value, context);
  for (const [name, value] of Object.entries(given)) env[variable(name)] = value;
  return { env, warnings: [...unexpected(manifest, given), ...deprecated(manifest, given)] };
}

/** `INPUT_` and the name in capitals; spaces become `_`, hyphens stay. */
function variable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

function unexpected(
  manifest: ActionManifest,
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const valid = Object.keys(manifest.inputs);
  const known = new Set(valid.map(variable));
  const wrong = Object.keys(given).filter((name) => !known.has(variable(name)));
  const list = (names: string[]) => names.map((name) => `'${name}'`).join(', ');
  return wrong.length === 0
    ? []
    : [`Unexpected input(s) ${list(wrong)}, valid inputs are [${list(valid)}]`];
}

function deprecated(
  manifest: ActionManifest,
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const used = new Set(Object.keys(given).map(variable));
  return Object.entries(manifest.inputs)
    .filter(([name, input]) => input.deprecated && used.has(variable(name)))
    .map(
      ([name, input]) => `Input '${name}' has been deprecated with message: ${input.deprecated}`,
    );
}
