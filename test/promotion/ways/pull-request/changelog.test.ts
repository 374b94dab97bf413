import { describe, expect, test } from '@jest/globals';
import { changelog } from '../../../../src/promotion/ways/pull-request/changelog.ts';
import type { Comparison } from '../../../../src/promotion/ways/pull-request/ports.ts';
import type { Work } from '../../../../src/promotion/ways/pull-request/work.ts';
import { connected } from '../../../github/connected.ts';
import { startLab } from '../../../lab/github/lab.ts';
import { contextOf } from '../attempt.ts';
import { now, orderFor, settings } from './site.ts';

const sha = 'a'.repeat(40);

function workWith(found: Comparison | undefined, from: string | undefined = 'v1'): Work {
  const order = orderFor('v2', from === undefined ? {} : { from });
  const { pullRequestWay } = connected({
    github: { url: 'http://127.0.0.1:1', token: 'x' },
  } as never).github;
  return {
    order,
    settings,
    branch: 'x',
    context: {
      ...contextOf(),
      serverUrl: 'https://github.com',
      commitOf: (version) => {
        if (version === 'lost') throw new Error('not known');
        return sha;
      },
    },
    ports: {
      ...pullRequestWay,
      comparisons: { between: async () => found },
      clock: () => now,
      warn: () => undefined,
    },
  };
}

const subjects = (...all: string[]): Comparison => ({
  commits: all.map((subject) => ({ sha, subject })),
  ahead: all.length,
  behind: 0,
});

describe('the changelog', () => {
  test('links pull requests by the subjects that GitHub writes, and makes all else safe', async () => {
    const found = subjects(
      'Fix the cart (#12)',
      'Merge pull request #7 from mona/<b>',
      'Say hi to @ada [x](https://evil.example) #3',
    );
    const commit = `[\`aaaaaaa\`](https://github.com/acme/app/commit/${sha})`;
    const url = 'https://github.com/acme/app/pull';
    expect((await changelog(workWith(found))).split('\n')).toEqual([
      `- ${commit} Fix the cart ([#12](${url}/12))`,
      `- ${commit} Merge pull request [#7](${url}/7) from mona/\\<b\\>`,
      `- ${commit} Say hi to @\u200bada \\[x\\]\\(https:\u200b//evil.example\\) \\#\u200b3`,
    ]);
  });

  test('names fifty, and the number of all others; a way back is said', async () => {
    const many = subjects(...Array.from({ length: 50 }, (_, index) => `c${index}`));
    const lines = (await changelog(workWith({ ...many, ahead: 53, behind: 1 }))).split('\n');
    expect(lines).toHaveLength(52);
    expect(lines.slice(-2)).toEqual(['- … and 3 more', '- goes back behind 1 commit']);
  });

  test('is empty where nothing is known of what was before', async () => {
    expect(await changelog(workWith(subjects('x'), 'lost'))).toBe('');
    expect(await changelog(workWith(undefined))).toBe('');
    expect(await changelog({ ...workWith(subjects('x')), order: orderFor('v2') })).toBe('');
  });

  test('comes from GitHub’s comparison, oldest first and no more than asked for', async () => {
    const lab = await startLab();
    try {
      const first = lab.git('rev-parse', 'HEAD');
      for (const name of ['one', 'two', 'three']) lab.commit({ [name]: name }, `${name}\n\nmore`);
      lab.git('push', '--quiet', 'origin', 'main');
      const { comparisons } = connected(lab).github.pullRequestWay;
      const found = await comparisons.between(first, 'main', 2);
      expect(found).toMatchObject({ ahead: 3, behind: 0 });
      expect(found?.commits.map(({ subject }) => subject)).toEqual(['one', 'two']);
      expect(await comparisons.between(first, 'f'.repeat(40), 2)).toBeUndefined();
    } finally {
      await lab.close();
    }
  });
});
