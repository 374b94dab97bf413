import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readTemplate } from '../../src/targets/cloudformation/template/read-template.ts';
import { pythonTool, whySkipped } from './tools.ts';

const templates = ['infra', 'examples']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((file) => /(^|\/)infra\/.*\.yaml$/.test(file))
  // Manifests of Kubernetes.
  .filter((file) => !file.startsWith('infra/kubernetes/'));

describe('cfn-lint', () => {
  const cfnLint = pythonTool('cfn-lint', '1.51.0');
  const lint = whySkipped(cfnLint) === undefined ? test : test.skip;
  const run = (...files: readonly string[]) =>
    spawnSync(cfnLint.path ?? '', ['--include-checks', 'I', '--', ...files], { encoding: 'utf8' });

  lint('has nothing to say about any template that is shipped', () => {
    const { status, stdout, stderr } = run(...templates);
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  lint(
    'would tell an action that IAM does not know, and a property that a resource does not have',
    () => {
      const { status, stdout } = run('test/e2e/fixtures/faulty-template.yaml');
      expect(stdout).toContain('W3037');
      expect(stdout).toContain('E3002');
      expect(status).not.toBe(0);
    },
  );
});

describe('our own reading of templates', () => {
  test('finds the templates that are shipped', () => {
    expect(templates).toEqual(
      expect.arrayContaining([
        'infra/understudy-deploy-role.yaml',
        'infra/understudy-sweep-role.yaml',
        'examples/aws-container-service/infra/preview.yaml',
        'examples/aws-container-service/infra/execution-role.yaml',
        'examples/aws-container-service/expand/infra/shop.yaml',
      ]),
    );
  });

  test.each(templates)('agrees about %s', (file) => {
    expect(readTemplate(readFileSync(file, 'utf8'), file).resources.size).toBeGreaterThan(0);
  });
});
