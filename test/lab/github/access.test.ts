import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;

describe('who may do what', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await openPull(lab, 'one');
    await lab.call('POST', '/_lab/repositories', { name: 'acme/secret', private: true });
  });
  afterAll(() => lab.close());

  const statusOf = async (method: string, path: string, token: string | null, body?: object) =>
    (await lab.call(method, path, body, { token })).status;

  test('a token does what its permissions say and no more', async () => {
    const token = (
      await lab.call('POST', '/_lab/tokens', {
        permissions: { contents: 'read', 'pull-requests': 'read', deployments: 'write' },
        repository,
      })
    ).body.token;
    expect(await statusOf('GET', `${repo}/pulls`, token)).toBe(200);
    expect(await statusOf('GET', `${repo}/git/ref/heads/main`, token)).toBe(200);
    const deployment = { ref: 'main', required_contexts: [] };
    expect(await statusOf('POST', `${repo}/deployments`, token, deployment)).toBe(201);
    const refused = await lab.call('POST', `${repo}/issues/1/comments`, { body: 'x' }, { token });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      message: 'Resource not accessible by integration',
      status: '403',
    });
    expect(refused.headers.get('x-accepted-github-permissions')).toBe(
      'issues=write; pull_requests=write',
    );
    expect(await statusOf('GET', '/user', token)).toBe(403);
  });

  test('pull_requests alone comments on pull requests, not on issues', async () => {
    const issue = (await lab.call('POST', `${repo}/issues`, { title: 'Bug' })).body.number;
    const token = lab.github.createToken({ pull_requests: 'write' }, repository);
    const body = { body: 'x' };
    expect(await statusOf('POST', `${repo}/issues/1/comments`, token, body)).toBe(201);
    expect(await statusOf('POST', `${repo}/issues/${issue}/comments`, token, body)).toBe(403);
  });

  test('bad credentials, missing ones and unknown places are told apart', async () => {
    const bad = await lab.call('GET', repo, undefined, { token: 'ghs_no' });
    expect([bad.status, bad.body.message]).toEqual([401, 'Bad credentials']);
    expect(await statusOf('GET', repo, null)).toBe(200);
    expect(await statusOf('POST', `${repo}/issues`, null, { title: 'x' })).toBe(401);
    expect(await statusOf('GET', '/repos/acme/secret', null)).toBe(404);
    expect(await statusOf('GET', '/repos/acme/none', lab.github.token)).toBe(404);
    expect(await statusOf('GET', `${repo}/no/such/thing`, lab.github.token)).toBe(404);
  });

  test('a token of one repository does not write to another, nor see a private one', async () => {
    await lab.github.createRepository('acme/other');
    const token = lab.github.createToken({ contents: 'write', issues: 'write' }, 'acme/other');
    expect(await statusOf('POST', `${repo}/issues`, token, { title: 'x' })).toBe(403);
    expect(await statusOf('GET', repo, token)).toBe(200);
    expect(await statusOf('GET', '/repos/acme/secret', token)).toBe(404);
  });

  test('what GITHUB_TOKEN does starts no workflows', async () => {
    const token = lab.github.createToken({ pull_requests: 'write' }, repository);
    await lab.call('POST', `${repo}/issues/1/comments`, { body: 'bot' }, { token });
    expect(lab.github.events().at(-1)).toMatchObject({
      event: 'issue_comment',
      actor: 'github-actions[bot]',
      triggersWorkflows: false,
    });
    await lab.call('POST', `${repo}/issues/1/comments`, { body: 'person' });
    expect(lab.github.events().at(-1)).toMatchObject({ actor: 'octocat', triggersWorkflows: true });
  });

  test('a request without a user agent, with bad JSON or an unknown version is refused', async () => {
    const send = (headers: Record<string, string>, body?: string) =>
      lab.call('POST', `${repo}/issues`, body, { headers });
    expect((await send({}, 'not an object')).status).toBe(400);
    expect((await send({ 'x-github-api-version': '1999-01-01' })).status).toBe(400);
    expect((await send({ 'user-agent': '' })).status).toBe(403);
  });
});
