import { formatInstant, parseInstant } from '../../core/time.ts';
import { codeSpan, escapeMarkdown, table } from '../../preview/markdown.ts';
import { type PromoteCommand, promoteHelp, readPromoteCommand } from '../../promotion/commands.ts';
import type { Instruction } from '../../promotion/instruction.ts';
import { shownLink, shownText } from '../../promotion/report/shown.ts';
import { decidedSentence } from '../../promotion/report/summary.ts';
import type { PipelineSettings } from '../../promotion/settings.ts';
import type { ActionOutcome } from '../../runner/run-action.ts';
import { runPipeline } from '../run-pipeline.ts';
import type { Configured, Session } from '../session.ts';
import { refusalOfRepeat } from './spoken-for.ts';

/** What someone said about promotions in a comment. */
export interface SpokenPromotion {
  /** After `/promote`. */
  readonly words: readonly string[];
  /** Number of the issue or pull request. */
  readonly issue: number;
  readonly comment: number;
  /** Address of the comment. */
  readonly url: string;
  readonly author: string;
}

/** What came of it: for the outputs of the run, and for the person, if they may be answered. */
interface Replied {
  readonly outcome: ActionOutcome;
  readonly understood: boolean;
  /** Markdown; `undefined` = no comment is written. */
  readonly reply: string | undefined;
}

/** GitHub refuses comments over 65,536 characters. */
const longestReply = 60_000;

/**
 * Does what a comment says, for people who may, and answers in one comment that is kept up to date. Strangers get a
 * reaction and nothing else; nobody is answered in a dry run. What is refused is no failure of the run.
 */
export async function obeyComment(
  configured: Configured,
  spoken: SpokenPromotion,
  dryRun: boolean,
): Promise<ActionOutcome> {
  const { session } = configured;
  try {
    const replied = await replyTo(configured, spoken, dryRun);
    if (!dryRun) await answer(session, spoken, replied);
    return replied.outcome;
  } catch (cause) {
    if (!dryRun) await react(session, spoken, 'confused');
    throw cause;
  }
}

async function replyTo(
  configured: Configured,
  spoken: SpokenPromotion,
  dryRun: boolean,
): Promise<Replied> {
  const { session, configuration } = configured;
  const pipelines = Object.values(configuration.pipelines);
  const command = readPromoteCommand(
    spoken.words,
    pipelines.map(({ pipeline }) => pipeline),
  );
  const { author } = spoken;
  // Who may approve stands in the configuration, and is looked up there.
  const isApproval = command.kind === 'instruction' && command.instruction.mode === 'approve';
  if (!isApproval && !(await session.github.hasWriteAccess(author)))
    return refused(`permission: ${author} has no write access, so nothing was done`, false);
  if (command.kind === 'help')
    return refused('help: the commands are in a comment', true, helpText());
  if (command.kind === 'invalid')
    return refused(command.reason, false, `${escapeMarkdown(command.reason)}\n\n${helpText()}`);
  const repeated = command.kind === 'instruction' && refusalOfRepeat(session, author);
  if (repeated) return refused(repeated, false);
  if (command.kind === 'status') return status(configured, pipelines, command.pipeline, spoken);
  return instructed(configured, pipelines, command, spoken, dryRun);
}

async function status(
  configured: Configured,
  pipelines: readonly PipelineSettings[],
  name: string | undefined,
  { author: by, url: source }: SpokenPromotion,
): Promise<Replied> {
  const wanted = pipelines.filter(({ pipeline }) => name === undefined || pipeline.name === name);
  const instruction = { mode: 'advance' } as const;
  const summaries: string[] = [];
  for (const settings of wanted) {
    const shown = await runPipeline(configured, settings, {
      instruction,
      why: '',
      by,
      source,
      dryRun: true,
      isStatus: true,
    });
    summaries.push(shown.summary ?? '');
  }
  return refused('status: it is in a comment', true, summaries.join('\n'));
}

async function instructed(
  configured: Configured,
  pipelines: readonly PipelineSettings[],
  { pipeline, instruction, why }: Extract<PromoteCommand, { kind: 'instruction' }>,
  { author: by, url: source }: SpokenPromotion,
  dryRun: boolean,
): Promise<Replied> {
  const settings = pipelines.find((each) => each.pipeline.name === pipeline);
  if (!settings) throw new RangeError(`there is no pipeline ${pipeline}`);
  const given = { why, by, source, dryRun };
  if (instruction.mode !== 'advance')
    return commanded(
      configured.session,
      by,
      await runPipeline(configured, settings, { ...given, instruction }),
    );
  const reachable = advances(settings, instruction);
  if (reachable.length === 0) {
    const reason =
      'outputs: what is deployed by a workflow is handed out to that workflow alone; start it, or wait for its schedule';
    return refused(reason, false, escapeMarkdown(reason));
  }
  const outcomes: ActionOutcome[] = [];
  for (const each of reachable)
    outcomes.push(await runPipeline(configured, settings, { ...given, instruction: each }));
  const refusal = outcomes.find(isRefused);
  return refusal ? commanded(configured.session, by, refusal) : outcomes.map(moved).reduce(joined);
}

