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

  test('are read in the singular and written in the plural', async () => {
    const sha = lab.git('rev-parse', 'main');
    expect((await lab.call('PATCH', `${git}/ref/heads/main`, { sha })).status).toBe(404);
    expect((await lab.call('GET', `${git}/ref/heads/main`)).body.object.sha).toBe(sha);
    expect((await lab.call('GET', `${git}/ref/heads%2Fmain`)).status).toBe(200);
  });

  test('of an empty repository answer 409', async () => {
    await lab.github.createRepository('acme/empty');
    const { status, body } = await lab.call('GET', '/repos/acme/empty/git/ref/heads/main');
    expect([status, body.message]).toEqual([409, 'Git Repository is empty.']);
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
