import { start } from '../../../core/start.ts';
import { codeSpan, escapeMarkdown, table } from '../../../preview/markdown.ts';
import { filled, renderText, textValues } from '../texts.ts';
import { oneLine } from '../written.ts';
import { changelog } from './changelog.ts';
import { markerOf, type Work } from './work.ts';

const usualTitle = ({ order }: Work) =>
  isRollback(order) ? 'Roll back {stage} to {short-version}' : 'Promote {stage} to {short-version}';

/** GitHub's own limits are 256 and 65,536 characters. */
const longestTitle = 250;
const longestBody = 60_000;

/** The title, on one line. */
export function pullTitle(work: Work): string {
  return start(oneLine(filled(work.settings.title ?? usualTitle(work), work)), longestTitle);
}

/** The message of the commit, without the trailers. */
export function commitMessage(work: Work): string {
  const message = filled(work.settings.message ?? usualTitle(work), work).trim();
  return message === '' ? filled(usualTitle(work), work) : message;
}

/** The body with the hidden marker at its end. `{changelog}` is asked for only where it is shown. */
export async function pullBody(work: Work): Promise<string> {
  const template = work.settings.body ?? usualBody(work);
  const values = Object.entries(textValues(work.order, work.context));
  const body = renderText(template, {
    ...Object.fromEntries(values.map(([name, value]) => [name, asMarkdown(value)])),
    ...(template.includes('{changelog}') && { changelog: await changelog(work) }),
    gates: gatesTable(work),
  }).trim();
  return `${start(body, longestBody)}\n\n${markerOf(work.order)}`;
}

/** What GitHub's rules and ours make people wonder about is said where they wonder. */
function usualBody({ settings, order }: Work): string {
  const isBack = isRollback(order);
  const open = isBack ? '' : ' and all gates are open';
  const merging = settings.merge
    ? `It is merged by a run as soon as GitHub lets it${open}, unless other people’s commits are on its branch.`
    : 'Merge it to carry this out; it has arrived when the stage is seen to run the version.';
  return [
    isBack
      ? 'Rolls **{stage}** of pipeline **{pipeline}** back to {version}. A rollback passes all gates; nothing else goes in until `/promote release {stage}`.'
      : 'Promotes **{stage}** of pipeline **{pipeline}** to {version}.',
    '{changelog}',
    ...(isBack ? [] : ['{gates}']),
    `${merging} Closing it unmerged abandons the promotion until there is a newer version or somebody releases this one.`,
    'If its checks do not start: a pull request that was made with `GITHUB_TOKEN` starts no workflow by itself. Approve its runs below, or give the promotion the token of a GitHub App as `github-token`.',
  ].join('\n\n');
}

function isRollback({ promotion }: Work['order']): boolean {
  return promotion.kind === 'rollback';
}

/** What the gates said when the promotion started. */
function gatesTable({ order }: Work): string {
  const rows = (order.promotion.evidence ?? []).map(
    ({ gate, state, evidence }) =>
      `| ${escapeMarkdown(gate)} | ${escapeMarkdown(state)} | ${escapeMarkdown(evidence)} |`,
  );
  return table(['Gate', 'State', 'Evidence'], rows).join('\n').trim();
}

/** Names of versions may be anybody's; what has only letters, digits and dots cannot be markup, so that it may stand in links. */
function asMarkdown(value: string): string {
  if (/^(?!www\.)[\w./+-]*$/i.test(value)) return value;
  return value.includes('\n') ? escapeMarkdown(value) : codeSpan(value);
}
