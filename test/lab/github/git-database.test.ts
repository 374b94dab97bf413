import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;

describe('git database, contents and commits', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await openPull(lab, 'one');
  });
  afterAll(() => lab.close());

  test('a commit made by REST is a commit of git', async () => {
    const blob = await lab.call('POST', `${repo}/git/blobs`, {
      content: 'aGk=',
      encoding: 'base64',
    });
    const tree = await lab.call('POST', `${repo}/git/trees`, {
      base_tree: lab.git('rev-parse', 'main^{tree}'),
      tree: [
        { path: 'docs/hi.txt', mode: '100644', type: 'blob', sha: blob.body.sha },
        { path: 'web/index.html', mode: '100644', type: 'blob', sha: null },
      ],
    });
    const parents = [lab.git('rev-parse', 'main')];
    const made = await lab.call('POST', `${repo}/git/commits`, {
      message: 'Über REST\n\nwith a body',
      tree: tree.body.sha,
      parents,
      author: { name: 'Zoë', email: 'zoe@example.com', date: '2026-01-02T03:04:05Z' },
    });
    expect(made.status).toBe(201);
    await lab.call('POST', `${repo}/git/refs`, { ref: 'refs/heads/rest', sha: made.body.sha });
    lab.git('fetch', '--quiet', 'origin', 'rest');
    expect(lab.git('log', '-1', '--format=%an %aI %s', 'FETCH_HEAD')).toBe(
      'Zoë 2026-01-02T03:04:05+00:00 Über REST',
    );
    expect(lab.git('ls-tree', '-r', '--name-only', 'FETCH_HEAD').split('\n')).toEqual([
      'README.md',
      'docs/hi.txt',
    ]);
    const read = await lab.call('GET', `${repo}/git/commits/${made.body.sha}`);
    expect(read.body).toEqual(made.body);
    const back = await lab.call('GET', `${repo}/git/blobs/${blob.body.sha}`);
    expect(Buffer.from(back.body.content, 'base64').toString()).toBe('hi');
    const whole = await lab.call('GET', `${repo}/git/trees/${tree.body.sha}?recursive=1`);
    expect(whole.body.tree.map(({ path }: { path: string }) => path)).toContain('docs/hi.txt');
  });

  test.each([
    ['commits', { message: 'x', tree: '2'.repeat(40) }, 'Tree SHA does not exist'],
    [
      'trees',
      { tree: [{ path: 'a', mode: '1', type: 'blob', sha: null }] },
      'Must supply a valid tree.mode',
    ],
  ])('bad %s are refused', async (kind, body, message) => {
    const refused = await lab.call('POST', `${repo}/git/${kind}`, body);
    expect([refused.status, refused.body.message]).toEqual([422, message]);
  });

  test('a tag object points where it says', async () => {
    const object = lab.git('rev-parse', 'main');
    const tag = { tag: 'v1', message: 'First', object, type: 'commit' };
    const made = await lab.call('POST', `${repo}/git/tags`, tag);
    expect(made.body).toMatchObject({ tag: 'v1', message: 'First', object: { sha: object } });
    const read = await lab.call('GET', `${repo}/git/tags/${made.body.sha}`);
    expect(read.body).toEqual(made.body);
  });

  test('contents come as JSON, raw and as a listing, at any ref', async () => {
    const json = await lab.call('GET', `${repo}/contents/web/index.html`);
    expect(Buffer.from(json.body.content, 'base64').toString()).toBe('hello\n');
    const headers = { accept: 'application/vnd.github.raw+json' };
    const raw = await lab.call('GET', `${repo}/contents/one.txt?ref=one`, undefined, { headers });
    expect(raw.body).toBe('one\n');
    const list = await lab.call('GET', `${repo}/contents/`);
    expect(list.body.map(({ path }: { path: string }) => path)).toEqual(['README.md', 'web']);
    expect((await lab.call('GET', `${repo}/contents/one.txt`)).status).toBe(404);
    const none = await lab.call('GET', `${repo}/contents/one.txt?ref=nowhere`);
    expect(none.body.message).toBe('No commit found for the ref nowhere');
  });

  test('commits, comparisons, branches and files of a pull request agree with git', async () => {
    const head = lab.git('rev-parse', 'one');
    expect((await lab.call('GET', `${repo}/commits/one`)).body).toMatchObject({
      sha: head,
      stats: { total: 1 },
      files: [{ filename: 'one.txt', status: 'added', patch: '@@ -0,0 +1 @@\n+one' }],
    });
    expect((await lab.call('GET', `${repo}/commits?sha=one`)).body).toHaveLength(2);
    expect((await lab.call('GET', `${repo}/compare/main...one`)).body).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      behind_by: 0,
      files: [{ filename: 'one.txt' }],
    });
    expect((await lab.call('GET', `${repo}/compare/one...main`)).body.status).toBe('behind');
    expect((await lab.call('GET', `${repo}/branches/one`)).body.commit.sha).toBe(head);
    expect((await lab.call('GET', `${repo}/branches/none`)).body.message).toBe('Branch not found');
    const branches = (await lab.call('GET', `${repo}/branches`)).body;
    expect(branches.map(({ name }: { name: string }) => name)).toContain('one');
    expect((await lab.call('GET', `${repo}/pulls/1/files`)).body).toMatchObject([
      { filename: 'one.txt', additions: 1 },
    ]);
    expect((await lab.call('GET', `${repo}/pulls/1/commits`)).body).toMatchObject([{ sha: head }]);
  });

  test('a renamed, a removed and a binary file are told apart', async () => {
    lab.git('checkout', '--quiet', '-B', 'moves', 'main');
    lab.git('mv', 'web/index.html', 'web/home page.html');
    lab.git('rm', '--quiet', 'README.md');
    lab.commit({ 'logo.bin': '\0\u0001\0' });
    lab.git('push', '--quiet', 'origin', 'moves');
    const { files } = (await lab.call('GET', `${repo}/compare/main...moves`)).body;
    expect(files).toMatchObject([
      { filename: 'README.md', status: 'removed', deletions: 1 },
      { filename: 'logo.bin', status: 'added', additions: 0 },
      { filename: 'web/home page.html', status: 'renamed', previous_filename: 'web/index.html' },
    ]);
  });
});
