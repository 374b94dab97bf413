import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { repository, startLab } from './lab.ts';

const base = `/repos/${repository}`;
const encoded = (text: string) => Buffer.from(text).toString('base64');

describe('commits that GitHub makes when asked to', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.close());

  const put = (path: string, body: object) => lab.call('PUT', `${base}/contents/${path}`, body);
  const branch = async (name: string) => {
    const { body } = await lab.call('GET', `${base}/git/ref/heads/main`);
    const ref = { ref: `refs/heads/${name}`, sha: body.object.sha };
    expect((await lab.call('POST', `${base}/git/refs`, ref)).status).toBe(201);
  };
  const textOf = async (path: string, ref: string) =>
    Buffer.from(
      (await lab.call('GET', `${base}/contents/${path}?ref=${ref}`)).body.content,
      'base64',
    ).toString();

  test('put a file, replace it for who knows which it is, and delete it', async () => {
    const made = await put('docs/a.md', { message: 'one', content: encoded('one') });
    expect(made).toMatchObject({ status: 201, body: { content: { path: 'docs/a.md' } } });
    expect(made.body.commit.message).toBe('one');
    expect(await textOf('docs/a.md', 'main')).toBe('one');
    const blind = await put('docs/a.md', { message: 'two', content: encoded('two') });
    expect(blind.status).toBe(422);
    const { sha } = made.body.content;
    const two = { message: 'two', content: encoded('two'), sha };
    expect((await put('docs/a.md', two)).status).toBe(200);
    expect((await put('docs/a.md', two)).status).toBe(409);
    expect(await textOf('docs/a.md', 'main')).toBe('two');
    const now = (await lab.call('GET', `${base}/contents/docs/a.md`)).body.sha;
    const gone = await lab.call('DELETE', `${base}/contents/docs/a.md`, { message: 'x', sha: now });
    expect(gone).toMatchObject({ status: 200, body: { content: null } });
    expect((await lab.call('GET', `${base}/contents/docs/a.md`)).status).toBe(404);
  });

  test('merge a branch into another, once, and refuse a conflict', async () => {
    for (const name of ['left', 'right']) await branch(name);
    await put('l', { message: 'l', content: encoded('l'), branch: 'left' });
    const { body } = await put('r', { message: 'r', content: encoded('r'), branch: 'right' });
    const merge = (head: string) => lab.call('POST', `${base}/merges`, { base: 'left', head });
    const merged = await merge('right');
    expect(merged).toMatchObject({
      status: 201,
      body: { commit: { message: 'Merge right into left' } },
    });
    expect(merged.body.parents[1].sha).toBe(body.commit.sha);
    expect(await textOf('r', 'left')).toBe('r');
    expect((await merge('right')).status).toBe(204);
    await put('l', { message: 'l', content: encoded('other'), branch: 'right' });
    expect((await merge('right')).status).toBe(409);
    expect((await merge('nowhere')).status).toBe(404);
  });

  test('are events like a push', async () => {
    const before = lab.github.events().length;
    await put('pushed', { message: 'p', content: encoded('p') });
    expect(lab.github.events().slice(before)).toMatchObject([
      { event: 'push', payload: { ref: 'refs/heads/main' } },
    ]);
  });

  test('need the permission to write contents', async () => {
    const permissions = { contents: 'read' };
    const asked = await lab.call('POST', '/_lab/tokens', { repository, permissions });
    const { token } = asked.body;
    const body = { message: 'no', content: encoded('no') };
    const refused = await lab.call('PUT', `${base}/contents/no`, body, { token });
    expect(refused.status).toBe(403);
  });
});
