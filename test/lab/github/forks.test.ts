import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { gitIn, openPull, repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;

describe('forks and Dependabot', () => {
  let lab: Lab;
  let mona = '';
  beforeAll(async () => {
    lab = await startLab();
    mona = lab.github.createToken(
      { administration: 'write', contents: 'write', pull_requests: 'write' },
      undefined,
      'mona',
    );
    await lab.call('POST', `${repo}/forks`, {}, { token: mona });
  });
  afterAll(() => lab.close());

  test('a fork has a pull request into its parent, whose refs hold its commits', async () => {
    const fork = lab.github.repositories['mona/app'] ?? '';
    const work = join(lab.state, 'fork');
    gitIn(lab.state, 'clone', '--quiet', fork, work);
    gitIn(work, 'checkout', '--quiet', '-b', 'idea');
    gitIn(work, 'commit', '--quiet', '--allow-empty', '-m', 'Idea');
    gitIn(work, 'push', '--quiet', 'origin', 'idea');
    const body = { title: 'Idea', head: 'mona:idea', base: 'main' };
    const made = await lab.call('POST', `${repo}/pulls`, body, { token: mona });
    expect(made.body).toMatchObject({
      head: { label: 'mona:idea', repo: { full_name: 'mona/app', fork: true } },
      base: { repo: { full_name: repository } },
      user: { login: 'mona' },
      author_association: 'NONE',
    });
    const ref = `refs/pull/${made.body.number}/head`;
    expect(lab.git('ls-remote', 'origin', ref)).toContain(made.body.head.sha);
    gitIn(work, 'commit', '--quiet', '--allow-empty', '-m', 'Better idea');
    gitIn(work, 'push', '--quiet', 'origin', 'idea');
    await lab.github.takeInPushes();
    expect(lab.git('ls-remote', 'origin', ref)).toContain(gitIn(work, 'rev-parse', 'HEAD'));
    const list = await lab.call('GET', `${repo}/pulls?head=mona:idea`);
    expect(list.body).toHaveLength(1);
  });

  test('a fork cannot be named out of its directory', async () => {
    const body = { organization: '../..', name: 'x' };
    const refused = await lab.call('POST', `${repo}/forks`, body, { token: mona });
    expect(refused.status).toBe(422);
  });

  test('a run for a fork’s pull request, or Dependabot’s, gets a token that only reads', async () => {
    const event = lab.github.events().find(({ action }) => action === 'opened');
    if (!event) throw new Error('no event');
    const token = lab.github.tokenFor(event);
    const comment = { body: 'x' };
    const path = `${repo}/issues/1/comments`;
    expect((await lab.call('GET', path, undefined, { token })).status).toBe(200);
    expect((await lab.call('POST', path, comment, { token })).status).toBe(403);
    const bot = lab.github.tokenFor({ ...event, actor: 'dependabot[bot]', event: 'push' });
    expect((await lab.call('POST', path, comment, { token: bot })).status).toBe(403);
    const own = await openPull(lab, 'own');
    const last = lab.github.events().findLast(({ action }) => action === 'opened');
    expect(last?.payload.number).toBe(own.number);
    const writing = lab.github.tokenFor(last ?? event);
    expect((await lab.call('POST', path, comment, { token: writing })).status).toBe(201);
  });
});
