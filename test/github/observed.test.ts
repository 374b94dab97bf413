import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import {
  collaborator,
  control,
  endFaults,
  faultyRead,
  forgetRequests,
} from '../lab/github/controls.ts';
import { type Lab, repository, startLab } from '../lab/github/lab.ts';
import { connected, requestsOf, tokenWith } from './connected.ts';

const repo = `/repos/${repository}`;
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => forgetRequests(lab));
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

/** A commit as someone with an account makes it. */
function commitBy(login: string, name: string, message = name): string {
  const author = `${login} <1+${login}@users.noreply.github.com>`;
  return lab.commit({ [`${name}.txt`]: name }, message, author);
}

/** Makes the branch `long`, with so many empty commits on top of what is checked out, in one go. */
function pushLong(count: number): void {
  const from = `from ${lab.git('rev-parse', 'HEAD')}\n`;
  const who = 'committer Ada <ada@example.com> 1700000000 +0000';
  const commits = Array.from(
    { length: count },
    (_, n) => `commit refs/heads/long\n${who}\ndata 3\nOn\n${n === 0 ? from : ''}\n`,
  );
  execFileSync('git', ['fast-import', '--quiet'], { cwd: lab.clone, input: commits.join('') });
  lab.git('push', '--quiet', 'origin', 'long');
}

async function people(...logins: string[]): Promise<void> {
  for (const login of logins) await collaborator(lab, login, 'write');
}

