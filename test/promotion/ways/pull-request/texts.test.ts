import { expect, test } from '@jest/globals';
import { instant } from '../../../../src/core/time.ts';
import type { PullRequestPorts } from '../../../../src/promotion/ways/pull-request/ports.ts';
import {
  commitMessage,
  pullBody,
  pullTitle,
} from '../../../../src/promotion/ways/pull-request/texts.ts';
import { attemptAt, contextOf } from '../attempt.ts';

function workOf(kind: 'forward' | 'rollback') {
  const order = attemptAt({ version: 'v1', kind, createdAt: instant(0) });
  const via = 'pull-request' as const;
  const settings = { via, edits: [], base: 'main', labels: [], reviewers: [], draft: false };
  // Nothing is known to have been there before, so that no changes are asked for.
  return { order, settings, context: contextOf(), ports: {} as PullRequestPorts, branch: 'b' };
}

test.each([
  ['forward', 'Promote production to v1', /^Promotes \*\*production\*\*/],
  [
    'rollback',
    'Roll back production to v1',
    /^Rolls [\s\S]*until `\/promote release production`[\s\S]*merged by/,
  ],
] as const)(
  'a pull request of kind %s says so in title, message and body',
  async (kind, title, body) => {
    const work = {
      ...workOf(kind),
      settings: { ...workOf(kind).settings, merge: 'squash' as const },
    };
    expect([pullTitle(work), commitMessage(work)]).toEqual([title, title]);
    expect(await pullBody(work)).toMatch(body);
  },
);
