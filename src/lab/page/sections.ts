import { duration, formatDuration } from '../../core/time.ts';
import type { DeploymentState } from '../github/state.ts';
import type { MarkdownRenderer } from '../load-markdown.ts';
import type { RunRecord } from '../story/run-record.ts';
import { trigger } from '../story/run-record.ts';
import { ago, badge } from './badge.ts';
import { type Html, html, webAddress } from './html.ts';
import type { PageModel, ShownPreview } from './model.ts';
import { pullRequests } from './pull-requests.ts';

/** The parts of the page that change, by the id of their element. */
export function renderSections(model: PageModel, markdown: MarkdownRenderer): Record<string, Html> {
  return {
    previews: previews(model),
    pulls: pullRequests(model, markdown),
    runs: runs(model, markdown),
    deployments: deployments(model),
    ledger: ledger(model),
  };
}

function previews(model: PageModel): Html {
  if (model.previews.length === 0)
    return html`<p class="empty">No preview is there. Open a pull request, and one will be.</p>`;
  return html`<ul class="cards">${model.previews.map((one) => previewCard(one, model))}</ul>`;
}

function previewCard({ preview, logs }: ShownPreview, model: PageModel): Html {
  const pull = model.repository.pulls.find(({ number }) => number === preview.pullRequest);
  const { deploying, failure } = preview;
  return html`<li class="card">
  <div class="line"><a class="pull" href="#pull-${preview.pullRequest}">#${preview.pullRequest} ${pull?.title}</a>
  <code>${preview.previewId}</code></div>
  ${preview.services.map(
    ({ name, url, state, reason }) => html`<div class="service">
    ${badge(deploying ? 'deploying' : state)} ${addressLink(url)}
    ${preview.services.length > 1 && html`<small>${name}</small>`}
    ${state === 'failed' && reason !== undefined && html`<p class="fault">${reason}</p>`}</div>`,
  )}
  ${deploying && html`<p class="quiet">${commitLink(deploying.commit, model)}: ${deploying.step} …</p>`}
  ${failure && html`<p class="fault">${commitLink(failure.commit, model)} failed: ${failure.reason}</p>`}
  <p class="quiet">${commitLink(preview.commit, model)} · ${pull?.branch} · made ${ago(preview.createdAt, model.now)}</p>
  ${Object.entries(logs).map(([name, lines]) => logViewer(`log-${preview.previewId}-${name}`, `Log of ${name}`, lines))}
</li>`;
}

function addressLink(url: string): Html {
  const address = webAddress(url);
  const text = url.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return address
    ? html`<a class="address" href="${address}" target="_blank" rel="noreferrer">${text}</a>`
    : html`<span class="address">${text}</span>`;
}

function commitLink(sha: string, { repository }: PageModel): Html {
  return html`<a class="commit" href="/${repository.name}/commit/${sha}"><code>${sha.slice(0, 7)}</code></a>`;
}

function logViewer(key: string, title: string, lines: readonly string[]): Html {
  return html`<details data-key="${key}"><summary>${title}</summary>
<pre class="log" tabindex="0" aria-label="${title}">${lines.length > 0 ? lines.join('\n') : 'nothing yet'}</pre></details>`;
}

function runs(model: PageModel, markdown: MarkdownRenderer): Html {
  if (model.runs.length === 0) return html`<p class="empty">No run yet.</p>`;
  const newest = [...model.runs].reverse().slice(0, 30);
  return html`<ul class="rows">${newest.map((run) => runRow(run, model, markdown))}</ul>`;
}

/** GitHub's own page folds groups; here their titles do. */
function withoutGroups(line: string): string {
  return line.replace(/^##\[(?:group|endgroup)\]/, '');
}

function runRow(run: RunRecord, model: PageModel, markdown: MarkdownRenderer): Html {
  const state = run.status === 'completed' ? (run.conclusion ?? 'failure') : run.status;
  const took = run.wallMs === undefined ? '' : ` · ${formatDuration(duration(run.wallMs))}`;
  const about = run.pullRequest ? `#${run.pullRequest} ` : '';
  return html`<li id="run-${run.id}"><details data-key="run-${run.id}">
<summary>${badge(state)} <span class="grow">${about}${trigger(run)}</span>
<small>${ago(run.startedAt, model.now)}${took}</small></summary>
${run.outputs.reason !== undefined && html`<p class="quiet">${run.outputs.reason}</p>`}
${run.annotations.map(({ level, message }) => html`<p class="${level === 'error' ? 'fault' : 'quiet'}">${level}: ${message}</p>`)}
${run.summary !== '' && html`<h3>Summary</h3><div class="markdown">${markdown(run.summary)}</div>`}
<h3>Log</h3><pre class="log" tabindex="0" aria-label="Log of run ${run.id}">${run.log.map(withoutGroups).join('\n')}</pre></details></li>`;
}

function deployments(model: PageModel): Html {
  const newest = [...model.repository.deployments].reverse().slice(0, 30);
  if (newest.length === 0) return html`<p class="empty">No deployment yet.</p>`;
  return html`<ul class="rows">${newest.map((one) => deploymentRow(one, model))}</ul>`;
}

function deploymentRow(deployment: DeploymentState, model: PageModel): Html {
  const last = deployment.statuses.at(-1);
  const state = last?.state ?? 'pending';
  const address = webAddress(last?.environmentUrl ?? '');
  return html`<li><div class="line">${badge(state)}
<span class="grow">${deployment.environment} ${commitLink(deployment.sha, model)}</span>
<small>${ago(Date.parse(last?.createdAt ?? deployment.createdAt), model.now)}</small></div>
<p class="quiet">${last?.description} ${address !== undefined && state === 'success' && html`<a href="${address}">view deployment</a>`}</p></li>`;
}

function ledger(model: PageModel): Html {
  if (model.ledger.length === 0) return html``;
  return html`<h2>Ledger</h2><ul class="rows">${model.ledger.map((ref) => html`<li><code>${ref}</code></li>`)}</ul>`;
}
