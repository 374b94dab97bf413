import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Lab, repository, startLab } from './lab.ts';

const repo = `/repos/${repository}`;

describe('tags and comparisons', () => {
  let lab: Lab;
  let commits: readonly string[];
  beforeAll(async () => {
    lab = await startLab();
    const first = lab.git('rev-parse', 'HEAD');
    const more = ['a', 'b', 'c'].map((name) => lab.commit({ [`${name}.txt`]: name }, name));
    commits = [first, ...more];
    lab.git('tag', 'v1', commits[1] ?? '');
    lab.git('tag', '-a', 'v2', '-m', 'Two', commits[2] ?? '');
    lab.git('push', '--quiet', 'origin', 'main', 'v1', 'v2');
  });
  afterAll(() => lab.close());

  test('tags come with the commits that they are about', async () => {
    const { body } = await lab.call('GET', `${repo}/tags`);
    const all = (body as { name: string; commit: { sha: string } }[]).map(
      ({ name, commit }) => [name, commit.sha] as const,
    );
    expect(all).toEqual([
      ['v2', commits[2]],
      ['v1', commits[1]],
    ]);
  });

  test('tags come in pages', async () => {
    const { body, headers } = await lab.call('GET', `${repo}/tags?per_page=1`);
    expect(body).toHaveLength(1);
    expect(headers.get('link')).toContain('rel="next"');
  });

  test('a comparison has files on its first page alone, and how far apart they are on all', async () => {
    const path = `${repo}/compare/${commits[0]}...main?per_page=2`;
    const first = await lab.call('GET', path);
    const second = await lab.call('GET', `${path}&page=2`);
    expect(first.body.commits.map(({ sha }: { sha: string }) => sha)).toEqual(commits.slice(1, 3));
    expect(first.body.files).toHaveLength(3);
    expect(first.headers.get('link')).toContain('rel="next"');
    expect(second.body.commits.map(({ sha }: { sha: string }) => sha)).toEqual([commits[3]]);
    expect(second.body).toMatchObject({ status: 'ahead', ahead_by: 3, total_commits: 3 });
    expect(second.body.files).toBeUndefined();
  });

  test('a comparison that asks for no page has up to 250 commits', async () => {
    const { body, headers } = await lab.call('GET', `${repo}/compare/${commits[0]}...main`);
    expect(body.commits).toHaveLength(3);
    expect(headers.get('link')).toBeNull();
  });
});
