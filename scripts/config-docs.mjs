// Writes schema/understudy.schema.json and the generated part of docs/configuration.md from the one definition
// of the configuration file, and the table of statuses in docs/cloudformation.md from the one in the code. `--check` writes nothing and exits 1 when something is out of step.
import { readFile, writeFile } from 'node:fs/promises';
import { toJsonSchema } from '@valibot/to-json-schema';
import { fileSchema } from '../src/config/sections.ts';
import { statusAnswers } from '../src/targets/cloudformation/watching/statuses.ts';

const schemaFile = 'schema/understudy.schema.json';
const pageFile = 'docs/configuration.md';
const statusPageFile = 'docs/cloudformation.md';
const deployWords = {
  create: 'creates it',
  update: 'updates it',
  wait: 'waits, and looks again',
  'continue-review': 'continues: creates it with a change set of its own',
  replace: 'deletes it and creates it anew',
  'delete-first': 'finishes the deletion, and creates it anew',
  'continue-rollback': 'continues the rollback, once; then updates it',
  'roll-back-failed': 'rolls it back, then updates it',
  stuck: 'stops, and says what to do',
};
const destroyWords = {
  gone: 'has nothing to do',
  delete: 'deletes it',
  join: 'follows the deletion',
  wait: 'waits, then deletes it',
};

const schema = published();
const outputs = {
  [schemaFile]: `${JSON.stringify(schema, null, 2)}\n`,
  [pageFile]: await page(pageFile, 'configuration', sections()),
  [statusPageFile]: await page(statusPageFile, 'statuses', statuses()),
};
if (process.argv.includes('--check')) await check();
else for (const [file, text] of Object.entries(outputs)) await writeFile(file, text);

async function check() {
  const stale = [];
  for (const [file, text] of Object.entries(outputs))
    if ((await readFile(file, 'utf8').catch(() => '')) !== text) stale.push(file);
  if (stale.length === 0) return;
  console.error(`${stale.join(' and ')} out of step. Run: node scripts/config-docs.mjs`);
  process.exitCode = 1;
}

function published() {
  const { $schema, ...rest } = toJsonSchema(fileSchema, {
    target: 'draft-07',
    errorMode: 'ignore',
    // The one schema of our own is a mapping of anything.
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema.type === 'custom' ? { type: 'object' } : undefined,
  });
  return { $schema, title: 'Understudy', ...optionalKeys(rest) };
}

/** Everything has a default, which valibot's output side counts as required. */
function optionalKeys(node) {
  if (Array.isArray(node)) return node.map(optionalKeys);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === 'required' && Array.isArray(value)))
      .map(([key, value]) => [key, optionalKeys(value)]),
  );
}

async function page(file, name, generated) {
  const text = await readFile(file, 'utf8');
  const marks = [`<!-- generated: ${name} -->`, `<!-- end of generated: ${name} -->`];
  const [start, end] = marks.map((mark) => text.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`${file} lacks the marks ${marks.join(' and ')}`);
  return `${text.slice(0, start)}${marks[0]}\n\n${generated}\n${text.slice(end)}`;
}

function statuses() {
  const rows = Object.entries(statusAnswers).map(
    ([status, { meaning, deploy, destroy }]) =>
      `| \`${status}\` | ${meaning} | ${wordsFor(deployWords, deploy)} | ${wordsFor(destroyWords, destroy)} |`,
  );
  const head = ['| status | means | a deploy | a teardown |', '|---|---|---|---|'];
  return `${[...head, ...rows].join('\n')}\n`;
}

function wordsFor(words, answer) {
  if (words[answer]) return words[answer];
  throw new Error(`the page has no words for the answer ${answer}`);
}

function sections() {
  const { preview, pipelines, ledger } = schema.properties;
  return [
    ...tables('preview', preview),
    ...tables('pipelines', pipelines),
    ...tables('ledger', ledger),
  ].join('\n');
}

/** The form of a node that has keys; of `staging or { … }` that is the mapping. */
function mappingOf(node) {
  const form = node.anyOf?.find(({ properties }) => properties);
  return form ? { ...form, description: node.description } : node;
}

/** A table for the section, then one for each section in it. */
function tables(name, given) {
  const node = mappingOf(given);
  const named = node.additionalProperties;
  if (node.items?.properties) return tables(`${name}[]`, node.items);
  if (typeof named === 'object' && named.properties) return tables(`${name}.<name>`, named);
  if (!node.properties) return [];
  const rows = Object.entries(node.properties);
  const table = [
    `### \`${name}\``,
    '',
    node.description,
    '',
    '| key | type | default | description |',
    '|---|---|---|---|',
    ...rows.map(([key, value]) => row(key, value, `${name}.${key}`)),
    '',
  ].join('\n');
  return [table, ...rows.flatMap(([key, value]) => tables(`${name}.${key}`, value))];
}

function row(key, node, path) {
  const cells = [`\`${key}\``, typeOf(node, path), defaultOf(node), descriptionOf(node)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function typeOf(node, path) {
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ');
  if (node.properties) return `[section](#${anchor(path)})`;
  if (node.items?.properties) return `list of [sections](#${anchor(path)})`;
  if (mappingOf(node).properties) return `${node.title} or [section](#${anchor(path)})`;
  if (node.additionalProperties?.properties) return `[section by name](#${anchor(path)}name)`;
  if (node.type === 'object') return 'texts by name';
  if (node.type === 'integer') return `whole number, ${node.minimum} to ${node.maximum}`;
  if (node.type === 'boolean') return '`true`, `false`';
  return node.title ?? 'text';
}

/** As GitHub makes it of a heading. */
function anchor(path) {
  return path.replaceAll(/[^a-z0-9-]/g, '');
}

function defaultOf({ default: given }) {
  if (given === undefined || isEmptyObject(given)) return '';
  return `\`${typeof given === 'object' ? JSON.stringify(given) : given}\``;
}

function isEmptyObject(value) {
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}

function descriptionOf({ description, examples }) {
  const shown = (examples ?? []).map((example) => `\`${example}\``).join(', ');
  return shown ? `${description} Example: ${shown}` : description;
}
