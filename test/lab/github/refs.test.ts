import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const git = `/repos/${repository}/git`;
const absent = '1'.repeat(40);

describe('refs', () => {
  let lab: Lab;
  let tree = '';
  beforeAll(async () => {
    lab = await startLab();
    await openPull(lab, 'one');
    const entry = { path: 'state.json', mode: '100644', type: 'blob', content: '{}' };
    tree = (await lab.call('POST', `${git}/trees`, { tree: [entry] })).body.sha;
  });
  afterAll(() => lab.close());

  const commit = async (message: string, ...parents: string[]): Promise<string> =>
    (await lab.call('POST', `${git}/commits`, { message, tree, parents })).body.sha;
  const create = (ref: string, sha: string) => lab.call('POST', `${git}/refs`, { ref, sha });

  test('are a compare-and-swap: of two children of one tip the second is refused', async () => {
    const root = await commit('root');
    expect((await create('refs/understudy/ledger/a', root)).status).toBe(201);
    const lost = await create('refs/understudy/ledger/a', root);
    expect([lost.status, lost.body.message]).toEqual([422, 'Reference already exists']);
    const [mine, theirs] = [await commit('mine', root), await commit('theirs', root)];
    const path = `${git}/refs/understudy/ledger/a`;
    expect((await lab.call('PATCH', path, { sha: mine })).status).toBe(200);
    expect((await lab.call('PATCH', path, { sha: mine })).status).toBe(200);
    const refused = await lab.call('PATCH', path, { sha: theirs });
    expect([refused.status, refused.body.message]).toEqual([422, 'Update is not a fast forward']);
    expect((await lab.call('PATCH', path, { sha: theirs, force: true })).status).toBe(200);
    const now = await lab.call('GET', `${git}/ref/understudy/ledger/a`);
    expect(now.body.object).toMatchObject({ sha: theirs, type: 'commit' });
  });

  test('let exactly one of 20 parallel writers win, round after round', async () => {
    let tip = await commit('start');
    await create('refs/understudy/race', tip);
    for (let round = 0; round < 3; round += 1) {
      const names = Array.from({ length: 20 }, (_, writer) => `${round} ${writer}`);
      const rivals = await Promise.all(names.map((name) => commit(name, tip)));
      const path = `${git}/refs/understudy/race`;
      const answers = await Promise.all(rivals.map((sha) => lab.call('PATCH', path, { sha })));
      const winners = rivals.filter((_, index) => answers[index]?.status === 200);
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 422)).toHaveLength(19);
      tip = winners[0] ?? '';
    }
  });

  test('in an own namespace are listed by prefix and make no events', async () => {
    const before = lab.github.events().length;
    const sha = await commit('quiet');
    await create('refs/understudy/list/x', sha);
    await create('refs/understudy/list/y', sha);
    const { body } = await lab.call('GET', `${git}/matching-refs/understudy/list/`);
    expect(body.map(({ ref }: { ref: string }) => ref)).toEqual([
      'refs/understudy/list/x',
      'refs/understudy/list/y',
    ]);
    expect((await lab.call('GET', `${git}/matching-refs/nothing`)).body).toEqual([]);
    expect(lab.github.events()).toHaveLength(before);
  });

  test('that are deleted are gone', async () => {
    await create('refs/understudy/gone', await commit('gone'));
    expect((await lab.call('DELETE', `${git}/refs/understudy/gone`)).status).toBe(204);
    expect((await lab.call('GET', `${git}/ref/understudy/gone`)).status).toBe(404);
  });

  test.each([
    ['PATCH', 'refs/nowhere/x', {}, 'Reference does not exist'],
    ['DELETE', 'refs/nowhere/x', undefined, 'Reference does not exist'],
    ['PATCH', 'refs/refs/heads/main', {}, 'Reference does not exist'],
    ['POST', 'refs', { ref: 'refs/heads/main' }, 'Reference already exists'],
    ['POST', 'refs', { ref: 'refs/heads/main/below' }, 'Reference update failed'],
    ['POST', 'refs', { ref: 'refs/pull/7/head' }, 'Reference update failed'],
    ['POST', 'refs', { ref: 'refs/heads/a..b' }, 'refs/heads/a..b is not a valid ref name.'],
    ['POST', 'refs', { ref: 'refs/heads/x', sha: absent }, 'Object does not exist'],
  ])('%s of %s %j is a 422 “%s”', async (method, path, body, message) => {
    const sha = lab.git('rev-parse', 'main');
    const refused = await lab.call(method, `${git}/${path}`, body && { sha, ...body });
    expect([refused.status, refused.body.message]).toEqual([422, message]);
  });

  test('take the names of cells and their witnesses, and list both with one request', async () => {
    const [root] = [await commit('cell')];
    for (const name of ['promotion/app', 'promotion/app+seen', 'promotion/app-2']) {
      expect((await create(`refs/understudy/${name}`, root)).status).toBe(201);
    }
    const path = `${git}/matching-refs/understudy%2Fpromotion%2Fapp`;
    const { body } = await lab.call('GET', path);
    expect(body.map(({ ref }: { ref: string }) => ref)).toEqual([
      'refs/understudy/promotion/app',
      'refs/understudy/promotion/app+seen',
      'refs/understudy/promotion/app-2',
    ]);
    const next = await commit('next', root);
    const seen = `${git}/refs/understudy%2Fpromotion%2Fapp%2Bseen`;
    expect((await lab.call('PATCH', seen, { sha: next, force: false })).status).toBe(200);
    const below = await create('refs/understudy/promotion/app/below', root);
    expect([below.status, below.body.message]).toEqual([422, 'Reference update failed']);
  });

  test('moved without an answer have moved, and the same again is no error', async () => {
    const root = await commit('before');
    await create('refs/understudy/unanswered', root);
    const path = `${git}/refs/understudy/unanswered`;
    for (const action of ['applied-502', 'lose-answer']) {
      const tip = (await lab.call('GET', `${git}/ref/understudy/unanswered`)).body.object.sha;
      const sha = await commit(action, tip);
      await lab.call('POST', '/_lab/faults', { match: { method: 'PATCH', path }, action });
      const lost = await lab.call('PATCH', path, { sha }).catch(() => undefined);
      expect([undefined, 502]).toContain(lost?.status);
      const again = await lab.call('PATCH', path, { sha });
      expect([again.status, again.body.object.sha]).toEqual([200, sha]);
    }
  });

  test('are read as they were under stale-read, and moved only as they are', async () => {
    const root = await commit('old');
    await create('refs/understudy/stale', root);
    const next = await commit('new', root);
    const path = `${git}/refs/understudy/stale`;
    await lab.call('PATCH', path, { sha: next });
    const match = { method: 'GET', path: '/git/' };
    await lab.call('POST', '/_lab/faults', { match, action: 'stale-read', times: 2 });
    const read = await lab.call('GET', `${git}/ref/understudy/stale`);
    const listed = await lab.call('GET', `${git}/matching-refs/understudy/stale`);
    expect([read.body.object.sha, listed.body[0].object.sha]).toEqual([root, root]);
    const refused = await lab.call('PATCH', path, { sha: await commit('rival', root) });
    expect([refused.status, refused.body.message]).toEqual([422, 'Update is not a fast forward']);
  });

  test('are read in the singular and written in the plural', async () => {
    const sha = lab.git('rev-parse', 'main');
    expect((await lab.call('PATCH', `${git}/ref/heads/main`, { sha })).status).toBe(404);
    expect((await lab.call('GET', `${git}/ref/heads/main`)).body.object.sha).toBe(sha);
    expect((await lab.call('GET', `${git}/ref/heads%2Fmain`)).status).toBe(200);
  });

  test('of an empty repository answer 409', async () => {
    await lab.github.createRepository('acme/empty');
    const empty = '/repos/acme/empty/git';
    const sha = lab.git('rev-parse', 'main');
    const entry = { path: 'record.json', mode: '100644', type: 'blob', content: '{}' };
    const calls: [string, string, object?][] = [
      ['GET', 'ref/heads/main'],
      ['GET', 'matching-refs/understudy/'],
      ['POST', 'refs', { ref: 'refs/understudy/a', sha }],
      ['PATCH', 'refs/understudy/a', { sha }],
      ['DELETE', 'refs/understudy/a'],
      ['POST', 'trees', { tree: [entry] }],
    ];
    for (const [method, path, given] of calls) {
      const { status, body } = await lab.call(method, `${empty}/${path}`, given);
      expect([status, body.message]).toEqual([409, 'Git Repository is empty.']);
    }
  });

  test('that bring in workflow files are refused to an installation, not to a person', async () => {
    const file = {
      path: '.github/workflows/x.yml',
      mode: '100644',
      type: 'blob',
      content: 'on: push',
    };
    const made = await lab.call('POST', `${git}/trees`, { tree: [file] });
    const body = { message: 'w', tree: made.body.sha, parents: [] };
    const { sha } = (await lab.call('POST', `${git}/commits`, body)).body;
    const token = lab.github.createToken({ contents: 'write' }, repository);
    const ref = { ref: 'refs/understudy/w', sha };
    const refused = await lab.call('POST', `${git}/refs`, ref, { token });
    expect(refused.status).toBe(403);
    expect((await lab.call('POST', `${git}/refs`, ref)).status).toBe(201);
  });
});