describe('the history', () => {
  test('tells who made a commit and who helped, and nobody where one has no account', async () => {
    await people('ada', 'grace');
    const shared = commitBy(
      'ada',
      'shared',
      'Both\n\nCo-authored-by: Grace <2+grace@users.noreply.github.com>',
    );
    const foreign = commitBy('ada', 'foreign', 'Both\n\nCo-authored-by: Who <who@example.com>');
    const unlinked = lab.commit({ 'unlinked.txt': '' });
    lab.git('push', '--quiet', 'origin', 'main');
    const { items, more } = await connected(lab).github.history.commits('main', 1);
    expect(more).toBe(false);
    expect(items.map(({ sha, authors }) => [sha, authors])).toEqual([
      [unlinked, undefined],
      [foreign, undefined],
      [shared, ['ada', 'grace']],
      [lab.git('rev-parse', 'HEAD~3'), undefined],
    ]);
    expect(items[0]?.parents).toEqual([foreign]);
  });

  test('counts a merge by GitHub as the work of those whose branch it was', async () => {
    const { directory } = await control(lab, 'POST', 'repositories', { name: 'acme/merged' });
    lab.git('push', '--quiet', directory, 'main', 'main:refs/heads/work');
    lab.git('checkout', '--quiet', '-B', 'work', 'main');
    const work = commitBy('grace', 'work');
    lab.git('push', '--quiet', directory, 'work');
    lab.git('checkout', '--quiet', 'main');
    const at = '/repos/acme/merged';
    const asked = { title: 'Work', head: 'work', base: 'main' };
    const { body } = await lab.call('POST', `${at}/pulls`, asked);
    await lab.call('PUT', `${at}/pulls/${body.number}/merge`, { merge_method: 'merge' });
    const { history } = connected(lab, lab.github.token, 'acme/merged').github;
    const [merge, ...others] = (await history.commits('main', 1)).items;
    expect(merge).toMatchObject({ authors: [], parents: [expect.any(String), work] });
    // Git lists commits of one second in any order.
    expect(others.find(({ sha }) => sha === work)).toMatchObject({ authors: ['grace'] });
  });

  test('counts who signed a commit beside whom it names as its author', async () => {
    await people('ada', 'grace');
    const { directory } = await control(lab, 'POST', 'repositories', { name: 'acme/signed' });
    lab.git('checkout', '--quiet', '--detach');
    commitBy('grace', 'signed');
    const [plain = '', message = ''] = lab.git('cat-file', 'commit', 'HEAD').split('\n\n');
    const committer = 'committer Ada <1+ada@users.noreply.github.com> 1700000000 +0000';
    const by = (more: string) =>
      execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
        cwd: lab.clone,
        input: `${plain.replace(/^committer .*$/m, committer)}${more}\n\n${message}\n`,
        encoding: 'utf8',
      }).trim();
    const { history } = connected(lab, lab.github.token, 'acme/signed').github;
    const authors = async (commit: string) => {
      lab.git('push', '--quiet', '--force', directory, `${commit}:refs/heads/main`);
      return (await history.commits(commit, 1)).items[0]?.authors;
    };
    expect(await authors(by('\ngpgsig -----BEGIN PGP SIGNATURE-----'))).toEqual(['grace', 'ada']);
    expect(await authors(by(''))).toEqual(['grace']);
    lab.git('checkout', '--quiet', 'main');
  });

  test('counts a merge in the browser that is none of a pull request as work', async () => {
    await people('ada');
    const { directory } = await control(lab, 'POST', 'repositories', { name: 'acme/resolved' });
    lab.git('checkout', '--quiet', '--detach');
    const [first, second] = [commitBy('ada', 'one'), commitBy('ada', 'two')];
    const author = 'Ada <1+ada@users.noreply.github.com> 1700000000 +0000';
    const merge = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
      cwd: lab.clone,
      input: [
        `tree ${lab.git('rev-parse', 'HEAD^{tree}')}`,
        `parent ${first}`,
        `parent ${second}`,
        `author ${author}`,
        'committer GitHub <noreply@github.com> 1700000000 +0000',
        "\nMerge branch 'main' into work\n",
      ].join('\n'),
      encoding: 'utf8',
    }).trim();
    lab.git('push', '--quiet', directory, `${merge}:refs/heads/main`);
    const { history } = connected(lab, lab.github.token, 'acme/resolved').github;
    expect((await history.commits('main', 1)).items[0]?.authors).toEqual(['ada']);
    lab.git('checkout', '--quiet', 'main');
  });

  test('tells who made what lies between two commits, if all are known', async () => {
    const { history } = connected(lab).github;
    const [unlinked, foreign, shared, first] = (await history.commits('main', 1)).items;
    expect(await history.authorsBetween(first?.sha ?? '', shared?.sha ?? '')).toEqual([
      'ada',
      'grace',
    ]);
    for (const [base, head] of [
      [shared, foreign],
      [foreign, unlinked],
    ])
      expect(await history.authorsBetween(base?.sha ?? '', head?.sha ?? '')).toBeUndefined();
  });

  test('comes in pages of 100', async () => {
    pushLong(105);
    const { history } = connected(lab).github;
    const first = await history.commits('long', 1);
    const second = await history.commits('long', 2);
    expect([first.items.length, first.more]).toEqual([100, true]);
    expect([second.items.length, second.more]).toEqual([9, false]);
    expect(second.items.at(-1)?.parents).toEqual([]);
  });

  test('of a branch that is not there is an error that people can mend', async () => {
    const gone = connected(lab).github.history.commits('gone', 1);
    await expect(gone).rejects.toThrow(UserError);
  });

  test('of an empty repository is empty', async () => {
    await control(lab, 'POST', 'repositories', { name: 'acme/empty' });
    const { history } = connected(lab, lab.github.token, 'acme/empty').github;
    expect(await history.commits(undefined, 1)).toEqual({ items: [], more: false });
  });

  test('says how commits, branches and tags stand to each other', async () => {
    const { history } = connected(lab).github;
    const oldest = lab.git('rev-list', '--max-parents=0', 'HEAD');
    expect(await history.compare(oldest, 'main')).toMatchObject({
      relation: 'newer',
      ahead: 3,
      base: { sha: oldest },
    });
    expect((await history.compare('main', oldest))?.relation).toBe('older');
    expect((await history.compare('main', 'main'))?.relation).toBe('same');
    expect(await history.compare('f'.repeat(40), 'main')).toBeUndefined();
    lab.git('push', '--quiet', 'origin', 'main:refs/heads/release/one');
    expect((await history.compare('release/one', 'main'))?.relation).toBe('same');
  });

  test('is never a part of a list for the whole: a page that fails is an error', async () => {
    const tags = Array.from({ length: 101 }, (_, n) => `build-${String(n).padStart(3, '0')}`);
    lab.git('push', '--quiet', 'origin', ...tags.map((tag) => `HEAD:refs/tags/${tag}`));
    const { history } = connected(lab).github;
    const { items, more } = await history.tags();
    expect([items.length, more]).toEqual([101, false]);
    await faultyRead(lab, 'primary-limit', `${repo}/tags`, { milliseconds: 120_000 });
    await expect(connected(lab).github.history.tags()).rejects.toThrow('rate limit');
  });

  test('has the releases with when they were published', async () => {
    const make = (tag_name: string, more: object) =>
      lab.call('POST', `${repo}/releases`, { tag_name, ...more });
    await make('v1.0.0', {});
    await make('v1.1.0', { prerelease: true });
    await make('v2.0.0', { draft: true });
    const { items } = await connected(lab).github.history.releases();
    expect(items.map(({ tag, draft, prerelease }) => [tag, draft, prerelease])).toEqual([
      ['v2.0.0', true, false],
      ['v1.1.0', false, true],
      ['v1.0.0', false, false],
    ]);
    expect(items.every(({ at }) => at > 0)).toBe(true);
  });

  test('knows where branches and tags point, and that others are not there', async () => {
    const { tipOf } = connected(lab).github;
    lab.git('tag', '-f', '-a', 'live', '-m', 'Live', 'HEAD~1');
    lab.git('push', '--quiet', 'origin', 'live');
    expect(await tipOf('tags/live')).toBe(lab.git('rev-parse', 'HEAD~1'));
    expect(await tipOf('heads/release/one')).toBe(lab.git('rev-parse', 'HEAD'));
    expect(await tipOf('heads/none')).toBeUndefined();
  });

  test('costs nothing of the limit when it is asked for again unchanged', async () => {
    const { history } = connected(lab).github;
    await history.commits('main', 1);
    await history.commits('main', 1);
    expect((await requestsOf(lab)).map((line) => line.split(' ').at(-1))).toEqual(['200', '304']);
  });
});

