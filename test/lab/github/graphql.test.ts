import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { repository, startLab } from './lab.ts';

const zeros = '0'.repeat(40);
const query =
  'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';

describe('updateRefs', () => {
  let lab: Lab;
  let repositoryId = '';
  let [first, second, aside] = ['', '', ''];
  beforeAll(async () => {
    lab = await startLab();
    repositoryId = (await lab.call('GET', `/repos/${repository}`)).body.node_id;
    first = lab.git('rev-parse', 'HEAD');
    second = lab.commit({ a: 'a' });
    lab.git('checkout', '--quiet', '-b', 'aside', first);
    aside = lab.commit({ b: 'b' });
    lab.git('push', '--quiet', 'origin', `${second}:refs/heads/second`, 'aside');
  });
  afterAll(() => lab.close());

  async function update(refUpdates: readonly object[], token = lab.github.token) {
    const body = { query, variables: { input: { repositoryId, refUpdates } } };
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'test' };
    const sent = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${lab.github.url}/graphql`, sent);
    expect(answer.status).toBe(200);
    const { errors = [] } = (await answer.json()) as {
      errors?: { type: string; message: string }[];
    };
    return errors.map(({ type, message }) => `${type} ${message}`);
  }

  const tip = (name: string) => lab.git('ls-remote', 'origin', `refs/heads/${name}`).slice(0, 40);
  const from = (name: string, beforeOid: string, afterOid: string, force = false) => ({
    name: `refs/heads/${name}`,
    beforeOid,
    afterOid,
    force,
  });

  test('creates, moves by force and deletes a ref that is where it is said to be', async () => {
    expect(await update([from('x', zeros, second)])).toEqual([]);
    expect(await update([from('x', second, aside, true)])).toEqual([]);
    expect(tip('x')).toBe(aside);
    const event = lab.github.events().findLast(({ event: name }) => name === 'push');
    expect(event?.payload).toMatchObject({ before: second, after: aside });
    expect(await update([from('x', aside, zeros)])).toEqual([]);
    expect(tip('x')).toBe('');
  });

  test('moves nothing that is elsewhere, and of several all or none', async () => {
    expect(await update([from('y', zeros, first), from('z', zeros, first)])).toEqual([]);
    const [refused] = await update([from('y', first, second), from('z', second, aside, true)]);
    expect(refused).toMatch(/^UNPROCESSABLE /);
    expect([tip('y'), tip('z')]).toEqual([first, first]);
    expect(await update([from('y', zeros, second, true)])).toHaveLength(1);
    expect(await update([from('y', second, zeros)])).toHaveLength(1);
    expect(tip('y')).toBe(first);
  });

  test('goes forward alone without force', async () => {
    expect(await update([from('w', zeros, second)])).toEqual([]);
    expect(await update([from('w', second, aside)])).toEqual([
      'UNPROCESSABLE Update is not a fast forward: refs/heads/w',
    ]);
  });

  test('needs the permission, and a repository that there is', async () => {
    const reader = lab.github.createToken({ contents: 'read' }, repository);
    expect(await update([from('v', zeros, first)], reader)).toEqual([
      'FORBIDDEN Resource not accessible by integration',
    ]);
    repositoryId = 'nothing';
    expect((await update([from('v', zeros, first)]))[0]).toMatch(/^NOT_FOUND /);
  });
});
