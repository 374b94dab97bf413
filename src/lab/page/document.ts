import { client } from './client.ts';
import { Html, html } from './html.ts';
import type { PageModel } from './model.ts';
import { style } from './style.ts';

/** The whole page, self-contained. `nonce` is the one of its content security policy. */
export function renderDocument(
  model: PageModel,
  sections: Readonly<Record<string, Html>>,
  nonce: string,
): string {
  const { repository, git } = model;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${repository.name} · Understudy lab</title><link rel="icon" href="data:image/svg+xml,${encodeURIComponent(logo.text)}">
<style nonce="${nonce}">${new Html(style)}</style></head>
<body><header><div><div class="top">${logo}<h1>${repository.name}</h1><span class="grow quiet">Understudy lab</span>
<span id="live" role="status">connecting</span></div>
<p class="push">Push to it: <code>git push ${git} HEAD:refs/heads/a-branch</code></p><p id="said" role="alert"></p></div></header>
<main><div class="column">
<section aria-labelledby="previews-title"><div class="title"><h2 id="previews-title">Previews</h2>
<button type="button" data-act="sweep">Sweep</button></div><div id="previews">${sections.previews}</div></section>
<section aria-labelledby="pulls-title"><div class="title"><h2 id="pulls-title">Pull requests</h2>
<button type="button" data-act="open">Open a pull request</button></div><div id="pulls">${sections.pulls}</div></section>
</div><div class="column">
<section aria-labelledby="runs-title"><div class="title"><h2 id="runs-title">Runs</h2></div><div id="runs">${sections.runs}</div></section>
<section aria-labelledby="deployments-title"><div class="title"><h2 id="deployments-title">Deployments</h2></div>
<div id="deployments">${sections.deployments}</div></section>
<section id="ledger" aria-label="Ledger">${sections.ledger}</section>
</div></main><script nonce="${nonce}">${new Html(client)}</script></body></html>
`.text;
}

const logo = html`<svg class="logo" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" aria-hidden="true"><rect x="2" y="2" width="14" height="14" rx="4" fill="#7c5cff"/><rect x="8" y="8" width="14" height="14" rx="4" fill="#2fb6a3" fill-opacity=".85"/></svg>`;