describe('deployments', () => {
  async function deploy(environment: string, task: string, ...states: string[]): Promise<number> {
    const { body } = await lab.call('POST', `${repo}/deployments`, {
      ref: 'main',
      environment,
      task,
      auto_merge: false,
      required_contexts: [],
    });
    for (const state of states)
      await lab.call('POST', `${repo}/deployments/${body.id}/statuses`, { state });
    return body.id;
  }

  test('of an environment and a task come newest first, with their statuses newest first', async () => {
    const { environments } = connected(lab).github;
    const one = await deploy('qa', 'deploy', 'in_progress', 'success');
    const two = await deploy('qa', 'migrate');
    await deploy('other', 'deploy');
    const { items, more } = await environments.deployments('qa');
    expect(items.map(({ id, task }) => [id, task])).toEqual([
      [two, 'migrate'],
      [one, 'deploy'],
    ]);
    expect(more).toBe(false);
    expect((await environments.deployments('qa', 'deploy')).items.map(({ id }) => id)).toEqual([
      one,
    ]);
    const statuses = await environments.statuses(one);
    expect(statuses.map(({ state }) => state)).toEqual(['success', 'in_progress']);
    expect(await environments.statuses(two)).toEqual([]);
  });

  test('that may not be read are an error that names the permission', async () => {
    const token = await tokenWith(lab, { contents: 'read' });
    const { environments } = connected(lab, token).github;
    const asked = environments.deployments('qa');
    await expect(asked).rejects.toMatchObject({
      problems: [{ hint: expect.stringContaining('deployments: read') }],
    });
  });
});

