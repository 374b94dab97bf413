import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const pulls = `/repos/${repository}/pulls`;

describe('pull requests', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.close());

  test('open from a pushed branch, with its refs in the base repository', async () => {
    const pull = await openPull(lab, 'one');
    expect(pull).toMatchObject({
      number: 1,
      state: 'open',
      draft: false,
      mergeable: true,
      mergeable_state: 'clean',
      commits: 1,
      additions: 1,
      changed_files: 1,
      head: { ref: 'one', sha: lab.git('rev-parse', 'one'), label: 'acme:one' },
    });
    const refs = lab.git('ls-remote', 'origin', 'refs/pull/*');
    expect(refs).toContain(`${pull.head.sha}\trefs/pull/1/head`);
    expect(refs).toContain('refs/pull/1/merge');
  });

  test('follow an ordinary push to the bare directory', async () => {
    const pull = await openPull(lab, 'moving');
    const after = lab.commit({ 'moving.txt': 'again\n' });
    lab.git('push', '--quiet', 'origin', 'moving');
    const now = await lab.call('GET', `${pulls}/${pull.number}`);
    expect(now.body.head.sha).toBe(after);
    const event = lab.github.events().findLast(({ event: name }) => name === 'pull_request');
    expect(event).toMatchObject({
      action: 'synchronize',
      payload: { before: pull.head.sha, after },
      triggersWorkflows: true,
    });
    expect(lab.git('ls-remote', 'origin', `refs/pull/${pull.number}/head`)).toContain(after);
  });
});
