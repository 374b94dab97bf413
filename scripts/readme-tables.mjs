// Writes the tables of inputs and outputs into the page of each action, from its action.yml. `--check` writes
// nothing and exits 1 when a page is out of step.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';

const command = 'node scripts/readme-tables.mjs';
const start = '<!-- generated: inputs and outputs -->';
const end = '<!-- end of generated: inputs and outputs -->';
const stale = [];
for (const [manifest, page] of await pages()) {
  const before = await readFile(page, 'utf8');
  const after = withTables(page, before, parse(await readFile(manifest, 'utf8')));
  if (after === before) continue;
  stale.push(page);
  if (!process.argv.includes('--check')) await writeFile(page, after);
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`${stale.join(', ')} out of step. Run: ${command}`);
  process.exitCode = 1;
}

/** The root action has a page of its own, because README.md is about the whole. */
async function pages() {
  const names = (await readdir('actions')).sort();
  return [
    ['action.yml', 'docs/understudy.md'],
    ...names.map((name) => [`actions/${name}/action.yml`, `actions/${name}/README.md`]),
  ];
}

function withTables(page, text, manifest) {
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} lacks the marks ${start} and ${end}`);
  const tables = `${inputs(manifest)}\n\n${outputs(manifest)}`;
  return `${text.slice(0, from)}${start}\n\n${tables}\n\n${text.slice(to)}`;
}

function inputs({ inputs: all }) {
  const rows = Object.entries(all).map(([name, input]) => [
    `\`${name}\``,
    described(name, input),
    input.default === undefined ? '' : `\`${input.default}\``,
  ]);
  return `### Inputs\n\n${table(['input', 'meaning', 'default'], rows)}`;
}

function outputs({ outputs: all }) {
  const rows = Object.entries(all).map(([name, output]) => [
    `\`${name}\``,
    described(name, output),
  ]);
  return `### Outputs\n\n${table(['output', 'meaning'], rows)}`;
}

function described(name, { description }) {
  if (description) return description;
  throw new Error(`${name} has no description`);
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
