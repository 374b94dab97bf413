import { nearest } from '../core/nearest.ts';
import { start } from '../core/start.ts';
import { parseDuration, parseInstant } from '../core/time.ts';
import { overridableGates } from './gates/override.ts';
import type { Instruction, Until } from './instruction.ts';
import type { Pipeline } from './pipeline.ts';
import { unknownStage } from './unknown-stage.ts';

/** What every command about promotions begins with. */
export const promotePrefix = '/promote';

/** What can be said, for people. */
export const promoteHelp: readonly (readonly [command: string, meaning: string])[] = [
  ['/promote', 'move everything on that may move'],
  ['/promote STAGE [VERSION]', 'move that stage on, to that version if one is named'],
  ['/promote approve STAGE VERSION', 'give your approval to that version on that stage'],
  [
    '/promote hold [STAGE] [for 4h] [because …]',
    'let nothing into the stage, or into any, until then or until it is released',
  ],
  ['/promote release [STAGE]', 'lift a hold, or the pin of a rollback'],
  ['/promote release STAGE VERSION', 'let a version in once more that failed or was aborted'],
  [
    '/promote rollback STAGE [VERSION]',
    'go back to what ran before, or to that, and stay there until released',
  ],
  ['/promote abort STAGE', 'end what is under way there'],
  [
    '/promote override STAGE VERSION GATE,GATE [for 1h] because …',
    'pass these gates in an emergency; it stays in the record',
  ],
  ['/promote status', 'show where everything is, and change nothing'],
  ['/promote help', 'show this'],
];

/** What a comment asks for, once it is known which pipelines there are. */
export type PromoteCommand =
  | {
      readonly kind: 'instruction';
      readonly pipeline: string;
      readonly instruction: Exclude<Instruction, { mode: 'report' }>;
      readonly why: string;
    }
  | { readonly kind: 'status'; readonly pipeline: string | undefined }
  | { readonly kind: 'help' }
  /** One sentence that begins with a rule. */
  | { readonly kind: 'invalid'; readonly reason: string };

const verbs = ['approve', 'hold', 'release', 'rollback', 'abort', 'override', 'status', 'help'];

/**
 * Reads the words after `/promote`. With several pipelines their name comes before the stage, as `app production` or
 * `app/production`, unless only one of them has such a stage.
 */
export function readPromoteCommand(
  words: readonly string[],
  pipelines: readonly Pipeline[],
): PromoteCommand {
  const { said, why, until, fault } = readPhrases(words);
  if (fault !== undefined) return invalid(fault);
  const verb = verbs.find((each) => each === said[0]);
  const rest = verb === undefined ? said : said.slice(1);
  if (verb === 'help') return { kind: 'help' };
  if (pipelines.length === 0)
    return invalid('pipelines: the configuration of the default branch has no `pipelines`');
  if (verb === 'status' && rest.length === 0) return { kind: 'status', pipeline: undefined };
  const wrong = verb === undefined ? unknownWord(rest, pipelines) : undefined;
  if (wrong !== undefined) return invalid(wrong);
  const place = findPlace(rest, pipelines);
  if (typeof place === 'string') return invalid(place);
  const { pipeline } = place;
  if (verb === 'status') return { kind: 'status', pipeline };
  if (until && verb !== 'hold' && verb !== 'override')
    return invalid(`command: \`for\` and \`until\` are for hold and override alone`);
  const instruction = instructionOf(verb ?? 'advance', place, until);
  if (typeof instruction === 'string') return invalid(instruction);
  return { kind: 'instruction', pipeline, instruction, why };
}

interface Phrases {
  readonly said: readonly string[];
  readonly why: string;
  readonly until?: Until;
  readonly fault?: string;
}

/** Takes `for 4h`, `until 2026-11-24T18:00:00Z` and `because …` from the words. */
function readPhrases(words: readonly string[]): Phrases {
  const because = words.findIndex((word) => /^because:?$/i.test(word));
  const before = because < 0 ? words : words.slice(0, because);
  const why = because < 0 ? '' : start(words.slice(because + 1).join(' '), 500);
  const at = before.findIndex((word) => word === 'for' || word === 'until');
  if (at < 0) return { said: before, why };
  const [phrase, value = '', ...more] = before.slice(at);
  const until = phrase === 'for' ? lengthOf(value) : momentAt(value);
  const said = before.slice(0, at);
  if (more.length > 0)
    return {
      said,
      why,
      fault: `command: after "${phrase} ${start(value, 40)}" comes nothing but \`because …\``,
    };
  if (!until)
    return { said, why, fault: `command: write \`for 4h\` or \`until 2026-11-24T18:00:00Z\`` };
  return { said, why, until };
}

function lengthOf(text: string): Until | undefined {
  const length = parseDuration(text);
  return length && { in: length };
}

