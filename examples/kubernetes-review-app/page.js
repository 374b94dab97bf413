import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const style = readFileSync(new URL('page.css', import.meta.url), 'utf8');

/** Nothing is loaded, and no script runs: branches and the like are text of others. */
export const contentSecurityPolicy = `default-src 'none'; img-src data:; style-src 'sha256-${createHash(
  'sha256',
)
  .update(style)
  .digest('base64')}'`;

/** The whole page. */
export function renderPage(facts) {
  const { commit, pullRequest } = facts;
  const title = [short(commit), pullRequest && `#${pullRequest}`].filter(Boolean).join(' · ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon(commit))}">
<style>${style}</style>
<main>
${renderHeader(facts)}
${renderMigrations(facts)}
${renderEnvironment(facts.environment)}
</main>
</html>
`;
}

function renderHeader(facts) {
  const { repository, pullRequest, branch, commit } = facts;
  const number = pullRequest && `pull request #${pullRequest}`;
  const place = link(repository, pullRequest && `pull/${pullRequest}`, number);
  const where = [repository && escapeHtml(repository), place, branch && escapeHtml(branch)];
  return `<header>
${swatch(commit)}
<div>
<p>${where.filter(Boolean).join(' · ') || 'A review app'}</p>
<h1>${link(repository, `commit/${commit}`, short(commit))}</h1>
<ul class="facts">${factsOf(facts)
    .map((fact) => `<li>${fact}</li>`)
    .join('')}</ul>
</div>
</header>`;
}

const databaseWords = {
  answers: '<span class="good">● the database answers</span>',
  silent: '<span class="bad">▲ the database does not answer</span>',
  absent: '<span class="quiet">○ no database</span>',
};

function factsOf({ database, migrations, commit, now }) {
  const row = migrations.find((migration) => migration.commit === commit);
  const count = migrations.length;
  const migrated = row
    ? `<span class="quiet">migrated ${time(row.at, now)}</span>`
    : '<span class="bad">▲ this commit has not been migrated</span>';
  return [
    databaseWords[database],
    ...(database === 'answers' ? [migrated] : []),
    ...(count > 0
      ? [`<span class="quiet">${count} commit${count === 1 ? '' : 's'} deployed</span>`]
      : []),
  ];
}

const noRows = {
  answers: 'There is none yet.',
  silent: 'They cannot be read now.',
  absent: 'There is no database.',
};

function renderMigrations(facts) {
  const { migrations } = facts;
  const rows = migrations.map((migration) => renderMigration(migration, facts)).join('\n');
  const table = `<table>
<thead><tr><th>Commit</th><th>Pull request</th><th>Migrated</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>`;
  return `<section>
<h2>Migrations <small>a row for each deployed commit, newest first</small></h2>
${rows === '' ? `<p class="note quiet">${noRows[facts.database]}</p>` : table}
</section>`;
}

function renderMigration(migration, { repository, commit, now }) {
  const runs = migration.commit === commit;
  const request = migration.pullRequest === null ? '' : `#${migration.pullRequest}`;
  return `<tr${runs ? ' class="now"' : ''}>
<td>${swatch(migration.commit)}${link(repository, `commit/${migration.commit}`, short(migration.commit), 'code')}${runs ? '<span class="pill">runs now</span>' : ''}</td>
<td>${link(repository, `pull/${migration.pullRequest}`, request)}</td>
<td class="quiet">${time(migration.at, now)}</td>
</tr>`;
}

function renderEnvironment({ values, hidden }) {
  const rows = values.map(
    ({ name, value }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<section>
<h2>Environment</h2>
<table class="mono"><tbody>
${rows.join('\n')}
</tbody></table>
<p class="note quiet">${hidden.length} more variables are set; their values may be secrets and are not shown.</p>
</section>`;
}

/** A colour for each commit, so that another one is seen at once. */
function colour(commit) {
  return `hsl(${Number.parseInt(commit.slice(0, 6), 16) % 360 || 0} 70% 52%)`;
}

function swatch(commit) {
  return `<svg aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 1 1"><rect width="1" height="1" fill="${colour(commit)}"/></svg>`;
}

function icon(commit) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="2" fill="${colour(commit)}"/></svg>`;
}

function link(repository, path, text, element) {
  if (!text) return '';
  const inner = element ? `<${element}>${escapeHtml(text)}</${element}>` : escapeHtml(text);
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) return inner;
  return `<a href="https://github.com/${repository}/${encodeURI(path)}">${inner}</a>`;
}

function time(at, now) {
  return `<time datetime="${at.toISOString()}" title="${at.toISOString()}">${ago(now - at)}</time>`;
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

function ago(milliseconds) {
  const found = units.find(([, length]) => milliseconds >= length);
  if (!found) return 'just now';
  const [unit, length] = found;
  const count = Math.floor(milliseconds / length);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

function short(commit) {
  return commit.slice(0, 8) || 'no commit';
}

function escapeHtml(text) {
  const signs = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replace(/[&<>"']/g, (sign) => signs[sign]);
}
