import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../src/config/parse.ts';
import { UserError } from '../../../src/core/user-error.ts';
import {
  type BadFile,
  eligibleFaults,
  previewFaults,
  serviceFaults,
  severalFaults,
  shapeFaults,
  yamlFaults,
} from './cases.ts';
import {
  cloudFormationFaults,
  expandFaults,
  parameterFaults,
  targetFaults,
} from './cloudformation-cases.ts';
import { kubernetesFaults, reviewAppFaults } from './kubernetes-cases.ts';
import { ledgerFaults } from './ledger-cases.ts';
import { pipelineFaults, severalPipelineFaults, stageFaults } from './pipeline-cases.ts';
import { gateFaults, windowFaults } from './pipeline-gate-cases.ts';
import { observeFaults } from './pipeline-observe-cases.ts';
import { editFaults, viaFaults } from './pipeline-via-cases.ts';

const file = '.github/understudy.yml';

function refusal(text: string): UserError {
  try {
    parseConfiguration(text, file);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe.each([
  ['faults of the YAML', yamlFaults],
  ['faults of the shape', shapeFaults],
  ['faults under preview', previewFaults],
  ['faults under eligible', eligibleFaults],
  ['faults of services and local', serviceFaults],
  ['faults of targets', targetFaults],
  ['faults under cloudformation', cloudFormationFaults],
  ['faults of parameters and tags', parameterFaults],
  ['faults of expansion', expandFaults],
  ['faults under kubernetes', kubernetesFaults],
  ['faults of review apps', reviewAppFaults],
  ['faults under pipelines', pipelineFaults],
  ['faults of stages', stageFaults],
  ['faults under observe', observeFaults],
  ['faults under via', viaFaults],
  ['faults of edits', editFaults],
  ['faults under gates', gateFaults],
  ['faults of windows', windowFaults],
  ['faults under ledger', ledgerFaults],
  ['several faults', severalFaults],
  ['several faults of pipelines', severalPipelineFaults],
])('%s', (_, files: readonly BadFile[]) => {
  test.each(files.map((entry) => [entry.name, entry] as const))(
    '%s',
    (_name, { text, problems, hint: first }) => {
      const error = refusal(text);
      const found = error.problems.map(({ location }) => `${location?.line}:${location?.column}`);
      expect({ found, message: error.message }).toMatchObject({
        found: problems.map(([at]) => at),
      });
      for (const [index, [, ...says]] of problems.entries())
        for (const words of says) expect(error.problems[index]?.message).toContain(words);
      expect(error.problems[0]?.hint).toBe(first ?? error.problems[0]?.hint);
      for (const { message, hint, location } of error.problems) {
        expect(location?.file).toBe(file);
        expect(message).not.toMatch(/\n|\bat .*\.(ts|js):|undefined|\[object|Invalid (key|type)/);
        expect(hint).toMatch(/^[A-Z].*\.$/);
      }
    },
  );
});

test('the corpus has at least 200 files, and none twice', () => {
  const cloudFormation = [targetFaults, cloudFormationFaults, parameterFaults, expandFaults].flat();
  const files = [yamlFaults, shapeFaults, previewFaults, eligibleFaults, serviceFaults].flat();
  const kubernetes = [kubernetesFaults, reviewAppFaults].flat();
  const stages = [stageFaults, observeFaults, viaFaults, editFaults, gateFaults, windowFaults];
  const pipelines = [pipelineFaults, ...stages].flat();
  files.push(...cloudFormation, ...kubernetes, ...pipelines, ...ledgerFaults);
  expect(cloudFormation.length).toBeGreaterThanOrEqual(60);
  expect(kubernetes.length).toBeGreaterThanOrEqual(100);
  expect(pipelines.length).toBeGreaterThanOrEqual(150);
  expect(files.length).toBeGreaterThanOrEqual(200);
  expect(new Set(files.map(({ text }) => text)).size).toBe(files.length);
});

test('the message of the whole error lists every problem as file:line:column', () => {
  expect(refusal('preview:\n  id: x\n  max: 3\n').message.split('\n')).toEqual([
    `${file}:2:7: preview.id is "x". Allowed: branch-hash, pull-request`,
    expect.stringMatching(
      /^\.github\/understudy\.yml:3:3: unknown key "max" in preview\. It belongs in preview\.eligible\./,
    ),
  ]);
});

test('a value of an environment variable is never shown', () => {
  const { message, problems } = refusal(
    'preview: { local: { env: { KEY: 8443917, B: [s3cret] } } }\n',
  );
  expect(problems).toHaveLength(2);
  expect(`${message}${problems.map(({ hint }) => hint)}`).not.toMatch(/8443917|s3cret/);
});

test('what logs in to the place of a ledger is never shown', () => {
  const { message, problems } = refusal(
    'ledger:\n  git: ["https://bot:s3cret@git.example.com/l.git"]\npipelines: "ssh://git:s3cret@host/x"\n',
  );
  expect(problems).toHaveLength(2);
  expect(`${message}${problems.map(({ hint }) => hint)}`).not.toContain('s3cret');
});

test('more than 50 problems are counted rather than listed', () => {
  const keys = Array.from({ length: 70 }, (_, index) => `key${index}: 1`);
  const { problems } = refusal(keys.join('\n'));
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)?.message).toBe('and 20 more problems');
});

test.each([
  ['nested lists', '['.repeat(250_000)],
  ['keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')],
  ['one key over and over', 'a: 1\n'.repeat(50_000)],
  ['list items', '- 1\n'.repeat(60_000)],
  ['quotes', '"\n'.repeat(100_000)],
  ['anchors', '- &a 1\n'.repeat(30_000)],
  ['question marks', '? '.repeat(100_000)],
])('a file of a quarter MiB of %s is refused within seconds', (_, text) => {
  const start = performance.now();
  expect(refusal(text).problems.length).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(8_000);
});
