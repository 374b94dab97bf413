import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { goTool, pythonTool, whySkipped } from './tools.ts';

const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' })
  .filter((name) => /^[^/]+\.yml$|\.github\/workflows\/[^/]+\.yml$/.test(name))
  .map((name) => `examples/${name}`);
const own = readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`);

describe('actionlint', () => {
  const actionlint = goTool('github.com/rhysd/actionlint/cmd/actionlint', '1.7.12');
  const lint = whySkipped(actionlint) === undefined ? test : test.skip;
  const run = (file: string, cwd = '.') =>
    spawnSync(actionlint.path ?? '', ['-shellcheck=', '-pyflakes=', file], {
      encoding: 'utf8',
      cwd,
    });

  lint.each([...examples, ...own])('has nothing to say about %s', (file) => {
    const { status, stdout } = run(file);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  lint.each(examples)('knows every input and output of ours that %s names', (file) => {
    using project = projectWith(local(readFileSync(file, 'utf8')));
    expect(run(project.workflow, project.folder).stdout).toBe('');
  });

  lint('would tell an input of ours that does not exist', () => {
    const workflow = local(readFileSync('examples/previews-composable.yml', 'utf8'));
    using project = projectWith(workflow.replace('max-removals', 'max-removal'));
    expect(run(project.workflow, project.folder).stdout).toContain('"max-removal" is not defined');
  });
});

describe('zizmor', () => {
  const zizmor = pythonTool('zizmor', '1.32.0');
  const audit = whySkipped(zizmor) === undefined ? test : test.skip;
  const run = (persona: string, files: readonly string[]) =>
    spawnSync(
      zizmor.path ?? '',
      ['--offline', '--no-progress', '--quiet', '--persona', persona, ...files],
      { encoding: 'utf8' },
    );

  audit.each(['regular', 'pedantic', 'auditor'])('finds nothing as persona %s', (persona) => {
    const { status, stdout, stderr } = run(persona, ['.', ...examples]);
    expect(`${stdout}${stderr}`).toContain('No findings to report');
    expect(status).toBe(0);
  });

  audit('would find what is not pinned', () => {
    const { status, stdout } = run('regular', ['test/e2e/fixtures/unpinned.yml']);
    expect(stdout).toContain('unpinned-uses');
    expect(status).toBe(14);
  });
});

/** Ours as seen from this repository, so that actionlint reads the action.yml. */
function local(workflow: string): string {
  return workflow.replaceAll(
    /understudy-dev\/understudy(\/[^@\s]+)?@v1/g,
    (_, path) => `.${path ?? '/'}`,
  );
}

/** A git repository with our actions and one workflow: actionlint looks for actions in the repository of a file only. */
function projectWith(workflow: string) {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-lint-'));
  const file = '.github/workflows/example.yml';
  mkdirSync(join(folder, '.git'));
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  writeFileSync(join(folder, file), workflow);
  for (const name of ['action.yml', 'actions', 'dist'])
    symlinkSync(resolve(name), join(folder, name));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { folder, workflow: file, [Symbol.dispose]: remove };
}
