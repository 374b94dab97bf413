import type { ActOrder } from '../ports.ts';
import type { WayContext } from './way.ts';

/** The placeholders that texts of a way may have. */
export const placeholders = [
  'version',
  'short-version',
  'commit',
  'short-commit',
  'previous',
  'pipeline',
  'stage',
  'environment',
  'promotion',
  'attempt',
  'repository',
  'owner',
  'name',
] as const;

/** Their values for one attempt. `previous` is empty where the stage ran nothing, or it was not known. */
export function textValues(
  { pipeline, stage, promotion, attempt }: ActOrder,
  { repository, environment, commitOf }: WayContext,
): Record<(typeof placeholders)[number], string> {
  const { version, from = '', id } = promotion;
  const commit = commitOf(version);
  const [owner = '', name = ''] = repository.split('/');
  return {
    version,
    'short-version': shortened(version),
    commit,
    'short-commit': commit.slice(0, 7),
    previous: from,
    pipeline,
    stage,
    environment,
    promotion: id,
    attempt: String(attempt),
    repository,
    owner,
    name,
  };
}

/** A commit in seven digits, as GitHub shows it; anything else as it is. */
export function shortened(version: string): string {
  return /^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version;
}

/** The text with its placeholders replaced; unknown ones stay as they are. */
export function renderText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{([a-z-]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}
