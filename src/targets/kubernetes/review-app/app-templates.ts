import {
  imagePlaceholders,
  missingPlaceholders,
  renderTemplate,
  type TemplateValues,
} from '../../../core/template.ts';
import { type Problem, UserError } from '../../../core/user-error.ts';
import type { AppFacts } from './app-facts.ts';

/** The image that the app runs: the one this run was given, else that of the settings. */
export function imageOf({ app, service }: Pick<AppFacts, 'app' | 'service'>): string {
  const { image, values } = service;
  const isNamed = /\{(?:image|digest)\}/.test(app.image);
  return image !== undefined && !isNamed ? image : renderTemplate(app.image, values);
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
export function requireValues({ app, service }: Pick<AppFacts, 'app' | 'service'>): void {
  const given = service.image === undefined ? { 'app.image': app.image } : {};
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
