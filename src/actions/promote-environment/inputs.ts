import { parseDuration, parseInstant } from '../../core/time.ts';
import { overridableGates } from '../../promotion/gates/override.ts';
import {
  type Instruction,
  modes,
  type ReportedResult,
  reportedResults,
  type Until,
} from '../../promotion/instruction.ts';
import type { InputReader } from '../../runner/read-inputs.ts';
import { type CommonInputs, readCommonInputs } from '../common-inputs.ts';

/** Inputs of promote-environment. */
export interface PromoteInputs extends CommonInputs {
  /** Absent = the only one. */
  readonly pipeline: string | undefined;
  readonly instruction: Instruction;
  /** Empty = no reason was given. */
  readonly why: string;
  readonly dryRun: boolean;
}

type Mode = Instruction['mode'];

/** Each mode, with what it needs and what it may have besides `pipeline`, `mode` and the common inputs. */
const takes: Readonly<
  Record<Mode, { readonly needs: readonly Name[]; readonly may: readonly Name[] }>
> = {
  advance: { needs: [], may: ['stage', 'version'] },
  report: { needs: ['promotion', 'result'], may: ['stage', 'version', 'evidence'] },
  approve: { needs: ['stage', 'version'], may: ['why'] },
  hold: { needs: [], may: ['stage', 'until', 'why'] },
  release: { needs: [], may: ['stage', 'version', 'why'] },
  rollback: { needs: ['stage'], may: ['version', 'why'] },
  abort: { needs: ['stage'], may: ['promotion', 'why'] },
  override: { needs: ['stage', 'version', 'gates', 'why'], may: ['until'] },
};

const names = [
  'stage',
  'version',
  'promotion',
  'result',
  'evidence',
  'why',
  'gates',
  'until',
] as const;
type Name = (typeof names)[number];

const longest = { version: 250, evidence: 1000, why: 500, stage: 100, promotion: 100 } as const;

/** Reads the inputs of promote-environment; what a mode needs and what it has no use for is named. */
export function readPromoteInputs(reader: InputReader): PromoteInputs {
  const mode = reader.choice('mode', modes);
  const instruction = instructionOf(mode ?? 'advance', readWords(reader));
  // Of a mode that is misspelt it is not known what it takes.
  if (mode !== undefined || reader.text('mode') === undefined)
    checkTakes(reader, mode ?? 'advance');
  return {
    ...readCommonInputs(reader),
    pipeline: readText(reader, 'pipeline', 100),
    instruction,
    why: readText(reader, 'why', longest.why) ?? '',
    dryRun: reader.flag('dry-run', false),
  };
}

interface Words {
  readonly stage: string | undefined;
  readonly version: string | undefined;
  readonly promotion: { readonly id: string; readonly attempt?: number } | undefined;
  readonly result: ReportedResult | undefined;
  readonly evidence: string | undefined;
  readonly gates: readonly string[];
  readonly until: Until | undefined;
}

function readWords(reader: InputReader): Words {
  return {
    stage: readText(reader, 'stage', longest.stage),
    version: readVersion(reader),
    promotion: readPromotion(reader),
    result: reader.choice('result', reportedResults),
    evidence: readText(reader, 'evidence', longest.evidence),
    gates: readGates(reader),
    until: readUntil(reader),
  };
}

/** What is missing was told by `checkTakes`, so that an empty word here never leaves this file. */
function instructionOf(mode: Mode, words: Words): Instruction {
  const { stage = '', version = '', promotion, gates } = words;
  const at = words.stage === undefined ? {} : { stage };
  const of = words.version === undefined ? {} : { version };
  const end = words.until ? { until: words.until } : {};
  switch (mode) {
    case 'advance':
    case 'release':
      return { mode, ...at, ...of };
    case 'report':
      return { ...reportOf(words), ...at, ...of };
    case 'approve':
      return { mode, stage, version };
    case 'hold':
      return { mode, ...at, ...end };
    case 'rollback':
      return { mode, stage, ...of };
    case 'abort':
      return { mode, stage, ...(promotion && { promotion: promotion.id }) };
    case 'override':
      return { mode, stage, version, gates, ...end };
  }
}

function reportOf({ promotion, result = 'failure', evidence = '' }: Words) {
  const attempt = promotion?.attempt;
  return {
    mode: 'report' as const,
    promotion: promotion?.id ?? '',
    ...(attempt !== undefined && { attempt }),
    result,
    evidence,
  };
}

function checkTakes(reader: InputReader, mode: Mode): void {
  const { needs, may } = takes[mode];
  for (const name of names) {
    const value = reader.text(name);
    if (needs.includes(name) && value === undefined)
      reader.reject(name, '', `mode ${mode} needs ${needs.join(', ')}`);
    if (value !== undefined && !needs.includes(name) && !may.includes(name))
      reader.reject(
        name,
        value,
        `nothing, as mode ${mode} has no use for it`,
        'Leave it out, or take the mode that it is for.',
      );
  }
  const { stage, version } = { stage: reader.text('stage'), version: reader.text('version') };
  if (mode === 'release' && version !== undefined && stage === undefined)
    reader.reject('stage', '', 'mode release with a version needs the stage that it is let into');
}

function readText(reader: InputReader, name: string, most: number): string | undefined {
  const text = reader.text(name);
  if (text === undefined || text.length <= most) return text;
  return reader.reject(name, text, `a text of at most ${most} characters`);
}

/** The name of a commit, a tag or a release: git allows no space and no control character in these. */
function readVersion(reader: InputReader): string | undefined {
  const version = readText(reader, 'version', longest.version);
  if (version === undefined || !/[\s\p{Cc}\p{Cf}]/u.test(version)) return version;
  return reader.reject('version', version, 'a tag, or a commit in 7 to 40 hex digits');
}

/** The output `promotion`, or `key` of one of the output `promotions`, which names the attempt besides. */
function readPromotion(reader: InputReader): Words['promotion'] {
  const text = readText(reader, 'promotion', longest.promotion);
  if (text === undefined) return undefined;
  const [, id, attempt] = /^([a-z0-9-]+-g\d+-[0-9a-f]{12})(?:-a(\d{1,4}))?$/.exec(text) ?? [];
  if (id === undefined)
    return reader.reject('promotion', text, 'the output `promotion` of the run that decided');
  return attempt === undefined ? { id } : { id, attempt: Number(attempt) };
}

function readGates(reader: InputReader): readonly string[] {
  const words = (reader.text('gates') ?? '').split(/[\s,]+/).filter((word) => word !== '');
  for (const word of words) {
    if (!overridableGates.includes(word)) reader.reject('gates', word, overridableGates.join(', '));
  }
  return words;
}

function readUntil(reader: InputReader): Until | undefined {
  const text = reader.text('until');
  if (text === undefined) return undefined;
  const [length, at] = [parseDuration(text), parseInstant(text)];
  if (length !== undefined) return { in: length };
  if (at !== undefined) return { at };
  return reader.reject('until', text, 'a duration such as 4h, or a moment as 2026-11-24T18:00:00Z');
}
