import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const issues = `/repos/${repository}/issues`;

describe('comments and labels', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await openPull(lab, 'one');
  });
  afterAll(() => lab.close());

  test('comments are created, edited, listed and deleted', async () => {
    const made = await lab.call('POST', `${issues}/1/comments`, { body: 'hello' });
    expect(made.status).toBe(201);
    const one = `${issues}/comments/${made.body.id}`;
    expect((await lab.call('PATCH', one, { body: 'bye' })).body.body).toBe('bye');
    expect((await lab.call('GET', `${issues}/1/comments`)).body).toHaveLength(1);
    expect((await lab.call('DELETE', one)).status).toBe(204);
    expect((await lab.call('GET', one)).status).toBe(404);
    const actions = lab.github
      .events()
      .filter(({ event }) => event === 'issue_comment')
      .map(({ action }) => action);
    expect(actions).toEqual(['created', 'edited', 'deleted']);
  });

  test('lists come in pages of 30 with a Link header, oldest first', async () => {
    for (let n = 0; n < 35; n += 1) {
      await lab.call('POST', `${issues}/1/comments`, { body: `number ${n}` });
    }
    const first = await lab.call('GET', `${issues}/1/comments`);
    expect(first.body).toHaveLength(30);
    const link = first.headers.get('link') ?? '';
    expect(link).toBe(
      `<${lab.github.url}${issues}/1/comments?page=2>; rel="next", <${lab.github.url}${issues}/1/comments?page=2>; rel="last"`,
    );
    const second = await lab.call('GET', /<([^>]+)>; rel="next"/.exec(link)?.[1] ?? '');
    expect(second.body.map(({ body }: { body: string }) => body).at(-1)).toBe('number 34');
    expect(second.headers.get('link')).toContain('rel="prev"');
    expect((await lab.call('GET', `${issues}/1/comments?per_page=500`)).body).toHaveLength(35);
  });

  test('a comment beyond 65,536 characters is refused', async () => {
    const body = 'x'.repeat(65_537);
    const refused = await lab.call('POST', `${issues}/1/comments`, { body });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].message).toBe('body is too long (maximum is 65536 characters)');
  });

  test('a reaction is made once', async () => {
    const { body } = await lab.call('POST', `${issues}/1/comments`, { body: '/preview' });
    const path = `${issues}/comments/${body.id}/reactions`;
    expect((await lab.call('POST', path, { content: 'rocket' })).status).toBe(201);
    expect((await lab.call('POST', path, { content: 'rocket' })).status).toBe(200);
    const now = await lab.call('GET', `${issues}/comments/${body.id}`);
    expect(now.body.reactions).toMatchObject({ total_count: 1, rocket: 1 });
  });

  test('labels come and go, each with its event', async () => {
    const added = await lab.call('POST', `${issues}/1/labels`, { labels: ['preview', 'ui'] });
    expect(added.body.map(({ name }: { name: string }) => name)).toEqual(['preview', 'ui']);
    await lab.call('DELETE', `${issues}/1/labels/ui`);
    expect((await lab.call('DELETE', `${issues}/1/labels/ui`)).status).toBe(404);
    const pull = await lab.call('GET', `/repos/${repository}/pulls/1`);
    expect(pull.body.labels).toMatchObject([{ name: 'preview', color: 'ededed' }]);
    const events = lab.github
      .events()
      .filter(({ action }) => action?.endsWith('labeled'))
      .map(({ action, payload }) => [action, (payload.label as { name: string }).name]);
    expect(events).toEqual([
      ['labeled', 'preview'],
      ['labeled', 'ui'],
      ['unlabeled', 'ui'],
    ]);
  });

  test('issues stand beside pull requests, and close', async () => {
    const made = await lab.call('POST', issues, { title: 'A bug', labels: ['bug'] });
    expect(made.status).toBe(201);
    const path = `${issues}/${made.body.number}`;
    expect((await lab.call('PATCH', path, { state: 'closed' })).body.state_reason).toBe(
      'completed',
    );
    const open = await lab.call('GET', issues);
    expect(open.body.map(({ number }: { number: number }) => number)).toEqual([1]);
    expect(open.body[0].pull_request.url).toContain('/pulls/1');
    expect((await lab.call('GET', `${issues}?state=all&labels=bug`)).body).toHaveLength(1);
    expect((await lab.call('GET', `${issues}/99`)).status).toBe(404);
  });
});
