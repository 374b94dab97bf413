import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { explained } from '../../src/github/api-error.ts';
import { connectClient } from '../../src/github/client.ts';
import { collaborator, control, endFaults, fault, forgetRequests } from '../lab/github/controls.ts';
import { type Lab, openPull, repository, startLab } from '../lab/github/lab.ts';
import { connected, requestsOf, tokenWith } from './connected.ts';

const repo = `/repos/${repository}`;
const quiet = { repository, environment: {}, debug: () => {}, warn: () => {} };
const status = {
  state: 'in_progress',
  description: 'Deploying',
  logUrl: 'https://example.com/run',
} as const;
const retired = { ...status, state: 'inactive', description: 'Removed' } as const;

let lab: Lab;
let counter = 0;

beforeAll(async () => {
  lab = await startLab();
  await openPull(lab, 'one');
});
beforeEach(() => forgetRequests(lab));
afterEach(() => endFaults(lab));
afterAll(() => lab.close());

async function pull() {
  counter += 1;
  return openPull(lab, `branch-${counter}`);
}

async function commentsOn(number: number): Promise<string[]> {
  const { body } = await lab.call('GET', `${repo}/issues/${number}/comments?per_page=100`);
  return (body as { body: string }[]).map((comment) => comment.body);
}

async function problemOf(act: Promise<unknown>) {
  const cause = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(cause).toBeInstanceOf(UserError);
  return (cause as UserError).problems[0];
}

describe('the sticky comment', () => {
  const marker = '<!-- understudy:preview:1 -->';

  test('is made once, renewed after, and left alone when it says so already', async () => {
    const { number } = await pull();
    await forgetRequests(lab);
    const { comments } = connected(lab).github;
    await comments.upsert(number, marker, `${marker}\none`);
    await comments.upsert(number, marker, `${marker}\ntwo`);
    await comments.upsert(number, marker, `${marker}\r\ntwo\n`);
    expect((await requestsOf(lab)).map((line) => line.replace(/\d+ /, 'N '))).toHaveLength(4);
    expect(await commentsOn(number)).toEqual([`${marker}\ntwo`]);
  });

  test('is one of runs that all find none and make it at the same moment', async () => {
    const { number } = await pull();
    const runs = Array.from({ length: 8 }, () => connected(lab).github.comments);
    await Promise.all(runs.map((each) => each.upsert(number, marker, `${marker}\none`)));
    expect(await commentsOn(number)).toEqual([`${marker}\none`]);
  });

  test('is found by another run, on whatever page', async () => {
    const { number } = await pull();
    const path = `${repo}/issues/${number}/comments`;
    for (let n = 0; n < 120; n += 1) await lab.call('POST', path, { body: `chat ${n}` });
    await connected(lab).github.comments.upsert(number, marker, `${marker}\none`);
    for (let n = 0; n < 10; n += 1) await lab.call('POST', path, { body: `more ${n}` });
    await connected(lab).github.comments.upsert(number, marker, `${marker}\ntwo`);
    const { body } = await lab.call('GET', `${path}?per_page=100&page=2`);
    const bodies = (body as { body: string }[]).map((comment) => comment.body);
    expect(bodies.filter((text) => text.startsWith(marker))).toEqual([`${marker}\ntwo`]);
  });

  test('is not the comment of a stranger who typed the marker', async () => {
    const { number } = await pull();
    const token = await tokenWith(lab, { issues: 'write', pull_requests: 'write' }, 'mallory');
    const forged = `${marker}\nforged`;
    const path = `${repo}/issues/${number}/comments`;
    const made = await lab.call('POST', path, { body: forged }, { token });
    expect(made.body.author_association).toBe('NONE');
    await connected(lab).github.comments.upsert(number, marker, `${marker}\nours`);
    expect(await commentsOn(number)).toEqual([forged, `${marker}\nours`]);
  });

  test('is not one that quotes the marker further down', async () => {
    const { number } = await pull();
    await lab.call('POST', `${repo}/issues/${number}/comments`, { body: `see ${marker}` });
    await connected(lab).github.comments.upsert(number, marker, `${marker}\nours`);
    expect(await commentsOn(number)).toHaveLength(2);
  });

  test('is not made where only one that is there is to be renewed', async () => {
    const { number } = await pull();
    await connected(lab).github.comments.update(number, marker, `${marker}\nremoved`);
    expect(await commentsOn(number)).toEqual([]);
  });

  test('is one though the answer to its making was lost', async () => {
    const { number } = await pull();
    await fault(lab, 'lose-answer', { method: 'POST', path: `${repo}/issues/${number}/comments` });
    const { comments } = connected(lab).github;
    await comments.upsert(number, marker, `${marker}\none`);
    await comments.upsert(number, marker, `${marker}\ntwo`);
    expect(await commentsOn(number)).toEqual([`${marker}\ntwo`]);
  });

  test('that was not made for a fault of GitHub’s is an error, and is made by the next run', async () => {
    const { number } = await pull();
    await fault(lab, 'error-502', { method: 'POST', path: `${repo}/issues/${number}/comments` });
    const { comments } = connected(lab).github;
    const problem = await problemOf(comments.upsert(number, marker, `${marker}\none`));
    expect(problem?.message).toContain('502');
    await comments.upsert(number, marker, `${marker}\none`);
    expect(await commentsOn(number)).toEqual([`${marker}\none`]);
  });
});

