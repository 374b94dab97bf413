import { after, formatInstant, type Instant } from '../../core/time.ts';
import { announcer } from '../../preview/announcer.ts';
import { type Command, commandHelp } from '../../preview/command.ts';
import { escapeMarkdown } from '../../preview/markdown.ts';
import { blankReport, type PreviewReport } from '../../preview/report.ts';
import type { ActionOutcome } from '../../runner/run-action.ts';
import type { ObservedPreview } from '../../targets/target.ts';
import { loadRunDeploy, loadRunTeardown } from '../load-runs.ts';
import { openTarget } from '../open-target.ts';
import type { DeployOccasion } from '../run-deploy.ts';
import type { Configured, Session } from '../session.ts';
import type { RootDecision } from './decide.ts';
import type { UnderstudyInputs } from './inputs.ts';

type SpokenCommand = Extract<RootDecision, { kind: 'command' }>;

/** Does what a comment says, for people who may push; everyone else is told why not. */
export async function runCommand(
  configured: Configured,
  inputs: UnderstudyInputs,
  spoken: SpokenCommand,
): Promise<ActionOutcome> {
  const { github, run } = configured.session;
  const { comment, author, command } = spoken;
  const allowed = await github.hasWriteAccess(author);
  const understood = allowed && command.kind !== 'invalid';
  if (!inputs.dryRun)
    await github
      .react(comment, understood ? 'eyes' : 'confused')
      .catch((cause: Error) => run.warn(`the reaction could not be written: ${cause.message}`));
  if (!allowed) return answered(`permission: ${author} has no write access, so nothing was done`);
  return obey(configured, inputs, spoken, command);
}

async function obey(
  configured: Configured,
  inputs: UnderstudyInputs,
  { pullRequest, comment }: SpokenCommand,
  command: Command,
): Promise<ActionOutcome> {
  const occasion = { pullRequest, commit: undefined, requested: false, approvedCommit: undefined };
  switch (command.kind) {
    case 'deploy': {
      const approvedCommit = command.commit;
      return deploy(configured, inputs, { ...occasion, requested: true, approvedCommit });
    }
    case 'reset-db':
      return makesDatabases(configured)
        ? deploy(configured, inputs, { ...occasion, resetDatabase: `comment-${comment}` })
        : answered('reset-db: no service of the configuration has a database of its own');
    case 'down': {
      const { runTeardown } = await loadRunTeardown();
      const reason = 'requested: by the command /preview down';
      const mine = { mode: 'one', pullRequest, previewId: undefined, force: true, reason } as const;
      return named('teardown-preview', await runTeardown(configured, inputs, mine));
    }
    case 'keep':
      return keep(configured, inputs, pullRequest, command);
    case 'help':
      return help(configured, inputs, pullRequest, 'help: the commands are in a comment');
    case 'invalid':
      return help(configured, inputs, pullRequest, command.reason);
  }
}

async function deploy(
  configured: Configured,
  inputs: UnderstudyInputs,
  occasion: DeployOccasion,
): Promise<ActionOutcome> {
  const { runDeploy, deployOutcome } = await loadRunDeploy();
  const outcome = await runDeploy(configured, inputs, occasion);
  return named('deploy-preview', deployOutcome(outcome, configured, inputs));
}

function makesDatabases({ configuration }: Configured): boolean {
  return configuration.preview.services.some(
    ({ kubernetes }) => kubernetes?.app?.database !== undefined,
  );
}

async function keep(
  { session, configuration }: Configured,
  { dryRun }: UnderstudyInputs,
  pullRequest: number,
  { length }: Extract<Command, { kind: 'keep' }>,
): Promise<ActionOutcome> {
  const { repository } = session.context;
  const target = openTarget(configuration.preview, session);
  const observed = await target.observe(repository);
  const mine = observed.filter((preview) => preview.pullRequest === pullRequest);
  if (mine.length === 0) return answered('none: this pull request has no preview to keep');
  const until = after(session.now(), length);
  const shorter = mine.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt < until);
  if (dryRun) return answered(`dry-run: the preview would stay until ${formatInstant(until)}`);
  for (const preview of shorter) await target.extend(preview, until);
  await showExpiry(session, shorter, until);
  return answered(`keep: the preview stays until ${formatInstant(until)} at least`);
}

/** The comment says until when, so it says the new moment. */
async function showExpiry(
  { github, links, run }: Session,
  previews: readonly ObservedPreview[],
  expiresAt: Instant,
) {
  const { comments } = github;
  const announce = announcer({ comments, deployments: undefined, links });
  for (const preview of previews) {
    const { services } = preview;
    const report: PreviewReport = { ...blankReport(preview), state: 'ready', services, expiresAt };
    await announce.comment(report, { ifThere: true });
  }
  for (const warning of announce.warnings) run.warn(warning);
}

async function help(
  { session }: Configured,
  { dryRun }: UnderstudyInputs,
  pullRequest: number,
  reason: string,
): Promise<ActionOutcome> {
  if (dryRun) return answered(reason);
  const marker = `<!-- understudy:help:${pullRequest} -->`;
  const rows = commandHelp.map(([command, meaning]) => `| \`${command}\` | ${meaning} |`);
  const why = reason.startsWith('help:') ? [] : [escapeMarkdown(reason), ''];
  const body = [marker, ...why, '| Command | Does |', '| --- | --- |', ...rows].join('\n');
  await session.github.comments
    .upsert(pullRequest, marker, body)
    .catch((cause: Error) => session.run.warn(cause.message));
  return answered(reason);
}

function answered(reason: string): ActionOutcome {
  return {
    outputs: { action: 'none', reason },
    summary: `### Preview command\n\n${escapeMarkdown(reason)}\n`,
  };
}

function named(action: string, outcome: ActionOutcome): ActionOutcome {
  return { ...outcome, outputs: { action, ...outcome.outputs } };
}
