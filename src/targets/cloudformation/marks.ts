import type { Tag } from '@aws-sdk/client-cloudformation';
import { parseInstant, toIso } from '../../core/time.ts';
import { type Problem, UserError } from '../../core/user-error.ts';
import type { PreviewMarks } from '../target.ts';

/** What we write on a stack of ours. Names of the tags: contract, section 5. */
export interface StackMarks extends PreviewMarks {
  /** Of the stack itself: CloudFormation hands its tags on to the stacks nested in it, which are told apart by this. */
  readonly stackName: string;
  readonly fingerprint: string;
  /** Hash of the template that the stack was made from. */
  readonly templateHash: string;
  /** By name of the service: `output:Name`, or an address. */
  readonly services: Readonly<Record<string, string>>;
  /** How long an operation on this stack usually takes. */
  readonly usualSeconds?: number;
}

const prefix = 'understudy:';
const servicePrefix = `${prefix}service:`;
/** Source: CloudFormation API, CreateChangeSet (50) and Tag (128, 1–256). */
const limits = { tags: 50, key: 128, value: 256 };
/** Characters that every service takes. Source: AWS General Reference, tag naming limits. */
const characters = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u;
const wholeNumber = /^[1-9]\d{0,9}$/;

/**
 * All tags of a preview's stack: our marks, then the user's own.
 * @throws UserError for tags of the user's that AWS would refuse: all of them at once
 */
export function tagsOf(marks: StackMarks, own: Readonly<Record<string, string>>): Tag[] {
  const ours = Object.entries(markTexts(marks));
  const theirs = Object.entries(own);
  const problems = [
    ...theirs.flatMap(([key, value]) => [...reservedProblem(key), ...formProblems(key, value)]),
    ...ours.flatMap(([key, value]) => formProblems(key, value)),
    ...tooMany(ours.length, theirs.length),
  ];
  if (problems.length > 0) throw UserError.all(problems);
  return [...ours, ...theirs].map(([Key, Value]) => ({ Key, Value }));
}

/** What our tags say; `undefined` for a stack that is not ours, half-marked or garbled. Never throws. */
export function marksIn(tags: readonly Tag[] | undefined): StackMarks | undefined {
  const texts = new Map((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const read = (name: string) => texts.get(`${prefix}${name}`);
  const required = [
    ['repository', /^[^/\s]+\/[^/\s]+$/],
    ['preview', /^\S+$/],
    ['pull-request', wholeNumber],
    ['commit', /^[0-9a-f]{40}$/],
    ['fingerprint', /^\S+$/],
    ['template', /^\S+$/],
    ['requested', /^(?:true|false)$/],
    ['stack', /^\S+$/],
  ] as const;
  if (!required.every(([name, form]) => form.test(read(name) ?? ''))) return undefined;
  const expiry = read('expires-at');
  const expiresAt = expiry === undefined ? undefined : parseInstant(expiry);
  if (expiry !== undefined && expiresAt === undefined) return undefined;
  const usual = read('usual-seconds') ?? '';
  return {
    repository: read('repository') ?? '',
    previewId: read('preview') ?? '',
    pullRequest: Number(read('pull-request')),
    commit: read('commit') ?? '',
    ...(expiresAt !== undefined && { expiresAt }),
    requested: read('requested') === 'true',
    stackName: read('stack') ?? '',
    fingerprint: read('fingerprint') ?? '',
    templateHash: read('template') ?? '',
    services: servicesIn(texts),
    ...(wholeNumber.test(usual) && { usualSeconds: Number(usual) }),
  };
}

function servicesIn(texts: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    [...texts]
      .filter(([key]) => key.startsWith(servicePrefix))
      .map(([key, value]) => [key.slice(servicePrefix.length), value]),
  );
}

function markTexts(marks: StackMarks): Record<string, string> {
  const texts = {
    repository: marks.repository,
    preview: marks.previewId,
    'pull-request': String(marks.pullRequest),
    commit: marks.commit,
    ...(marks.expiresAt !== undefined && { 'expires-at': toIso(marks.expiresAt) }),
    requested: String(marks.requested),
    stack: marks.stackName,
    fingerprint: marks.fingerprint,
    template: marks.templateHash,
    ...(marks.usualSeconds !== undefined && {
      'usual-seconds': String(Math.max(1, Math.round(marks.usualSeconds))),
    }),
    ...Object.fromEntries(
      Object.entries(marks.services).map(([name, place]) => [`service:${name}`, place]),
    ),
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [prefix + name, text]));
}

function reservedProblem(key: string): Problem[] {
  const reserved = ['aws:', prefix].find((start) => key.toLowerCase().startsWith(start));
  if (!reserved) return [];
  return [
    {
      message: `the tag "${key}" begins with "${reserved}", which is ${reserved === prefix ? 'ours' : "AWS's own"}`,
      hint: 'Give the tag another name under preview.cloudformation.tags.',
    },
  ];
}

function formProblems(key: string, value: string): Problem[] {
  const faults = [
    ...(key.length < 1 || key.length > limits.key
      ? [`its name has ${key.length} characters, of 1 to ${limits.key}`]
      : []),
    ...(value.length < 1 || value.length > limits.value
      ? [`its value has ${value.length} characters, of 1 to ${limits.value}`]
      : []),
    ...(characters.test(key) && characters.test(value)
      ? []
      : [
          `AWS takes only letters, digits, spaces and _ . : / = + - @, not "${offender(key + value)}"`,
        ]),
  ];
  return faults.map((fault) => ({
    message: `the tag "${key}" cannot be set: ${fault}`,
    hint: 'Change it under preview.cloudformation.tags; {slug} and {id} hold only characters that may stand there.',
  }));
}

function offender(text: string): string {
  return [...text].find((character) => !characters.test(character)) ?? '';
}

function tooMany(ours: number, theirs: number): Problem[] {
  if (ours + theirs <= limits.tags) return [];
  return [
    {
      message: `the stack would have ${ours + theirs} tags, of which ${ours} are ours; AWS takes ${limits.tags}`,
      hint: `Leave at most ${Math.max(0, limits.tags - ours)} under preview.cloudformation.tags.`,
    },
  ];
}
