import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';

const pages = [
  'README.md',
  'docs/understudy.md',
  'docs/previews.md',
  'docs/troubleshooting.md',
  'docs/configuration.md',
  'docs/cloudformation.md',
  'docs/kubernetes.md',
  'docs/moving-from-applicationset.md',
  'docs/moving-from-k8s-deploy.md',
  'docs/moving-from-review-bot-operator.md',
  'docs/moving-from-aws-cloudformation-github-deploy.md',
  'docs/moving-from-kayron.md',
  'docs/promotions.md',
  'docs/moving-from-pipeline-controller.md',
  'docs/moving-from-kargo.md',
  'docs/moving-from-environments.md',
  ...readdirSync('actions').map((name) => `actions/${name}/README.md`),
];

test.each(pages)('the YAML in %s parses without a warning', (page) => {
  const snippets = yamlOf(page);
  for (const snippet of snippets) {
    const { errors, warnings } = parseDocument(snippet);
    expect([...errors, ...warnings]).toEqual([]);
  }
});

test('the workflow in the README is the one in examples', () => {
  const [workflow] = yamlOf('README.md');
  expect(workflow).toBe(readFileSync('examples/previews.yml', 'utf8'));
});

test('the tables of inputs and outputs are those of each action.yml', () => {
  const check = () => execFileSync('node', ['scripts/readme-tables.mjs', '--check']);
  expect(check).not.toThrow();
});

test.each(pages)('every file that %s links to is there', (page) => {
  const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, to]) => to);
  const missing = targets.filter((to) => !exists(new URL(`../../${page}`, import.meta.url), to));
  expect(missing).toEqual([]);
});

function exists(page: URL, to = ''): boolean {
  try {
    readFileSync(new URL(to, page));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
}

function yamlOf(page: string): string[] {
  return [...read(page).matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
}

function read(page: string): string {
  return readFileSync(page, 'utf8');
}
