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

type Placeholder = (typeof placeholders)[number];

/** A version that is about to enter a stage, or in it. */
export interface VersionForStage {
  readonly pipeline: string;
  readonly stage: string;
  readonly version: string;
  /** What the stage ran before; `undefined` = nothing, or it is not known. */
  readonly from: string | undefined;
}

/** The values of the placeholders that there are before a promotion has begun; `previous` may be empty. */
export function versionValues(
  { pipeline, stage, version, from }: VersionForStage,
  { repository, environment, commitOf }: WayContext,
): Omit<Record<Placeholder, string>, 'promotion' | 'attempt'> {
  const commit = commitOf(version);
  const [owner = '', name = ''] = repository.split('/');
  return {
    version,
    'short-version': shortened(version),
    commit,
    'short-commit': commit.slice(0, 7),
    previous: from ?? '',
    pipeline,
    stage,
    environment,
    repository,
    owner,
    name,
  };
}

/** The values of all placeholders, for one attempt. */
export function textValues(
  { pipeline, stage, promotion, attempt }: ActOrder,
  context: WayContext,
): Record<Placeholder, string> {
  const { id, version, from } = promotion;
  return {
    ...versionValues({ pipeline, stage, version, from }, context),
    promotion: id,
    attempt: String(attempt),
  };
}

/** A commit in seven digits, as GitHub shows it; anything else as it is. */
export function shortened(version: string): string {
  return /^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version;
}

/** A text of a way's settings, for one attempt; unknown placeholders stay as they are. */
export function filled(
  text: string,
  { order, context }: { readonly order: ActOrder; readonly context: WayContext },
): string {
  return renderText(text, textValues(order, context));
}

/** The text with its placeholders replaced; unknown ones stay as they are. */
export function renderText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{([a-z-]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}