function momentAt(text: string): Until | undefined {
  const at = parseInstant(text);
  return at === undefined ? undefined : { at };
}

interface Place {
  readonly pipeline: string;
  readonly stage: string | undefined;
  /** What comes after the stage. */
  readonly rest: readonly string[];
}

/** Which pipeline and stage are meant; a text says why that cannot be told. */
function findPlace(words: readonly string[], pipelines: readonly Pipeline[]): Place | string {
  const [first, ...others] = words.flatMap((word, index) =>
    index === 0 ? splitPlace(word, pipelines) : word,
  );
  const [only] = pipelines;
  if (!only) throw new RangeError('there are no pipelines');
  const named = pipelines.find(({ name }) => name === first);
  const isStageToo = pipelines.length === 1 && hasStage(only, first);
  if (named && !isStageToo) return inPipeline(named, others);
  if (pipelines.length === 1)
    return inPipeline(only, first === undefined ? [] : [first, ...others]);
  const having = pipelines.filter((pipeline) => hasStage(pipeline, first));
  const [single] = having;
  if (single && having.length === 1) return inPipeline(single, [first ?? '', ...others]);
  return `pipeline: say which one is meant: ${pipelines.map(({ name }) => name).join(', ')}`;
}

/** The sentence for a first word that may have been meant as a command or as a stage; `undefined` = it is one, or a pipeline. */
function unknownWord(
  [word]: readonly string[],
  pipelines: readonly Pipeline[],
): string | undefined {
  const stages = pipelines.flatMap((pipeline) => pipeline.stages.map(({ name }) => name));
  const names = pipelines.map(({ name }) => name);
  const isPlace = names.some((name) => word === name || word?.startsWith(`${name}/`));
  if (word === undefined || isPlace || stages.includes(word)) return undefined;
  const said = start(word, 60);
  const [verb, stage] = [nearest(said, verbs), nearest(said, stages)];
  const meant = [
    ...(verb === undefined ? [] : [`\`${promotePrefix} ${verb}\``]),
    ...(stage === undefined ? [] : [`the stage ${JSON.stringify(stage)}`]),
  ];
  const question = `did you mean ${meant.join(' or ')}?`;
  const help = `the stages are ${stages.join(', ')}, the commands ${verbs.join(', ')}`;
  return `command: no command and no stage is called ${JSON.stringify(said)}; ${
    meant.length > 0 ? question : help
  }`;
}

/** `app/production` is two words, where `app` is a pipeline. */
function splitPlace(word: string, pipelines: readonly Pipeline[]): string[] {
  const found = pipelines.find(({ name }) => word.startsWith(`${name}/`));
  return found ? [found.name, word.slice(found.name.length + 1)] : [word];
}

function inPipeline(pipeline: Pipeline, words: readonly string[]): Place | string {
  const [stage, ...rest] = words;
  if (stage === undefined || hasStage(pipeline, stage))
    return { pipeline: pipeline.name, stage, rest };
  return unknownStage(pipeline, start(stage, 60));
}

function hasStage({ stages }: Pipeline, stage: string | undefined): boolean {
  return stages.some(({ name }) => name === stage);
}

type Instructed = Exclude<Instruction, { mode: 'report' }>;

function instructionOf(
  verb: string,
  { stage, rest }: Place,
  until: Until | undefined,
): Instructed | string {
  const [version, third, ...more] = rest;
  if (more.length > 0 || (third !== undefined && verb !== 'override')) return tooMuch(verb);
  const at = stage === undefined ? {} : { stage };
  const of = version === undefined ? {} : { version };
  const end = until ? { until } : {};
  if (verb === 'advance') return { mode: 'advance', ...at, ...of };
  if (verb === 'release') return { mode: 'release', ...at, ...of };
  if (verb === 'hold')
    return version === undefined ? { mode: 'hold', ...at, ...end } : tooMuch(verb);
  if (stage === undefined) return `stage: say which stage, as \`/promote ${verb} production\``;
  if (verb === 'rollback') return { mode: 'rollback', stage, ...of };
  if (verb === 'abort') return version === undefined ? { mode: 'abort', stage } : tooMuch(verb);
  if (version === undefined)
    return `version: say which version, as \`/promote ${verb} ${stage} v1.2\``;
  if (verb === 'approve') return { mode: 'approve', stage, version };
  const gates = (third ?? '').split(',').filter((gate) => gate !== '');
  return gates.length > 0
    ? { mode: 'override', stage, version, gates, ...end }
    : `override: say which gates, among ${overridableGates.join(', ')}`;
}

function tooMuch(verb: string): string {
  const usage =
    promoteHelp.find(([command]) => command.includes(` ${verb}`))?.[0] ??
    '/promote STAGE [VERSION]';
  return `command: too many words; write \`${usage}\``;
}

function invalid(reason: string): PromoteCommand {
  return { kind: 'invalid', reason };
}
