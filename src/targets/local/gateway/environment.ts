import type { PreviewMarks } from '../../target.ts';
import { markerVariable } from './process-table.ts';

const kept = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'SHELL',
  'USER',
  'LOGNAME',
  'TZ',
] as const;

/** What a process of a preview is told. */
export interface Surroundings {
  readonly marks: PreviewMarks;
  readonly url: string;
  readonly marker: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The few variables that are needed to run anything and that carry no secret. */
export function harmless(environment: Environment): Record<string, string> {
  const found = kept.map((name) => [name, environment[name]] as const);
  return Object.fromEntries(
    found.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined),
  );
}

/**
 * The environment of a preview's process: nothing of the gateway's own but the harmless part, so that no
 * token of a job or of the machine's owner reaches the code of a pull request.
 */
export function previewEnvironment(own: Environment, given: Surroundings): Record<string, string> {
  const { marks } = given;
  return {
    ...harmless(own),
    HOST: '127.0.0.1',
    COMPOSE_PROJECT_NAME: composeProject(marks),
    ...given.env,
    ...(given.port !== undefined && { PORT: String(given.port) }),
    UNDERSTUDY_PREVIEW_ID: marks.previewId,
    UNDERSTUDY_COMMIT: marks.commit,
    UNDERSTUDY_URL: given.url,
    UNDERSTUDY_PULL_REQUEST: String(marks.pullRequest),
    [markerVariable]: given.marker,
  };
}

/** `<repository>-<id>` in the form that Compose allows: lower case, digits, `-`, `_`, a letter or digit first. */
function composeProject({ repository, previewId }: PreviewMarks): string {
  const name = repository.split('/').at(-1) ?? '';
  const folded = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return `${folded || 'preview'}-${previewId}`;
}