/** Of a version that there is not; what fails as stages are moved on is no refusal. */
function isRefused({ outputs, failures = [] }: ActionOutcome): boolean {
  return failures.length > 0 && (outputs.reason ?? '').startsWith('version: ');
}

/** What a run that deploys nothing itself may move on: all at once where that is all, else stage by stage. */
function advances(
  { pipeline: { stages } }: PipelineSettings,
  asked: Extract<Instruction, { mode: 'advance' }>,
): Extract<Instruction, { mode: 'advance' }>[] {
  const meant = stages.filter(({ name }) => asked.stage === undefined || asked.stage === name);
  const ours = meant.filter(({ via }) => via !== 'outputs');
  return ours.length === stages.length
    ? [asked]
    : ours.map(({ name }) => ({ ...asked, stage: name }));
}

function joined(one: Replied, other: Replied): Replied {
  return {
    outcome: {
      ...other.outcome,
      summary: [one.outcome.summary, other.outcome.summary].join('\n'),
      warnings: [...(one.outcome.warnings ?? []), ...(other.outcome.warnings ?? [])],
    },
    understood: one.understood && other.understood,
    reply: [one.reply, other.reply].filter((each) => each !== undefined).join('\n'),
  };
}

/** What was said, what came of it, and how the stages are now. */
async function commanded(
  { github }: Session,
  author: string,
  { failures = [], ...outcome }: ActionOutcome,
): Promise<Replied> {
  const { reason = '' } = outcome.outputs;
  const isRefused = failures.length > 0;
  const hints = failures.map(({ hint }) => hint);
  // A stranger is not answered by a comment: whoever can read could make us write.
  const isStranger = reason.startsWith('permission:') && !(await github.hasWriteAccess(author));
  const lines = isRefused ? hints.map(escapeMarkdown) : [stageLines(outcome).join('\n')];
  return {
    outcome: named(outcome),
    understood: !isRefused,
    reply: isStranger ? undefined : [shownText(reason), ...lines].join('\n\n').trim(),
  };
}

function moved(outcome: ActionOutcome): Replied {
  return { outcome: named(outcome), understood: true, reply: stageLines(outcome).join('\n') };
}

function named({ outputs, summary = '', ...rest }: ActionOutcome): ActionOutcome {
  return { ...rest, outputs: { action: 'promote-environment', ...outputs }, summary };
}

/** A line for each stage that something was decided about. */
function stageLines({ outputs }: ActionOutcome): string[] {
  const decided: readonly Record<string, string>[] = JSON.parse(outputs.promotions ?? '[]');
  return decided.map(({ stage = '', decision = '', reason = '', ...more }) => {
    const url = more['pull-request-url'] ?? '';
    const until = parseInstant(more['wake-at'] ?? '');
    const leads = [
      ...(url === '' ? [] : [shownLink('pull request', url)]),
      ...(until === undefined ? [] : [`until ${formatInstant(until)}`]),
    ];
    const line = `- ${codeSpan(stage)}: ${shownText(decidedSentence({ decision, reason }))}`;
    return leads.length === 0 ? line : `${line} (${leads.join(', ')})`;
  });
}

function refused(reason: string, understood: boolean, reply?: string): Replied {
  return {
    outcome: {
      outputs: { action: 'none', reason },
      summary: `### Promotion command\n\n${escapeMarkdown(reason)}\n`,
    },
    understood,
    reply,
  };
}

function helpText(): string {
  const rows = promoteHelp.map(([command, meaning]) => `| \`${command}\` | ${meaning} |`);
  return table(['Command', 'Does'], rows).join('\n');
}

async function answer(
  session: Session,
  spoken: SpokenPromotion,
  { understood, reply }: Replied,
): Promise<void> {
  await react(session, spoken, understood ? 'eyes' : 'confused');
  if (reply === undefined) return;
  const marker = `<!-- understudy:promote:${spoken.issue} -->`;
  const body = reply.length > longestReply ? 'It is in the summary of the run.' : reply;
  const said = `To [what ${escapeMarkdown(spoken.author)} said](${spoken.url}):`;
  await session.github.comments
    .upsert(spoken.issue, marker, [marker, said, '', body].join('\n'))
    .catch((cause: Error) => session.run.warn(cause.message));
}

async function react(
  { github, run }: Session,
  { comment }: SpokenPromotion,
  reaction: 'eyes' | 'confused',
): Promise<void> {
  await github
    .react(comment, reaction)
    .catch((cause: Error) => run.warn(`the reaction could not be written: ${cause.message}`));
}
