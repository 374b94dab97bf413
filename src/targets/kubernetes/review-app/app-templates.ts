import {
  imagePlaceholders,
  missingPlaceholders,
  renderTemplate,
  type TemplateValues,
} from '../../../core/template.ts';
import { type Problem, UserError } from '../../../core/user-error.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';
import type { AppFacts } from './app-facts.ts';
import { commitKey } from './app-metadata.ts';

type Imaged = Pick<AppFacts, 'app' | 'service' | 'marks' | 'live'>;

/**
 * The image that the app runs: the one this run was given, else that of the settings. A run that was given none (of a
 * command) goes on with the image that serves this commit.
 */
export function imageOf(facts: Imaged): string {
  const { app, service } = facts;
  const { image, values } = service;
  const isNamed = /\{(?:image|digest)\}/.test(app.image);
  if (image !== undefined && !isNamed) return image;
  return (
    (isNamed && image === undefined && servingImage(facts)) || renderTemplate(app.image, values)
  );
}

function servingImage({ live, marks }: Imaged): string | undefined {
  const template = fieldsOf(fieldsOf(live.deployment?.spec).template);
  const annotations = fieldsOf(fieldsOf(template.metadata).annotations);
  if (annotations[commitKey] !== marks.commit) return undefined;
  const [container] = listOf(fieldsOf(template.spec).containers);
  return textOf(container?.image) || undefined;
}

/**
 * Text of a container: a variable or a word of a command. Kubernetes replaces `$(NAME)` in both, which what a
 * placeholder stands for (a branch) must not bring in.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function containerText(template: string, values: TemplateValues): string {
  const escaped = Object.entries(values).map(([name, value]) => [
    name,
    value?.replaceAll('$', '$$$$'),
  ]);
  return renderTemplate(template, Object.fromEntries(escaped) as TemplateValues);
}

/** Throws a `UserError` for every text of the app with a placeholder that has no value in this run. */
export function requireValues(facts: Imaged): void {
  const { app, service } = facts;
  const given = service.image === undefined ? { 'app.image': imageOf(facts) } : {};
  const texts = { ...given, ...textsOf(app) };
  const problems = Object.entries(texts).flatMap(([place, text]) =>
    problemOf(place, text, service.values, service.name),
  );
  if (problems.length > 0) throw UserError.all(problems);
}

function textsOf({ build, command, args, env, migrate, database }: AppFacts['app']) {
  return {
    ...(build && { 'app.build.job.image': build.image, ...named('app.build.job.env', build.env) }),
    ...(build && { 'app.build.job.command': build.command.join(' ') }),
    ...(build && { 'app.build.job.source-image': build.sourceImage }),
    ...(command && { 'app.command': command.join(' ') }),
    ...(args && { 'app.args': args.join(' ') }),
    ...(migrate && { 'app.migrate.command': migrate.command.join(' ') }),
    ...(database && { 'app.database.postgres.image': database.image }),
    ...named('app.env', env),
  };
}

function named(place: string, texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${place}.${name}`, text]),
  );
}

function problemOf(
  place: string,
  text: string,
  values: TemplateValues,
  service: string,
): Problem[] {
  const images = imagePlaceholders.filter(
    (name) => text.includes(`{${name}}`) && values[name] === undefined,
  );
  const missing = [...missingPlaceholders(text, values), ...images];
  if (missing.length === 0) return [];
  return [
    {
      message: `preview.kubernetes.${place} "${text}" needs {${missing.join('}, {')}}, which this run was not given`,
      hint:
        images.length > 0
          ? `Pass the input \`images: ${service}=registry.example.com/${service}@sha256:…\` from the step that pushed the image.`
          : 'Run on a pull_request event, or pass the input `pull-request`.',
    },
  ];
}