describe('checks', () => {
  test('are check runs and statuses, by how they ended', async () => {
    const head_sha = lab.git('rev-parse', 'HEAD');
    const run = (name: string, more: object) =>
      lab.call('POST', `${repo}/check-runs`, { name, head_sha, ...more });
    await run('a', { conclusion: 'success' });
    await run('b', { conclusion: 'neutral' });
    await run('c', { conclusion: 'skipped' });
    await run('d', { conclusion: 'timed_out' });
    await run('e', { status: 'in_progress' });
    await run('f', { conclusion: 'action_required' });
    const post = (context: string, state: string) =>
      lab.call('POST', `${repo}/statuses/${head_sha}`, { context, state });
    await post('s', 'error');
    await post('s', 'success');
    await post('t', 'error');
    const { checks } = connected(lab).github;
    const states = (all: readonly { name: string; state: string }[]) =>
      Object.fromEntries(all.map(({ name, state }) => [name, state]));
    expect(states(await checks.checkRuns(head_sha))).toEqual({
      a: 'success',
      b: 'success',
      c: 'success',
      d: 'failure',
      e: 'pending',
      f: 'pending',
    });
    expect(states(await checks.statuses(head_sha))).toEqual({ s: 'success', t: 'failure' });
  });

  test('are read to the last page', async () => {
    const head_sha = lab.git('rev-parse', 'HEAD~1');
    const post = (context: string) =>
      lab.call('POST', `${repo}/statuses/${head_sha}`, { context, state: 'success' });
    await Promise.all(Array.from({ length: 103 }, (_, n) => post(`s${n}`)));
    const { checks } = connected(lab).github;
    expect(await checks.statuses(head_sha)).toHaveLength(103);
  });
});

describe('people', () => {
  test.each(['read', 'triage', 'write', 'maintain', 'admin'])(
    'have the permission %s by their role',
    async (permission) => {
      const login = `person-${permission}`;
      await collaborator(lab, login, permission);
      expect(await connected(lab).github.people.permission(login)).toBe(permission);
    },
  );

  test('who are strangers have none', async () => {
    expect(await connected(lab).github.people.permission('nobody-at-all')).toBe('none');
  });

  test('are in a team or not, and where the token may not know, neither', async () => {
    await control(lab, 'POST', 'teams', { org: 'acme', slug: 'ops', members: ['ada'] });
    const token = await tokenWith(lab, { members: 'read' });
    const { people: known } = connected(lab, token).github;
    expect(await known.isMember('ops', 'ada')).toBe(true);
    expect(await known.isMember('ops', 'grace')).toBe(false);
    const { people: blind } = connected(lab, await tokenWith(lab, { contents: 'read' })).github;
    expect(await blind.isMember('ops', 'ada')).toBeUndefined();
  });
});

describe('a fault on the way', () => {
  test('is overcome by asking again', async () => {
    const { history } = connected(lab).github;
    await faultyRead(lab, 'error-502', `${repo}/commits`);
    expect((await history.commits('main', 1)).items).toHaveLength(4);
    await faultyRead(lab, 'lose-answer', `${repo}/commits`);
    expect((await connected(lab).github.history.commits('main', 1)).items).toHaveLength(4);
  });

  test('that is a secondary limit is waited for as long as GitHub says', async () => {
    const { github, pauses, warnings } = connected(lab);
    await faultyRead(lab, 'secondary-limit', `${repo}/commits`, { milliseconds: 1000 });
    expect((await github.history.commits('main', 1)).items).toHaveLength(4);
    expect(pauses).toEqual([1000]);
    expect(warnings).toEqual(['GitHub asks to wait 1 s for a secondary rate limit']);
  });
});
