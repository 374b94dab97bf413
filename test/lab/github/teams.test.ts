import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { repository, startLab } from './lab.ts';

const teams = '/orgs/acme/teams';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.close());

const make = async (name: string, more: object = {}) =>
  (await lab.call('POST', teams, { name, ...more })).body;
const slugs = async (query = '') =>
  (await lab.call('GET', `${teams}?${query}`)).body.map((team: { slug: string }) => team.slug);
const rolesOf = async (slug: string, query = '') =>
  (await lab.call('GET', `${teams}/${slug}/members?${query}`)).body.map(
    ({ login, role }: { login: string; role: string }) => `${login} ${role}`,
  );
const membership = (slug: string, login: string) => `${teams}/${slug}/memberships/${login}`;

describe('a team', () => {
  test('is made with a slug of its name, and who made it maintains it', async () => {
    const made = await lab.call('POST', '/orgs/ACME/teams', {
      name: 'My TEam Näme',
      description: 'Ours',
      maintainers: ['Ada'],
    });
    expect(made.status).toBe(201);
    const wanted = { name: 'My TEam Näme', slug: 'my-team-name', description: 'Ours' };
    const defaults = { privacy: 'secret', permission: 'pull', members_count: 2 };
    expect(made.body).toMatchObject({ ...wanted, ...defaults, organization: { login: 'acme' } });
    expect((await lab.call('GET', `${teams}/My-Team-Name`)).body).toEqual(made.body);
    expect(await rolesOf('my-team-name')).toEqual(['octocat maintainer', 'Ada maintainer']);
  });

  test('made by an app has nobody in it', async () => {
    const token = lab.github.createToken({ members: 'write' }, repository);
    const made = await lab.call('POST', teams, { name: 'Empty' }, { token });
    expect(made.body.members_count).toBe(0);
  });

  test('is listed with the others of its organisation, in pages', async () => {
    await lab.github.createRepository('acme-labs/app');
    await lab.call('POST', '/orgs/acme-labs/teams', { name: 'theirs' });
    await make('first');
    await make('second');
    const all = await slugs();
    expect(all).toEqual(expect.arrayContaining(['first', 'second']));
    expect(all).not.toContain('theirs');
    expect(await slugs('per_page=1&page=2')).toEqual([all[1]]);
    expect(await slugs('team_type=enterprise')).toEqual([]);
  });

  test.each([
    ['the name of another', { name: 'Taken' }, 'Name must be unique for this org'],
    ['no name', {}, '\\"name\\" wasn\'t supplied'],
    ['a name without a letter', { name: '!' }, '"field":"name"'],
    ['an unknown privacy', { name: 'x', privacy: 'open' }, '"field":"privacy"'],
    ['a team it is in', { name: 'x', parent_team_id: 1 }, '"field":"parent_team_id"'],
  ])('is refused with %s', async (_what, body, message) => {
    if (!(await slugs()).includes('taken')) await make('taken');
    const refused = await lab.call('POST', teams, body);
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain(message);
  });

  test('is changed, and keeps its members under another name', async () => {
    await make('before');
    await lab.call('PUT', membership('before', 'bob'));
    const change = { name: 'After', privacy: 'closed' };
    const changed = await lab.call('PATCH', `${teams}/before`, change);
    expect([changed.status, changed.body.slug, changed.body.privacy]).toEqual([
      201,
      'after',
      'closed',
    ]);
    expect((await lab.call('PATCH', `${teams}/after`, change)).status).toBe(200);
    expect((await lab.call('GET', `${teams}/before`)).status).toBe(404);
    expect(await rolesOf('after')).toContain('bob member');
    await make('other');
    expect((await lab.call('PATCH', `${teams}/other`, { name: 'after' })).status).toBe(422);
  });

  test('that is deleted is asked for no review any longer', async () => {
    await make('passing');
    lab.github.seedPullRequests(repository, [{}]);
    const path = `/repos/${repository}/pulls/1`;
    const asked = { team_reviewers: ['passing'] };
    await lab.call('POST', `${path}/requested_reviewers`, asked);
    expect((await lab.call('GET', path)).body.requested_teams).toMatchObject([{ slug: 'passing' }]);
    expect((await lab.call('DELETE', `${teams}/passing`)).status).toBe(204);
    expect((await lab.call('DELETE', `${teams}/passing`)).status).toBe(404);
    expect((await lab.call('GET', path)).body.requested_teams).toEqual([]);
    expect((await lab.call('POST', `${path}/requested_reviewers`, asked)).status).toBe(422);
  });
});

describe('the members of a team', () => {
  beforeAll(() => make('core'));

  test('are added, made maintainers and removed', async () => {
    const path = membership('core', 'Wil');
    expect((await lab.call('GET', path)).status).toBe(404);
    const added = await lab.call('PUT', path);
    expect([added.status, added.body]).toMatchObject([200, { role: 'member', state: 'active' }]);
    expect((await lab.call('GET', membership('core', 'wil'))).body).toEqual(added.body);
    expect(await rolesOf('core', 'role=member')).toEqual(['Wil member']);
    await lab.call('PUT', path, { role: 'maintainer' });
    expect(await rolesOf('core')).toEqual(['octocat maintainer', 'Wil maintainer']);
    expect((await lab.call('DELETE', path)).status).toBe(204);
    expect((await lab.call('DELETE', path)).status).toBe(404);
    expect(await rolesOf('core')).toEqual(['octocat maintainer']);
  });

  test('are people, in a role that there is', async () => {
    const organization = await lab.call('PUT', membership('core', 'acme'));
    expect(organization.status).toBe(422);
    expect(organization.body.message).toBe('Cannot add an organization as a member.');
    const path = membership('core', 'xia');
    expect((await lab.call('PUT', path, { role: 'owner' })).status).toBe(422);
    expect((await lab.call('PUT', membership('none', 'xia'))).status).toBe(404);
    expect((await lab.call('GET', path)).status).toBe(404);
  });

  test('set by the lab are seen by the API, which changes them', async () => {
    await lab.call('POST', '/_lab/teams', { org: 'acme', slug: 'set', members: ['ada', 'bob'] });
    await lab.call('DELETE', membership('set', 'ada'));
    expect(await rolesOf('set')).toEqual(['bob member']);
  });
});

describe('teams are seen and changed', () => {
  const statusOf = async (method: string, path: string, token: string | null) =>
    (await lab.call(method, path, method === 'GET' ? undefined : {}, { token })).status;

  test('with the permission for members of the organisation alone', async () => {
    await make('seen');
    const path = membership('seen', 'eve');
    const none = lab.github.createToken({ contents: 'write' }, repository);
    const reader = lab.github.createToken({ members: 'read' }, repository);
    const writer = lab.github.createToken({ members: 'write' }, repository);
    expect(await statusOf('GET', teams, none)).toBe(403);
    expect(await statusOf('GET', teams, reader)).toBe(200);
    expect(await statusOf('PUT', path, reader)).toBe(403);
    expect(await statusOf('PUT', path, writer)).toBe(200);
  });

  test('not by anybody without a token, nor with that of another organisation', async () => {
    await lab.github.createRepository('globex/app');
    const foreign = lab.github.createToken({ members: 'write' }, 'globex/app');
    expect(await statusOf('GET', teams, null)).toBe(401);
    expect(await statusOf('POST', teams, null)).toBe(401);
    expect(await statusOf('GET', teams, foreign)).toBe(404);
    expect(await statusOf('GET', '/orgs/octocat/teams', lab.github.token)).toBe(404);
  });
});
