import { describe, expect, test } from '@jest/globals';
import { findSubject, occasionOf } from '../../src/actions/occasion.ts';
import { pullRequestOfEvent } from '../../src/actions/pull-request-event.ts';
import type { Session } from '../../src/actions/session.ts';
import { commit, pullRequest } from '../builders/pull-request.ts';

const head = { ref: 'x', sha: commit('a'), repo: { full_name: 'acme/shop' } };
const inEvent = { number: 7, state: 'open', head, base: { ref: 'main', sha: commit('b') } };

/** A repository with pull request 12, whose head is `c`, and what a run asked of it. */
function sessionOf(payload: object) {
  const asked: unknown[] = [];
  const mine = pullRequest({
    number: 12,
    head: { ...pullRequest().head, branch: 'y', sha: commit('c') },
  });
  const pullRequests = {
    get: async (number: number) => {
      asked.push(number);
      return number === 12 ? mine : undefined;
    },
    open: async () => {
      asked.push('open');
      return [mine];
    },
  };
  const context = { eventName: 'some' };
  return { asked, session: { payload, context, github: { pullRequests } } as unknown as Session };
}

async function subjectOf(payload: object, input?: number) {
  const { asked, session } = sessionOf(payload);
  const subject = await findSubject(session, { pullRequest: input });
  return { asked, number: subject?.number, head: subject?.pullRequest?.head.sha };
}

describe('the pull request that a run is about', () => {
  test('is that of the event, as the event says, without a request', async () => {
    const known = { asked: [], number: 7, head: commit('a') };
    expect(await subjectOf({ pull_request: inEvent })).toEqual(known);
    expect(await subjectOf({ pull_request: inEvent }, 7)).toEqual(known);
  });

  test('is open, at an unknown base, where an event made by hand says neither', async () => {
    const made = { number: 7, head, base: { ref: 'main' } };
    expect(pullRequestOfEvent({ pull_request: made })).toMatchObject({
      state: 'open',
      head: { branch: 'x', sha: commit('a') },
      base: { branch: 'main', sha: '0'.repeat(40) },
    });
    expect(() => pullRequestOfEvent({ pull_request: { ...made, state: 'ajar' } })).toThrow('state');
    expect(() => pullRequestOfEvent({ pull_request: { ...made, base: 'main' } })).toThrow('base');
  });

  test('is read where there is only its number, in a comment or an input', async () => {
    const read = { asked: [12], number: 12, head: commit('c') };
    expect(await subjectOf({ issue: { number: 12 } })).toEqual(read);
    expect(await subjectOf({ pull_request: inEvent }, 12)).toEqual(read);
  });

  test('may be none', async () => {
    expect(await subjectOf({}, 99)).toEqual({ asked: [99], number: 99, head: undefined });
    await expect(subjectOf({})).rejects.toThrow('names no pull request');
  });

  test('is the open one that has the commit of the workflow run as its head, or none', async () => {
    const run = (sha: string) => ({ workflow_run: { head_sha: sha, head_branch: 'y' } });
    expect(await subjectOf(run(commit('c')))).toMatchObject({ number: 12, head: commit('c') });
    expect((await subjectOf(run(commit('d')))).number).toBeUndefined();
  });

  test('is deployed at the commit of the event alone when it is the event’s own', () => {
    const { session } = sessionOf({ pull_request: inEvent });
    const commitOf = (number: number) =>
      occasionOf(session, { commit: undefined }, { number, pullRequest: undefined }).commit;
    expect([commitOf(7), commitOf(12)]).toEqual([commit('a'), undefined]);
  });
});
