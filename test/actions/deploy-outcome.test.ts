import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readDeployInputs } from '../../src/actions/deploy-inputs.ts';
import { deployOutcome } from '../../src/actions/run-deploy.ts';
import type { Configured } from '../../src/actions/session.ts';
import { defaultConfiguration } from '../../src/config/defaults.ts';
import { parseParameters } from '../../src/config/parse.ts';
import { deployPreview } from '../../src/preview/deploy-preview.ts';
import type { DeployRequest } from '../../src/preview/deploy-request.ts';
import { readRunContext } from '../../src/runner/environment.ts';
import { readInputs } from '../../src/runner/read-inputs.ts';
import { deployRequest } from '../builders/requests.ts';
import { noon, portsOf, type World, world } from '../fakes/world.ts';

const temp = mkdtempSync(join(tmpdir(), 'understudy-outcome-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

const environment = { GITHUB_REPOSITORY: 'acme/shop', RUNNER_TEMP: temp };
const context = readRunContext(environment);
// Only links and folder of the session are read here.
const session = { context, links: context, now: () => noon } as unknown as Configured['session'];
const configured: Configured = { session, configuration: defaultConfiguration };

async function told(made: World, request: Partial<DeployRequest> = {}, given = {}) {
  const { inputs } = readInputs(given, (reader) => readDeployInputs(reader, parseParameters));
  const outcome = await deployPreview(deployRequest(request), portsOf(made));
  return deployOutcome(outcome, configured, inputs);
}

describe('what a deploy hands to the workflow', () => {
  test('is exactly what its action.yml declares, as strings', async () => {
    const file = new URL('../../actions/deploy-preview/action.yml', import.meta.url);
    const declared = Object.keys(parse(readFileSync(file, 'utf8')).outputs);
    const { outputs, failures } = await told(world());
    expect(Object.keys(outputs).sort()).toEqual(declared.sort());
    expect(Object.values(outputs).filter((value) => typeof value !== 'string')).toEqual([]);
    expect(failures).toEqual([]);
    expect(outputs).toMatchObject({
      state: 'created',
      url: 'http://1d0fd508.localhost:7420',
      urls: '{"app":"http://1d0fd508.localhost:7420"}',
      'preview-id': '1d0fd508',
      'deployment-id': '1',
    });
    expect(JSON.parse(outputs.changes ?? '')).toHaveLength(1);
  });

  test('names the file of what was sent, for nobody else to read', async () => {
    const { outputs } = await told(world(), { dryRun: true });
    expect(outputs.state).toBe('planned');
    expect(outputs.rendered?.startsWith(temp)).toBe(true);
    expect(readFileSync(outputs.rendered ?? '', 'utf8')).toContain('1d0fd508');
    expect(statSync(outputs.rendered ?? '').mode & 0o077).toBe(0);
  });

  test.each(['superseded', 'skipped'])('is no failure when it is %s', async (state) => {
    const made = world();
    if (state === 'superseded') made.pullRequests.close(7);
    const eligible = { ...deployRequest().configuration.eligible, max: 0 };
    const configuration = { ...deployRequest().configuration, eligible };
    const { outputs, failures } = await told(made, state === 'skipped' ? { configuration } : {});
    expect(outputs.state).toBe(state);
    expect(failures).toEqual([]);
  });

  test('is a failure with the last lines of the log when it failed', async () => {
    const made = world();
    const log = ['1', '2', '3', '4', '5', '6'];
    const reason = 'health: answered 500';
    made.target.behaviour.result = {
      kind: 'failed',
      service: 'app',
      reason,
      log,
      stillServing: false,
    };
    const { outputs, failures, summary } = await told(made);
    expect(outputs.state).toBe('failed');
    expect(failures?.[0]?.message).toBe('the preview failed: health: answered 500\n2\n3\n4\n5\n6');
    expect(summary).toContain('Preview failed');
  });

  test('warns of inputs that the target has no use for', async () => {
    const images = `web=nginx@sha256:${'a'.repeat(64)}`;
    const { warnings } = await told(
      world(),
      {},
      { INPUT_IMAGES: images, INPUT_PARAMETERS: 'a: b' },
    );
    expect(warnings).toHaveLength(2);
  });
});
