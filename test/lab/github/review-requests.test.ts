import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;

describe('reviews', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    const ada = { repository, login: 'ada', permission: 'write' };
    await lab.call('POST', '/_lab/collaborators', ada);
    await lab.call('POST', '/_lab/teams', { org: 'acme', slug: 'core', members: ['ada'] });
  });
  afterAll(() => lab.close());

  test('are asked of collaborators and teams, and no longer once they are given', async () => {
    const { number } = await openPull(lab, 'one');
    const asked = { reviewers: ['ada'], team_reviewers: ['core'] };
    const path = `${repo}/pulls/${number}`;
    const answer = await lab.call('POST', `${path}/requested_reviewers`, asked);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      requested_reviewers: [{ login: 'ada' }],
      requested_teams: [{ slug: 'core' }],
    });
    expect(lab.github.events().at(-1)).toMatchObject({ action: 'review_requested' });
    const token = lab.github.createToken({ pull_requests: 'write' }, undefined, 'ada');
    await lab.call('POST', `${path}/reviews`, { event: 'APPROVE' }, { token });
    const after = await lab.call('GET', path);
    expect(after.body).toMatchObject({ requested_reviewers: [], requested_teams: [{}] });
  });

  test.each([
    ['a stranger', { reviewers: ['ada', 'nobody'] }, 'may only be requested from collaborators'],
    ['an unknown team', { team_reviewers: ['none'] }, 'may only be requested from collaborators'],
    ['the author', { reviewers: ['octocat'] }, 'cannot be requested from pull request author'],
  ])('are not asked of %s, and then of nobody', async (_who, asked, message) => {
    const { number } = await openPull(lab, `for-${message.length}-${_who.length}`);
    const path = `${repo}/pulls/${number}`;
    const answer = await lab.call('POST', `${path}/requested_reviewers`, asked);
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain(message);
    expect((await lab.call('GET', path)).body.requested_reviewers).toEqual([]);
  });
});

describe('a pull request', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.close());

  test('is unstable while a status or a check has not passed', async () => {
    const { number, head } = await openPull(lab, 'one');
    const standing = async () =>
      (await lab.call('GET', `${repo}/pulls/${number}`)).body.mergeable_state;
    const status = { context: 'ci', state: 'pending' };
    expect(await standing()).toBe('clean');
    await lab.call('POST', `${repo}/statuses/${head.sha}`, status);
    expect(await standing()).toBe('unstable');
    await lab.call('POST', `${repo}/statuses/${head.sha}`, { ...status, state: 'success' });
    expect(await standing()).toBe('clean');
    await lab.call('POST', `${repo}/check-runs`, { name: 'lint', head_sha: head.sha });
    expect(await standing()).toBe('unstable');
  });

  test('says as an issue who closed it, until it is opened again', async () => {
    const { number } = await openPull(lab, 'two');
    const closer = async () => (await lab.call('GET', `${repo}/issues/${number}`)).body.closed_by;
    expect(await closer()).toBeNull();
    await lab.call('PATCH', `${repo}/pulls/${number}`, { state: 'closed' });
    expect(await closer()).toMatchObject({ login: 'octocat' });
    await lab.call('PATCH', `${repo}/pulls/${number}`, { state: 'open' });
    expect(await closer()).toBeNull();
  });
});