describe('deployments', () => {
  const key = (number: number) => ({
    environment: 'preview',
    task: `understudy:preview:${number}`,
  });

  async function statesOf(task: string): Promise<string[]> {
    const { body } = await lab.call('GET', `${repo}/deployments?task=${task}`);
    const states: string[] = [];
    for (const { id, sha } of (body as { id: number; sha: string }[]).reverse()) {
      const latest = await lab.call('GET', `${repo}/deployments/${id}/statuses?per_page=1`);
      states.push(`${sha.slice(0, 7)} ${latest.body[0]?.state ?? 'none'}`);
    }
    return states;
  }

  test('are adopted by commit, and the older ones retired', async () => {
    const { number, head } = await pull();
    const first = await connected(lab).github.deployments.begin(key(number), head.sha, status);
    expect(await connected(lab).github.deployments.begin(key(number), head.sha, status)).toBe(
      first,
    );
    const second = lab.commit({ 'more.txt': 'more' });
    lab.git('push', '--quiet', 'origin', 'HEAD');
    const { deployments } = connected(lab).github;
    const next = await deployments.begin(key(number), second, status);
    await deployments.report(next, {
      ...status,
      state: 'success',
      environmentUrl: 'http://x.localhost',
    });
    await deployments.retire(key(number).task, retired, next);
    expect(await statesOf(key(number).task)).toEqual([
      `${head.sha.slice(0, 7)} inactive`,
      `${second.slice(0, 7)} success`,
    ]);
  });

  test('of another pull request are left alone', async () => {
    const [one, other] = [await pull(), await pull()];
    const { deployments } = connected(lab).github;
    await deployments.begin(key(one.number), one.head.sha, status);
    await deployments.begin(key(other.number), other.head.sha, status);
    await deployments.retire(key(one.number).task, retired);
    expect(await statesOf(key(one.number).task)).toEqual([expect.stringMatching(/inactive$/)]);
    expect(await statesOf(key(other.number).task)).toEqual([expect.stringMatching(/in_progress$/)]);
  });

  test('whose retirement was cut off in its midst are retired by the next run', async () => {
    const { number } = await pull();
    const { deployments } = connected(lab).github;
    for (let n = 0; n < 4; n += 1) {
      const sha = lab.commit({ 'n.txt': `${number} ${n}` });
      lab.git('push', '--quiet', 'origin', 'HEAD');
      await deployments.begin(key(number), sha, status);
    }
    const { body } = await lab.call('GET', `${repo}/deployments?task=${key(number).task}`);
    const [newest, second] = body as { id: number }[];
    const statuses = `${repo}/deployments/${second?.id}/statuses`;
    const read = await tokenWith(lab, { deployments: 'read' });
    expect((await lab.call('POST', statuses, { state: 'inactive' }, { token: read })).status).toBe(
      403,
    );
    await deployments.retire(key(number).task, retired, newest?.id);
    const states = await statesOf(key(number).task);
    expect(states.map((state) => state.split(' ')[1])).toEqual([
      'inactive',
      'inactive',
      'inactive',
      'in_progress',
    ]);
    await forgetRequests(lab);
    await connected(lab).github.deployments.retire(key(number).task, retired, newest?.id);
    expect((await requestsOf(lab)).length).toBeLessThanOrEqual(3);
  });

  test('are one though the answer to the making was lost', async () => {
    const { number, head } = await pull();
    await fault(lab, 'lose-answer', { method: 'POST', path: `${repo}/deployments` });
    await connected(lab).github.deployments.begin(key(number), head.sha, status);
    expect(await statesOf(key(number).task)).toEqual([`${head.sha.slice(0, 7)} in_progress`]);
  });

  test('have descriptions that GitHub takes', async () => {
    const { number, head } = await pull();
    const { deployments } = connected(lab).github;
    const id = await deployments.begin(key(number), head.sha, status);
    await deployments.report(id, {
      ...status,
      state: 'failure',
      description: `${'🚀'.repeat(200)}\nx`,
    });
    const { body } = await lab.call('GET', `${repo}/deployments/${id}/statuses?per_page=1`);
    expect(body[0].description.length).toBeLessThanOrEqual(140);
    expect(body[0].description).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });
});

