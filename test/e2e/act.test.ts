import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commitTo } from '../../src/lab/story/project.ts';
import type { ActRun } from './act.ts';
import { type Stage, setStage } from './act-stage.ts';
import { goTool, node24, whySkipped } from './tools.ts';

const act = goTool('github.com/nektos/act', '0.2.89');
const node = node24();
const played = whySkipped(act, node) === undefined ? describe : describe.skip;

interface Deployment {
  readonly id: number;
  readonly sha: string;
}

/** The tests of a story follow each other: each goes on where the one before ended. */
played('carried through nektos/act', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(act.path ?? '', node.path ?? '');
  });
  afterAll(() => stage?.close());

  const open = async (branch: string, number: number) => {
    const commit = await commitTo(stage.project, { branch, message: 'Change', files: { branch } });
    const body = { title: branch, head: branch, base: 'main' };
    const pull = await stage.api.call<{ number: number }>('POST', '/repos/acme/app/pulls', body);
    expect(pull.number).toBe(number);
    return commit;
  };
  const close = (number: number) =>
    stage.api.call('PATCH', `/repos/acme/app/pulls/${number}`, { state: 'closed' });
  const say = (number: number, body: string) =>
    stage.api.call('POST', `/repos/acme/app/issues/${number}/comments`, { body });
  const comments = async (number: number) => {
    const path = `/repos/acme/app/issues/${number}/comments`;
    const all = await stage.api.call<{ body: string; user: { type: string } }[]>('GET', path);
    return all.filter(({ user }) => user.type === 'Bot').map(({ body }) => body);
  };
  const deployments = async (number: number) => {
    const query = `task=understudy:preview:${number}`;
    const path = `/repos/acme/app/deployments?${query}`;
    const all = await stage.api.call<Deployment[]>('GET', path);
    return Promise.all(all.map(async ({ id, sha }) => ({ sha, state: await stateOf(id) })));
  };
  const stateOf = async (id: number) => {
    const path = `/repos/acme/app/deployments/${id}/statuses`;
    return (await stage.api.call<{ state: string }[]>('GET', path))[0]?.state;
  };
  const previewUrl = (run: ActRun) => run.outputs.url ?? '';

  describe('the README’s workflow', () => {
    let first = '';
    let second = '';
    let url = '';

    test('a pull request opens, and its commit answers over HTTP', async () => {
      first = await open('light', 1);
      const run = await stage.run('previews.yml', 'pull_request', { action: 'opened' });
      succeeded(run, 'preview');
      expect(run.outputs).toMatchObject({ action: 'deploy-preview', state: 'created' });
      url = previewUrl(run);
      expect(url).toMatch(/^http:\/\/[0-9a-f]{8}\.localhost:\d+\/?$/);
      expect(await stage.visit(url)).toEqual({ status: 200, body: `${first} configured` });
    });

    test('the comment, the deployment and the summary name the address', async () => {
      const [comment, ...others] = await comments(1);
      expect(comment).toContain(url);
      expect(others).toEqual([]);
      expect(await deployments(1)).toEqual([{ sha: first, state: 'success' }]);
    });

    test('a push renews the preview and retires the deployment before', async () => {
      second = await commitTo(stage.project, {
        branch: 'light',
        message: 'More',
        files: { more: '' },
      });
      const run = await stage.run('previews.yml', 'pull_request', { action: 'synchronize' });
      succeeded(run, 'preview');
      expect(run.outputs).toMatchObject({ state: 'updated', url });
      expect((await stage.visit(url)).body).toContain(second);
      expect(await deployments(1)).toEqual([
        { sha: second, state: 'success' },
        { sha: first, state: 'inactive' },
      ]);
      expect(await comments(1)).toHaveLength(1);
    });

    test('what is said beside a command changes nothing', async () => {
      await say(1, 'Try `/preview down` when you are done');
      const run = await stage.run('previews.yml', 'issue_comment');
      succeeded(run, 'preview');
      expect(run.outputs.action).toBe('none');
      expect((await stage.visit(url)).status).toBe(200);
    });

    test('/preview down removes the preview, /preview brings it back', async () => {
      await say(1, '/preview down');
      const down = await stage.run('previews.yml', 'issue_comment');
      succeeded(down, 'preview');
      expect(down.outputs.action).toBe('teardown-preview');
      expect((await stage.visit(url)).status).toBe(404);
      await say(1, '/preview');
      const up = await stage.run('previews.yml', 'issue_comment');
      succeeded(up, 'preview');
      expect(up.outputs.state).toBe('created');
      expect((await stage.visit(url)).body).toContain(second);
    });

    test('closing removes the preview and proves it', async () => {
      await close(1);
      const run = await stage.run('previews.yml', 'pull_request', { action: 'closed' });
      succeeded(run, 'preview');
      expect(run.outputs).toMatchObject({ action: 'teardown-preview', leftovers: '[]' });
      expect((await stage.visit(url)).status).toBe(404);
      expect((await comments(1))[0]).toContain('removed');
      expect((await deployments(1)).map(({ state }) => state)).not.toContain('success');
    });

    test('the sweep removes what a lost event left, and keeps the rest', async () => {
      const commits = [await open('lost', 2), await open('kept', 3)];
      const runs = [];
      for (const number of [2, 3]) runs.push(await redeploy(number));
      await close(2);
      const run = await stage.run('previews.yml', 'schedule', {
        payload: { schedule: '17 * * * *' },
      });
      succeeded(run, 'preview');
      expect(JSON.parse(run.outputs.removed ?? '')).toMatchObject([{ pullRequest: 2 }]);
      expect(JSON.parse(run.outputs.kept ?? '')).toMatchObject([{ pullRequest: 3 }]);
      const [lost, kept] = await Promise.all(runs.map((one) => stage.visit(previewUrl(one))));
      expect(lost?.status).toBe(404);
      expect(kept?.body).toContain(commits[1]);
    });

    const redeploy = async (number: number) => {
      const opened = stage.github
        .events()
        .find(({ event, payload }) => event === 'pull_request' && payload.number === number);
      const run = await stage.run('previews.yml', 'pull_request', { payload: opened?.payload });
      succeeded(run, 'preview');
      return run;
    };
  });

  test('examples/previews-composable.yml: name, deploy, use the address, tear down, sweep', async () => {
    const commit = await open('composed', 4);
    const workflow = 'previews-composable.yml';
    const up = await stage.run(workflow, 'pull_request', { job: 'deploy', action: 'opened' });
    succeeded(up, 'deploy');
    expect(up.outputs).toMatchObject({ eligible: 'true', state: 'created' });
    expect((await stage.visit(previewUrl(up))).body).toBe(`${commit} configured`);
    await close(4);
    const down = await stage.run(workflow, 'pull_request', { job: 'teardown', action: 'closed' });
    succeeded(down, 'teardown');
    expect((await stage.visit(previewUrl(up))).status).toBe(404);
    const payload = { schedule: '17 * * * *' };
    const sweep = await stage.run(workflow, 'schedule', { job: 'sweep', payload });
    succeeded(sweep, 'sweep');
    expect(sweep.outputs.leftovers).toBe('[]');
  });

  test('examples/previews-forks.yml: nothing of a fork runs but the commit that was approved', async () => {
    await stage.api.call('POST', '/repos/acme/app/forks', { organization: 'mallory' });
    const bare = await stage.github.createRepository('mallory/app');
    const fork = { name: 'mallory/app', bare, sample: true };
    const push = (text: string) =>
      commitTo(fork, { branch: 'gift', message: text, files: { 'gift.txt': text } });
    const approved = await push('one');
    const body = { title: 'A gift', head: 'mallory:gift', base: 'main' };
    const pull = await stage.api.call<{ number: number }>('POST', '/repos/acme/app/pulls', body);
    const command = async (text: string) => {
      await say(pull.number, text);
      const run = await stage.run('previews-forks.yml', 'issue_comment');
      succeeded(run, 'preview');
      return run.outputs;
    };
    expect(await command('/preview')).toMatchObject({ state: 'skipped' });
    const up = await command(`/preview ${approved}`);
    expect(up.state).toBe('created');
    expect((await stage.visit(up.url ?? '')).body).toContain(approved);
    await push('two');
    const again = await command(`/preview ${approved}`);
    expect(again.reason).toMatch(/^fork: commit [0-9a-f]{7} of a fork waits for approval/);
    expect((await stage.visit(up.url ?? '')).body).toContain(approved);
    await command('/preview down');
    expect((await stage.visit(up.url ?? '')).status).toBe(404);
  });
});

/** The exit code alone says nothing: act skips a job without a runner, and exits 0. */
function succeeded(run: ActRun, job: string): void {
  const seen = run.jobs[job] === 'success' && run.exit === 0;
  expect(seen ? '' : run.log).toBe('');
  expect(Object.keys(run.jobs)).toEqual([job]);
}
