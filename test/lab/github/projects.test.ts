import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;

describe('statuses, checks, reviews, merges, releases, dispatches, runs, people', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    const inputs = 'on:\n  workflow_dispatch:\n    inputs: { x: { type: string } }\n';
    lab.commit({ '.github/workflows/ci.yml': inputs, '.github/workflows/other.yml': 'on: push\n' });
    lab.git('push', '--quiet', 'origin', 'main');
  });
  afterAll(() => lab.close());

  test('the newest status of each context counts', async () => {
    const sha = lab.git('rev-parse', 'main');
    const post = (body: object) => lab.call('POST', `${repo}/statuses/${sha}`, body);
    await post({ state: 'failure', context: 'a' });
    await post({ state: 'success', context: 'a', target_url: 'http://x/', description: 'ok' });
    const combined = await lab.call('GET', `${repo}/commits/main/status`);
    expect(combined.body).toMatchObject({ state: 'success', total_count: 1 });
    await post({ state: 'pending', context: 'b' });
    expect((await lab.call('GET', `${repo}/commits/${sha}/status`)).body.state).toBe('pending');
    expect((await lab.call('GET', `${repo}/commits/${sha}/statuses`)).body).toHaveLength(3);
  });

  test('a check run is completed by its conclusion', async () => {
    const head_sha = lab.git('rev-parse', 'main');
    const made = await lab.call('POST', `${repo}/check-runs`, { name: 'preview', head_sha });
    expect(made.body).toMatchObject({ status: 'queued', conclusion: null });
    const path = `${repo}/check-runs/${made.body.id}`;
    const output = { title: 'Ready', summary: 'All well' };
    await lab.call('PATCH', path, { conclusion: 'success', output });
    const list = await lab.call('GET', `${repo}/commits/main/check-runs?check_name=preview`);
    expect(list.body).toMatchObject({ total_count: 1, check_runs: [{ status: 'completed' }] });
    expect((await lab.call('GET', path)).body.output.summary).toBe('All well');
  });

  test('a review is by someone else than the author', async () => {
    const pull = await openPull(lab, 'reviewed');
    const path = `${repo}/pulls/${pull.number}/reviews`;
    const event = 'APPROVE';
    expect((await lab.call('POST', path, { event })).status).toBe(422);
    const token = lab.github.createToken({ pull_requests: 'write' }, repository, 'mona');
    expect((await lab.call('POST', path, { event }, { token })).body).toMatchObject({
      state: 'APPROVED',
      user: { login: 'mona' },
      commit_id: pull.head.sha,
    });
    expect((await lab.call('GET', path)).body).toHaveLength(1);
  });

  test.each(['merge', 'squash'])('a pull request is merged by %s', async (merge_method) => {
    const pull = await openPull(lab, `by-${merge_method}`);
    const path = `${repo}/pulls/${pull.number}/merge`;
    const stale = await lab.call('PUT', path, { sha: '3'.repeat(40) });
    expect(stale.status).toBe(409);
    expect((await lab.call('GET', path)).status).toBe(404);
    const merged = await lab.call('PUT', path, { merge_method, sha: pull.head.sha });
    expect(merged.body.merged).toBe(true);
    expect((await lab.call('GET', path)).status).toBe(204);
    lab.git('fetch', '--quiet', 'origin', 'main');
    expect(lab.git('rev-parse', 'FETCH_HEAD')).toBe(merged.body.sha);
    expect(lab.git('show', `FETCH_HEAD:by-${merge_method}.txt`)).toBe(`by-${merge_method}`);
    const now = (await lab.call('GET', `${repo}/pulls/${pull.number}`)).body;
    expect(now).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: merged.body.sha });
    expect((await lab.call('PUT', path, {})).status).toBe(405);
    const closed = lab.github.events().filter(({ action }) => action === 'closed');
    expect(closed.at(-1)?.payload).toMatchObject({ pull_request: { merged: true } });
  });

  test('conflicting pull requests are not mergeable', async () => {
    lab.git('checkout', '--quiet', '-B', 'clash', 'main');
    lab.commit({ 'README.md': '# Mine\n' });
    lab.git('push', '--quiet', 'origin', 'clash');
    lab.git('fetch', '--quiet', 'origin', 'main');
    lab.git('checkout', '--quiet', '-B', 'main', 'FETCH_HEAD');
    lab.commit({ 'README.md': '# Theirs\n' });
    lab.git('push', '--quiet', 'origin', 'main');
    const body = { title: 'Clash', head: 'clash', base: 'main' };
    const pull = (await lab.call('POST', `${repo}/pulls`, body)).body;
    expect(pull).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    expect((await lab.call('PUT', `${repo}/pulls/${pull.number}/merge`, {})).status).toBe(405);
    expect(lab.git('ls-remote', 'origin', `refs/pull/${pull.number}/merge`)).toBe('');
  });

  test('publishing a release makes its tag', async () => {
    const draft = { tag_name: 'v1.0.0', draft: true, prerelease: false };
    const made = await lab.call('POST', `${repo}/releases`, draft);
    expect(lab.git('ls-remote', 'origin', 'refs/tags/*')).toBe('');
    expect((await lab.call('GET', `${repo}/releases/latest`)).status).toBe(404);
    await lab.call('PATCH', `${repo}/releases/${made.body.id}`, { draft: false });
    expect(lab.git('ls-remote', 'origin', 'refs/tags/v1.0.0')).toContain('refs/tags/v1.0.0');
    expect((await lab.call('GET', `${repo}/releases/latest`)).body.tag_name).toBe('v1.0.0');
    expect((await lab.call('GET', `${repo}/releases/tags/v1.0.0`)).body.id).toBe(made.body.id);
    expect((await lab.call('GET', `${repo}/releases`)).body).toHaveLength(1);
    expect((await lab.call('POST', `${repo}/releases`, draft)).status).toBe(422);
  });

  test('dispatches reach workflows even from an installation token', async () => {
    const token = lab.github.createToken({ contents: 'write', actions: 'write' }, repository);
    const body = { event_type: 'go', client_payload: { a: 1 } };
    const sent = await lab.call('POST', `${repo}/dispatches`, body, { token });
    expect(sent.status).toBe(204);
    const path = `${repo}/actions/workflows/ci.yml/dispatches`;
    const run = await lab.call('POST', path, { ref: 'main', inputs: { x: 'y' } }, { token });
    expect(run.status).toBe(204);
    const none = `${repo}/actions/workflows/none.yml/dispatches`;
    expect((await lab.call('POST', none, { ref: 'main' }, { token })).status).toBe(404);
    expect(lab.github.events().slice(-2)).toMatchObject([
      { event: 'repository_dispatch', action: 'go', triggersWorkflows: true },
      {
        event: 'workflow_dispatch',
        payload: {
          ref: 'refs/heads/main',
          inputs: { x: 'y' },
          workflow: '.github/workflows/ci.yml',
        },
        triggersWorkflows: true,
      },
    ]);
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, n]));
    const refused = await lab.call('POST', `${repo}/dispatches`, {
      event_type: 'go',
      client_payload: many,
    });
    expect(refused.body.message).toContain('No more than 10 properties');
  });

  test('runs are listed and cancelled', async () => {
    const head_sha = lab.git('rev-parse', 'main');
    const run = {
      repository,
      head_sha,
      status: 'in_progress',
      path: '.github/workflows/other.yml',
    };
    const { id } = (await lab.call('POST', '/_lab/runs', run)).body;
    const list = await lab.call(
      'GET',
      `${repo}/actions/runs?head_sha=${head_sha}&status=in_progress`,
    );
    expect(list.body).toMatchObject({ total_count: 1, workflow_runs: [{ id }] });
    expect(
      (await lab.call('GET', `${repo}/actions/workflows/other.yml/runs`)).body.total_count,
    ).toBe(1);
    expect((await lab.call('POST', `${repo}/actions/runs/${id}/cancel`)).status).toBe(202);
    expect((await lab.call('GET', `${repo}/actions/runs/${id}`)).body.conclusion).toBe('cancelled');
    expect((await lab.call('POST', `${repo}/actions/runs/${id}/cancel`)).status).toBe(409);
  });

  test('people have the permission they were given', async () => {
    await lab.call('POST', '/_lab/collaborators', {
      login: 'wil',
      permission: 'maintain',
      repository,
    });
    lab.github.createToken({}, repository, 'passer-by');
    const of = async (login: string) =>
      (await lab.call('GET', `${repo}/collaborators/${login}/permission`)).body;
    expect(await of('wil')).toMatchObject({ permission: 'write', role_name: 'maintain' });
    expect(await of('octocat')).toMatchObject({ permission: 'admin' });
    expect(await of('passer-by')).toMatchObject({ permission: 'read' });
    expect(await of('nobody')).toMatchObject({ message: 'nobody is not a user' });
    expect((await lab.call('GET', '/users/wil')).body.login).toBe('wil');
    expect((await lab.call('GET', '/users/nobody')).status).toBe(404);
    expect((await lab.call('GET', '/user')).body.login).toBe('octocat');
  });

  test('people are made collaborators by whoever administers the repository', async () => {
    const path = `${repo}/collaborators/xia`;
    const role = async () => (await lab.call('GET', `${path}/permission`)).body.role_name;
    const weak = lab.github.createToken({ contents: 'write' }, repository, 'octocat');
    expect((await lab.call('PUT', path, {}, { token: weak })).status).toBe(403);
    expect((await lab.call('PUT', path, { permission: 'owner' })).status).toBe(422);
    expect((await lab.call('PUT', path, {})).status).toBe(204);
    expect(await role()).toBe('write');
    await lab.call('PUT', path, { permission: 'maintain' });
    expect(await role()).toBe('maintain');
    expect((await lab.call('DELETE', path)).status).toBe(204);
    expect(await role()).toBe('read');
  });

  test('teams have the members they were given', async () => {
    await lab.call('POST', '/_lab/teams', { org: 'acme', slug: 'core', members: ['wil'] });
    const of = (login: string) => lab.call('GET', `/orgs/acme/teams/core/memberships/${login}`);
    expect((await of('wil')).body).toMatchObject({ state: 'active' });
    expect((await of('octocat')).status).toBe(404);
  });
});
