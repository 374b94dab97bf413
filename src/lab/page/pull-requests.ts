import type { ShownPull } from '../github/lab-state.ts';
import type { MarkdownRenderer } from '../load-markdown.ts';
import { ago, badge } from './badge.ts';
import { type Html, html } from './html.ts';
import type { PageModel } from './model.ts';

/** Pull requests, newest first, open ones before the others. */
export function pullRequests(model: PageModel, markdown: MarkdownRenderer): Html {
  const newest = [...model.repository.pulls].sort((a, b) => b.number - a.number);
  const open = newest.filter(({ state }) => state === 'open');
  const rest = newest.filter(({ state }) => state !== 'open');
  if (newest.length === 0) return html`<p class="empty">No pull request yet.</p>`;
  return html`${[...open, ...rest].map((pull) => pullRequest(pull, model, markdown))}`;
}

function pullRequest(pull: ShownPull, model: PageModel, markdown: MarkdownRenderer): Html {
  const { number } = pull;
  return html`<article class="card" id="pull-${number}">
<header class="line"><h3>${pull.title} <span class="quiet">#${number}</span></h3>${badge(pull.state)}</header>
<p class="quiet"><code>${pull.branch}</code> into <code>${pull.base}</code> by ${pull.author} · ${ago(Date.parse(pull.createdAt), model.now)}
${pull.labels.map((label) => html`<span class="label">${label}</span> `)}</p>
${pull.comments.map((comment) => renderComment(comment, model, markdown))}
<div class="buttons">${buttons(pull)}</div></article>`;
}

function renderComment(
  { id, user, body, updatedAt }: ShownPull['comments'][number],
  model: PageModel,
  markdown: MarkdownRenderer,
): Html {
  return html`<section class="comment" id="comment-${id}" aria-label="Comment by ${user}">
<p class="by"><b>${user}</b> · ${ago(Date.parse(updatedAt), model.now)}</p>
<div class="markdown">${markdown(body)}</div></section>`;
}

function buttons({ number, state }: ShownPull): Html {
  if (state !== 'open') return state === 'closed' ? button('reopen', number, 'Reopen') : html``;
  return html`${button('push', number, 'Push a commit')} ${button('close', number, 'Close')}
<form data-act="comment" data-number="${number}"><label class="hidden" for="say-${number}">Comment on #${number}</label>
<input id="say-${number}" name="body" placeholder="/preview keep 3d" autocomplete="off" required>
<button>Comment</button></form>`;
}

function button(act: string, number: number, text: string): Html {
  return html`<button type="button" data-act="${act}" data-number="${number}">${text}</button>`;
}