describe('pull requests', () => {
  test('are read as they are, and absent where there is none', async () => {
    const { number, head } = await pull();
    const { pullRequests } = connected(lab).github;
    expect(await pullRequests.get(number)).toMatchObject({
      number,
      state: 'open',
      head: { branch: head.ref, sha: head.sha, repository },
    });
    expect(await pullRequests.get(99_999)).toBeUndefined();
  });

  test('are asked for again with what is known, which costs nothing when nothing changed', async () => {
    const { number } = await pull();
    // Whether it can be merged is found out after the first time that someone asks.
    await connected(lab).github.pullRequests.get(number);
    await forgetRequests(lab);
    const { pullRequests } = connected(lab).github;
    const before = await pullRequests.get(number);
    expect(await pullRequests.get(number)).toEqual(before);
    await lab.call('PATCH', `${repo}/pulls/${number}`, { title: 'Another' });
    expect((await pullRequests.get(number))?.title).toBe('Another');
    expect(await requestsOf(lab)).toEqual([
      `GET /pulls/${number} 200`,
      `GET /pulls/${number} 304`,
      `PATCH /pulls/${number} 200`,
      `GET /pulls/${number} 200`,
    ]);
  });

  test('that are open are all of them, without the closed ones', async () => {
    const [kept, closed] = [await pull(), await pull()];
    await lab.call('PATCH', `${repo}/pulls/${closed.number}`, { state: 'closed' });
    const numbers = (await connected(lab).github.pullRequests.open()).map(({ number }) => number);
    expect(numbers).toContain(kept.number);
    expect(numbers).not.toContain(closed.number);
  });

  test('are never a part of the list: a fault on a page is an error', async () => {
    await control(lab, 'POST', 'pulls', { repository, count: 120 });
    const { pullRequests } = connected(lab).github;
    expect((await pullRequests.open()).length).toBeGreaterThan(120);
    const read = await tokenWith(lab, {});
    await expect(connected(lab, read).github.pullRequests.open()).rejects.toThrow(UserError);
  });

  test('touch the paths of both names of a renamed file', async () => {
    const { number } = await pull();
    lab.git('mv', 'web/index.html', 'web/start.html');
    lab.commit({}, 'Rename');
    lab.git('push', '--quiet', 'origin', 'HEAD');
    const paths = await connected(lab).github.pullRequests.changedPaths(number);
    expect(paths).toEqual(expect.arrayContaining(['web/index.html', 'web/start.html']));
  });
});

describe('what the user can mend', () => {
  test.each([
    ['comments', 'pull-requests: write', {}],
    ['deployments', 'deployments: write', { deployments: 'read' }],
  ])('about %s names the permission %s', async (what, permission, permissions) => {
    const { number, head } = await pull();
    const { github } = connected(
      lab,
      await tokenWith(lab, { pull_requests: 'read', ...permissions }),
    );
    const problem = await problemOf(
      what === 'comments'
        ? github.comments.upsert(number, '<!-- x -->', '<!-- x -->')
        : github.deployments.begin({ environment: 'preview', task: 'x' }, head.sha, status),
    );
    expect(problem?.message).toMatch(
      /^GitHub refused to write the .*: Resource not accessible by integration.* \(403\)$/,
    );
    expect(problem?.hint).toContain(`\`${permission}\``);
  });

  test('about a token says that it is not valid', async () => {
    const problem = await problemOf(connected(lab, 'ghs_wrong').github.pullRequests.get(1));
    expect(problem?.message).toMatch(/the token is not valid \(401\)$/);
    expect(problem?.message).not.toContain('ghs_wrong');
  });

  test('about a used-up rate limit says until when, and does not wait for it', async () => {
    await fault(lab, 'primary-limit', {}, { milliseconds: 3_600_000 });
    const { github, pauses } = connected(lab);
    const problem = await problemOf(github.pullRequests.get(1));
    expect(problem?.message).toMatch(/rate limit of this token is used up until \d{4}-\d\d-\d\dT/);
    expect(pauses).toEqual([]);
  });

  test('about a used-up rate limit is not made when it is over by the clock that is given', async () => {
    await fault(lab, 'primary-limit', {}, { milliseconds: 3_600_000 });
    const waits: number[] = [];
    const { octokit } = connectClient({
      ...quiet,
      apiUrl: lab.github.url,
      token: lab.github.token,
      now: () => Date.now() + 3_700_000,
      pause: async (milliseconds) => void waits.push(milliseconds),
    });
    expect((await octokit.request(`GET ${repo}`)).status).toBe(200);
    expect(waits).toEqual([0]);
  });

  test('about a server that answers nobody names it', async () => {
    const { octokit } = connectClient({ ...quiet, apiUrl: 'http://127.0.0.1:9', token: 't' });
    const purpose = { act: 'list the comments', permission: 'pull-requests: read' };
    // Without the retries, which take 14 s.
    const asked = () =>
      octokit.request('GET /repos/{owner}/{repo}', {
        owner: 'a',
        repo: 'b',
        request: { retries: 0 },
      });
    const problem = await problemOf(explained(purpose, asked));
    expect(problem?.message).toContain('could not be reached at http://127.0.0.1:9');
  });
});

