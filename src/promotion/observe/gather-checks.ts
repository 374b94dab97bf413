import { UserError } from '../../core/user-error.ts';
import type { CheckResult, PromotionFacts } from '../facts.ts';
import { contextOf, type Known, type StageContext } from '../stage-context.ts';
import { requiredChecks } from '../stage-gates.ts';
import { candidateVersions } from './candidate-versions.ts';
import { wordsOf } from './observe-stage.ts';
import type { CheckReader, SeenCheck } from './ports.ts';
import type { Looking } from './stage-view.ts';

type Results = Readonly<Record<string, CheckResult>>;

/** For each stage so many versions are asked for: two requests each. In a queue each that has failed makes one more. */
const askedAtMost = { usual: 6, queue: 40 };

/**
 * The checks that can matter now, by version: of what may start in a stage that asks for some, from the likeliest on to
 * the first that has passed them all. Where there are more than are asked for, the newest are, and some of the older, up
 * to the oldest: else one that has passed would wait for as long as newer ones are made faster than their checks end.
 * What could not be read is unknown, and a warning.
 */
export async function gatherChecks(
  known: Known,
  looking: Looking,
): Promise<PromotionFacts['checks']> {
  const asking = known.pipeline.stages
    .map(({ name }) => contextOf(known, name))
    .filter((context) => requiredChecks(context).length > 0);
  const found = await Promise.all(asking.map((context) => checksFor(context, looking)));
  return merged(found.flat());
}

async function checksFor(context: StageContext, looking: Looking): Promise<[string, Results][]> {
  const { known } = context;
  const names = requiredChecks(context);
  const isQueue = known.pipeline.order === 'queue';
  const found: [string, Results][] = [];
  const candidates = candidateVersions(context);
  const asked = isQueue ? candidates.slice(0, askedAtMost.queue) : some(candidates);
  for (const version of asked) {
    const at = known.order.position(version);
    const commit = at === undefined ? undefined : known.order.versions[at]?.commit;
    if (commit === undefined) continue;
    const results = await checksOf(commit, names, looking);
    found.push([version, results]);
    const states = names.map((name) => results[name]?.state);
    if (states.every((state) => state === 'success')) break;
    if (isQueue && !states.includes('failure')) break;
  }
  return found;
}

/** The first half as they come, the others further and further apart, the last one always. */
function some(versions: readonly string[]): readonly string[] {
  const { usual } = askedAtMost;
  if (versions.length <= usual) return versions;
  const near = usual / 2;
  const ratio = ((versions.length - 1) / (near - 1)) ** (1 / (usual - near));
  const indices = Array.from({ length: usual }, (_, index) =>
    index < near ? index : Math.ceil((near - 1) * ratio ** (index - near + 1) - 1e-9),
  );
  return [...new Set(indices)].flatMap((index) => versions[index] ?? []);
}

/** The latest of each name, from check runs and commit statuses together. */
async function checksOf(
  commit: string,
  names: readonly string[],
  { repository: { checks }, warn }: Looking,
): Promise<Results> {
  const readers: readonly (keyof CheckReader)[] = ['checkRuns', 'statuses'];
  const read = await Promise.allSettled(readers.map((kind) => checks[kind](commit)));
  const seen = read.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  const failures = read.flatMap((each) =>
    each.status === 'rejected' ? [each.reason as unknown] : [],
  );
  for (const cause of failures) for (const problem of problemsOf(cause, commit)) warn(problem);
  return Object.fromEntries(
    names.flatMap((name): [string, CheckResult][] => {
      const latest = latestOf(seen.filter((check) => check.name === name));
      // What could not be read may be later than what could, or the only one.
      if (failures.length > 0 && latest?.state !== 'failure') return [[name, { state: 'unknown' }]];
      return latest ? [[name, resultOf(latest)]] : [];
    }),
  );
}

/** One without a time has not begun: none is later. */
function latestOf(checks: readonly SeenCheck[]): SeenCheck | undefined {
  const time = ({ at }: SeenCheck) => at ?? Number.POSITIVE_INFINITY;
  return checks.reduce<SeenCheck | undefined>(
    (latest, each) => (latest && time(latest) > time(each) ? latest : each),
    undefined,
  );
}

function resultOf({ state, at, url }: SeenCheck): CheckResult {
  return { state, ...(at !== undefined && { at }), ...(url !== undefined && { url }) };
}

function problemsOf(cause: unknown, commit: string) {
  if (cause instanceof UserError) return cause.problems;
  const message = `the checks of ${commit} could not be read: ${wordsOf(cause)}`;
  return [{ message, hint: 'The next run asks again.' }];
}

function merged(all: readonly [string, Results][]): PromotionFacts['checks'] {
  const checks: Record<string, Results> = {};
  for (const [version, results] of all) checks[version] = { ...checks[version], ...results };
  return checks;
}
