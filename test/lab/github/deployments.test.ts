import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

const path = `/repos/${repository}/deployments`;
const plain = { auto_merge: false, required_contexts: [] };

describe('deployments', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await openPull(lab, 'feature');
  });
  afterAll(() => lab.close());

  const create = async (body: object) => (await lab.call('POST', path, { ...plain, ...body })).body;
  const succeed = (id: number, body: object = {}) =>
    lab.call('POST', `${path}/${id}/statuses`, { state: 'success', ...body });
  const lastState = async (id: number) =>
    (await lab.call('GET', `${path}/${id}/statuses`)).body[0]?.state;

  test('are created for a branch, pinned to its commit, with GitHub’s defaults', async () => {
    const made = await lab.call('POST', path, { ...plain, ref: 'feature' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      sha: lab.git('rev-parse', 'feature'),
      ref: 'feature',
      task: 'deploy',
      environment: 'production',
      production_environment: true,
      transient_environment: false,
    });
  });

  test('are listed newest first by sha, ref, task and environment', async () => {
    const older = await create({ ref: 'feature', environment: 'listed', task: 'one' });
    const newer = await create({ ref: 'feature', environment: 'listed', task: 'two' });
    const ids = async (query: string) =>
      (await lab.call('GET', `${path}?${query}`)).body.map(({ id }: { id: number }) => id);
    expect(await ids('environment=listed')).toEqual([newer.id, older.id]);
    expect(await ids('environment=listed&task=one')).toEqual([older.id]);
    expect(await ids(`environment=listed&sha=${older.sha}&ref=feature`)).toHaveLength(2);
    expect(await ids('environment=elsewhere')).toEqual([]);
  });

  test('of the same environment become inactive, transient and production ones apart', async () => {
    const first = await create({ ref: 'feature', environment: 'staging' });
    const transient = await create({
      ref: 'feature',
      environment: 'staging',
      transient_environment: true,
    });
    const production = await create({ ref: 'feature', environment: 'production' });
    for (const one of [first, transient, production]) await succeed(one.id);
    const next = await create({ ref: 'feature', environment: 'staging' });
    await succeed(next.id, { environment_url: 'http://x.localhost:1/', log_url: 'http://log/' });
    expect(await lastState(first.id)).toBe('inactive');
    expect(await lastState(transient.id)).toBe('success');
    expect(await lastState(production.id)).toBe('success');
    expect(await lastState(next.id)).toBe('success');
  });

  test('stay active when auto_inactive is false', async () => {
    const first = await create({ ref: 'feature', environment: 'kept' });
    await succeed(first.id);
    const next = await create({ ref: 'feature', environment: 'kept' });
    await succeed(next.id, { auto_inactive: false });
    expect(await lastState(first.id)).toBe('success');
  });

  test('merge the default branch in when auto_merge is left on', async () => {
    lab.git('checkout', '--quiet', '-B', 'behind', 'main~0');
    lab.commit({ 'behind.txt': '1' });
    lab.git('push', '--quiet', 'origin', 'behind');
    lab.git('checkout', '--quiet', 'main');
    lab.commit({ 'ahead.txt': '1' });
    lab.git('push', '--quiet', 'origin', 'main');
    const merged = await lab.call('POST', path, { ref: 'behind', required_contexts: [] });
    expect(merged.status).toBe(202);
    expect(merged.body.message).toBe('Auto-merged main into behind on deployment.');
    const again = await lab.call('POST', path, { ref: 'behind', required_contexts: [] });
    expect(again.status).toBe(201);
  });

  test('are refused while a status of the commit is not green', async () => {
    const sha = lab.git('rev-parse', 'feature');
    const status = { state: 'pending', context: 'build' };
    await lab.call('POST', `/repos/${repository}/statuses/${sha}`, status);
    const refused = await lab.call('POST', path, { ref: 'feature', auto_merge: false });
    expect(refused.status).toBe(409);
    expect(refused.body.errors[0].contexts).toEqual([{ context: 'build', state: 'pending' }]);
    await lab.call('POST', `/repos/${repository}/statuses/${sha}`, { ...status, state: 'success' });
    const made = await lab.call('POST', path, { ref: 'feature', auto_merge: false });
    expect(made.status).toBe(201);
  });

  test('are deleted only when inactive', async () => {
    const made = await create({ ref: 'feature', environment: 'gone' });
    expect((await lab.call('DELETE', `${path}/${made.id}`)).status).toBe(422);
    await succeed(made.id, { state: 'inactive' });
    expect((await lab.call('DELETE', `${path}/${made.id}`)).status).toBe(204);
    expect((await lab.call('GET', `${path}/${made.id}`)).status).toBe(404);
  });

  test('leave their environment behind', async () => {
    await create({ ref: 'feature', environment: 'pr-1' });
    const { body } = await lab.call('GET', `/repos/${repository}/environments`);
    expect(body.environments.map(({ name }: { name: string }) => name)).toContain('pr-1');
    expect((await lab.call('GET', `/repos/${repository}/environments/pr-1`)).body.name).toBe(
      'pr-1',
    );
  });

  test.each([
    [{ ref: 'nowhere' }, 'No ref found for: nowhere'],
    [{}, 'Invalid request.\n\n"ref" wasn\'t supplied.'],
    [{ ref: 'feature', description: 'x'.repeat(141) }, 'Validation Failed'],
  ])('answer 422 for %j', async (body, message) => {
    const refused = await lab.call('POST', path, { ...plain, ...body });
    expect(refused.status).toBe(422);
    expect(refused.body.message).toBe(message);
  });
});