describe('a fault of GitHub’s', () => {
  test('on a read is tried again', async () => {
    await fault(lab, 'error-502', { method: 'GET', path: `${repo}/pulls/1` });
    const { github, pauses } = connected(lab);
    expect(await github.pullRequests.get(1)).toMatchObject({ number: 1 });
    expect(await requestsOf(lab)).toEqual(
      expect.arrayContaining(['GET /pulls/1 502', 'GET /pulls/1 200']),
    );
    expect(pauses).toEqual([1_000]);
  });

  test('that asks for a short wait is waited for, and said', async () => {
    await fault(lab, 'secondary-limit', { path: `${repo}/pulls/1` }, { milliseconds: 1_000 });
    const { github, pauses, warnings } = connected(lab);
    expect(await github.pullRequests.get(1)).toMatchObject({ number: 1 });
    expect(warnings).toEqual(['GitHub asks to wait 1 s for a secondary rate limit']);
    expect(pauses).toEqual([1_000]);
  });

  test('counts in the budget that debug logs show', async () => {
    const { github, debug } = connected(lab);
    await github.pullRequests.get(1);
    expect(github.requests()).toBe(1);
    expect(debug.join('\n')).toMatch(/GitHub request 1: GET .* left of the limit/);
  });
});

describe('files and people', () => {
  test('a file is read at a commit, and is absent where there is none', async () => {
    const { github } = connected(lab);
    expect(await github.readFile('README.md', 'main')).toBe('# App\n');
    expect(await github.readFile('.github/understudy.yml', 'main')).toBeUndefined();
  });

  test('write access is asked of the API', async () => {
    await collaborator(lab, 'wendy', 'write');
    await collaborator(lab, 'rita', 'read');
    const { github } = connected(lab);
    expect(await github.hasWriteAccess('wendy')).toBe(true);
    expect(await github.hasWriteAccess('rita')).toBe(false);
    expect(await github.hasWriteAccess('nobody-at-all')).toBe(false);
  });
});

describe('the approval of a commit', () => {
  async function asPerson(login: string, permission: string) {
    await collaborator(lab, login, permission);
    const permissions = { pull_requests: 'write', contents: 'write' };
    const token = await tokenWith(lab, permissions, login);
    return (number: number, event: string, commit_id: string) =>
      lab.call(
        'POST',
        `${repo}/pulls/${number}/reviews`,
        { event, commit_id, body: 'x' },
        { token },
      );
  }

  test('is the last word of someone with write access about exactly that commit', async () => {
    const { number, head } = await pull();
    const [write, read] = [await asPerson('wendy', 'write'), await asPerson('rita', 'read')];
    const approved = () => connected(lab).github.pullRequests.isApproved(number, head.sha);
    expect(await approved()).toBe(false);
    expect((await read(number, 'APPROVE', head.sha)).status).toBe(200);
    expect(await approved()).toBe(false);
    expect((await write(number, 'APPROVE', head.sha)).status).toBe(200);
    expect(await approved()).toBe(true);
    await write(number, 'COMMENT', head.sha);
    expect(await approved()).toBe(true);
    await write(number, 'REQUEST_CHANGES', head.sha);
    expect(await approved()).toBe(false);
  });

  test('holds for no other commit', async () => {
    const { number, head } = await pull();
    const write = await asPerson('wendy', 'write');
    await write(number, 'APPROVE', head.sha);
    const { pullRequests } = connected(lab).github;
    expect(await pullRequests.isApproved(number, head.sha.replace(/.$/, 'x'))).toBe(false);
  });
});
