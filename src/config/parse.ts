import { safeParse } from 'valibot';
import { type Problem, UserError } from '../core/user-error.ts';
import { readDocument, type Source } from './document.ts';
import { explainIssue, explainShape, pathOf } from './explain.ts';
import { isKubernetesText } from './kubernetes-texts.ts';
import { isPipelineText } from './pipeline-texts.ts';
import type { Path } from './plain-values.ts';
import { type Configuration, configurationSchema } from './schema.ts';
import { findShapeFaults } from './shape.ts';

const shown = 50;

// biome-ignore lint/performance/noBarrelFile: this file is the entry of the one unit that carries the YAML parser
export { parseParameters } from './parse-parameters.ts';

/**
 * Reads `.github/understudy.yml`. `file` is the name that errors carry. Throws one `UserError` with all
 * problems, each with line and column. An empty text means all defaults.
 */
export function parseConfiguration(text: string, file: string): Configuration {
  const source = readDocument(text, file, isTextSetting);
  const checked = source.readable ? check(source) : { problems: [] };
  const problems = [...source.problems, ...checked.problems];
  if (problems.length === 0 && checked.configuration) return checked.configuration;
  throw UserError.all(shorten(inOrder(problems), file));
}

/** Parameters and tags, and the items of a parameter that is a list, are texts whatever they look like. */
function isTextSetting(path: Path): boolean {
  const start = path.indexOf('cloudformation') + 1;
  const [section, , item, deeper] = path.slice(start);
  return (
    isKubernetesText(path) ||
    isPipelineText(path) ||
    (start > 0 &&
      (section === 'parameters' || section === 'tags') &&
      deeper === undefined &&
      (item === undefined || typeof item === 'number'))
  );
}

function check(source: Source): { problems: Problem[]; configuration?: Configuration } {
  const value = source.value ?? {};
  const faults = findShapeFaults(configurationSchema, value);
  const result = safeParse(configurationSchema, value);
  const lists = faults.filter(({ kind }) => kind === 'not-a-mapping').map(({ path }) => path);
  const issues = (result.issues ?? []).filter((issue) => !isUnder(pathOf(issue), lists));
  const problems = [
    ...faults.map((fault) => explainShape(fault, source)),
    ...issues.flatMap((issue) => explainIssue(issue, source)),
  ];
  return result.success && problems.length === 0
    ? { problems, configuration: result.output }
    : { problems };
}

function isUnder(path: Path, places: readonly Path[]): boolean {
  return places.some((place) => place.every((key, index) => path[index] === key));
}

/** In the order of the file, one for each place: what follows from the first is noise. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const places = new Map<string, Problem>();
  for (const problem of problems) {
    const key = `${problem.location?.line}:${problem.location?.column}`;
    if (!places.has(key)) places.set(key, problem);
  }
  return [...places.values()].sort(
    ({ location: a }, { location: b }) =>
      (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
  );
}

function shorten(problems: readonly Problem[], file: string): readonly Problem[] {
  const left = problems.length - shown;
  if (left <= 0) return problems;
  return [
    ...problems.slice(0, shown),
    {
      message: `and ${left} more problems`,
      hint: 'Mend these first; the others show then.',
      location: { file },
    },
  ];
}
