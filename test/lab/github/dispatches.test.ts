import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;
const deploy = `${repo}/actions/workflows/deploy.yml`;
const workflow = `name: Deploy
run-name: Deploy \${{ inputs.version }} (\${{ github.event.inputs.promotion }})
on:
  workflow_dispatch:
    inputs:
      version: { required: true, type: string }
      promotion: { type: string }
      speed: { type: choice, default: slow }
`;

describe('a workflow that is dispatched', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    lab.commit({
      '.github/workflows/deploy.yml': workflow,
      '.github/workflows/ci.yml': 'on: [push]\n',
    });
    lab.git('push', '--quiet', 'origin', 'main');
  });
  afterAll(() => lab.close());

  const dispatch = (inputs: object, more: object = {}, path = deploy) =>
    lab.call('POST', `${path}/dispatches`, { ref: 'main', inputs, ...more });

  test('makes a run with the name that its inputs give it, and says which when asked', async () => {
    const made = await dispatch({ version: 'v1', promotion: 'k-a1' }, { return_run_details: true });
    expect(made.status).toBe(200);
    const run = (await lab.call('GET', `${repo}/actions/runs/${made.body.workflow_run_id}`)).body;
    expect(run).toMatchObject({
      name: 'Deploy',
      display_title: 'Deploy v1 (k-a1)',
      event: 'workflow_dispatch',
      head_branch: 'main',
      status: 'queued',
      html_url: made.body.html_url,
    });
    expect(lab.github.events().at(-1)?.payload.inputs).toEqual({
      version: 'v1',
      promotion: 'k-a1',
      speed: 'slow',
    });
    expect((await dispatch({ version: 'v2' })).status).toBe(204);
    const list = await lab.call('GET', `${deploy}/runs?event=workflow_dispatch`);
    expect(list.body.total_count).toBe(2);
  });

  test('is refused for inputs that it does not take, or lacks', async () => {
    const unexpected = await dispatch({ version: 'v1', colour: 'red' });
    expect([unexpected.status, unexpected.body.message]).toEqual([
      422,
      'Unexpected inputs provided: ["colour"]',
    ]);
    const lacking = await dispatch({});
    expect(lacking.body.message).toBe("Required input 'version' not provided");
  });

  test('is refused without the trigger, and while it is switched off', async () => {
    const none = await dispatch({}, {}, `${repo}/actions/workflows/ci.yml`);
    expect([none.status, none.body.message]).toEqual([
      422,
      "Workflow does not have 'workflow_dispatch' trigger",
    ]);
    const path = '.github/workflows/deploy.yml';
    await lab.call('POST', '/_lab/workflows', { repository, path, enabled: false });
    const off = await dispatch({ version: 'v1' });
    expect(off.body.message).toContain('disabled workflow');
    await lab.call('POST', '/_lab/workflows', { repository, path, enabled: true });
    expect((await dispatch({ version: 'v1' })).status).toBe(204);
  });

  test('has runs that end as they are told, and are found by when they were made', async () => {
    await lab.call('POST', '/_lab/clock', { now: '2031-05-06T07:00:00Z' });
    const id = (await dispatch({ version: 'v3' }, { return_run_details: true })).body
      .workflow_run_id;
    await lab.call('POST', '/_lab/runs', {
      repository,
      id,
      status: 'completed',
      conclusion: 'failure',
    });
    const count = async (created: string) =>
      (await lab.call('GET', `${deploy}/runs?created=${encodeURIComponent(created)}`)).body
        .total_count;
    expect(await count('>=2031-05-06T07:00:00Z')).toBe(1);
    expect(await count('>2031-05-06T07:00:00Z')).toBe(0);
    expect(await count('2031-05-06')).toBe(1);
    expect(await count('2031-05-07..*')).toBe(0);
    expect((await lab.call('GET', `${repo}/actions/runs/${id}`)).body.conclusion).toBe('failure');
    expect((await lab.call('GET', `${repo}/actions/workflows/none.yml/runs`)).status).toBe(404);
    await lab.call('POST', '/_lab/clock', {});
  });

  test('a pre-release becomes a release, and the latest when it is said', async () => {
    const release = async (tag_name: string, prerelease: boolean) =>
      (await lab.call('POST', `${repo}/releases`, { tag_name, prerelease })).body.id;
    const latest = async () => (await lab.call('GET', `${repo}/releases/latest`)).body.tag_name;
    const old = await release('v1.0.0', false);
    const next = await release('v1.1.0', true);
    expect(await latest()).toBe('v1.0.0');
    const patch = (id: number, body: object) => lab.call('PATCH', `${repo}/releases/${id}`, body);
    expect((await patch(next, { make_latest: 'true' })).status).toBe(422);
    await patch(next, { prerelease: false, make_latest: 'false' });
    expect(await latest()).toBe('v1.0.0');
    expect(lab.github.events().at(-1)).toMatchObject({ event: 'release', action: 'released' });
    await patch(next, { make_latest: 'true' });
    expect(await latest()).toBe('v1.1.0');
    await patch(old, { make_latest: 'true' });
    expect(await latest()).toBe('v1.0.0');
  });

  test('a rule guards a branch against what does not come by pull request, or by force', async () => {
    const old = lab.git('rev-parse', 'main');
    lab.git('push', '--quiet', 'origin', 'main:guarded');
    const sha = lab.commit({ 'a.txt': 'a' });
    lab.git('push', '--quiet', 'origin', 'main');
    const guard = (rule?: string) =>
      lab.call('POST', '/_lab/protections', { repository, ref: 'refs/heads/guarded', rule });
    const move = (to: string) =>
      lab.call('PATCH', `${repo}/git/refs/heads/guarded`, { sha: to, force: true });
    await guard('pull-request');
    const refused = await move(sha);
    expect(refused.status).toBe(422);
    expect(refused.body.message).toContain('must be made through a pull request');
    expect((await lab.call('GET', `${repo}/branches/guarded`)).body.protected).toBe(true);
    await guard('no-force');
    expect((await move(sha)).status).toBe(200);
    expect((await move(old)).body.message).toContain('Cannot force-push');
    await guard();
    expect((await move(old)).status).toBe(200);
  });
});
