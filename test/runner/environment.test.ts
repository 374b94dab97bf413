import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { readClock, readRunContext } from '../../src/runner/environment.ts';

const hosted = {
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_RUN_ID: '42',
  GITHUB_WORKSPACE: '/home/runner/work/shop/shop',
  RUNNER_TEMP: '/home/runner/work/_temp',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_REF: 'refs/pull/7/merge',
};

describe('the context of a run', () => {
  test('is what the runner says', () => {
    expect(readRunContext(hosted)).toEqual({
      repository: 'acme/shop',
      eventName: 'pull_request',
      apiUrl: 'https://api.github.com',
      serverUrl: 'https://github.com',
      runUrl: 'https://github.com/acme/shop/actions/runs/42',
      workspace: '/home/runner/work/shop/shop',
      temp: '/home/runner/work/_temp',
      sha: 'a'.repeat(40),
      ref: 'refs/pull/7/merge',
    });
  });

  test('is an Enterprise Server’s where that is what the runner says', () => {
    const server = {
      ...hosted,
      GITHUB_SERVER_URL: 'https://git.acme.example/',
      GITHUB_API_URL: 'https://git.acme.example/api/v3/',
    };
    expect(readRunContext(server)).toMatchObject({
      apiUrl: 'https://git.acme.example/api/v3',
      runUrl: 'https://git.acme.example/acme/shop/actions/runs/42',
    });
  });

  test('takes an empty variable for an absent one', () => {
    const empty = { ...hosted, GITHUB_SERVER_URL: '', GITHUB_API_URL: '', RUNNER_TEMP: '' };
    expect(readRunContext(empty)).toMatchObject({
      apiUrl: 'https://api.github.com',
      serverUrl: 'https://github.com',
      temp: '/tmp',
    });
  });

  test.each([
    ['GITHUB_REPOSITORY', undefined],
    ['GITHUB_REPOSITORY', ''],
    ['GITHUB_REPOSITORY', 'shop'],
    ['GITHUB_REPOSITORY', 'acme/shop/extra'],
    ['GITHUB_REPOSITORY', 'acme/sh op'],
    ['GITHUB_REPOSITORY', 'acme/shop\nx'],
    ['GITHUB_API_URL', 'api.github.com'],
    ['GITHUB_API_URL', 'file:///etc/passwd'],
    ['GITHUB_API_URL', 'https://'],
    ['GITHUB_SERVER_URL', 'javascript:alert(1)'],
  ])('is the user’s to mend when %s is %j', (name, value) => {
    const reading = () => readRunContext({ ...hosted, [name]: value });
    expect(reading).toThrow(UserError);
    expect(reading).toThrow(name);
  });
});

describe('the clock', () => {
  test('is the system’s', () => {
    let now = 1_000;
    const clock = readClock({}, () => now);
    expect(clock()).toBe(1_000);
    now = 2_000;
    expect(clock()).toBe(2_000);
  });

  test.each(['2026-11-21T09:30:00Z', '2026-11-21T10:30:00+01:00', '2026-11-21T09:30:00.000Z'])(
    'stands still at %s',
    (moment) => {
      const clock = readClock({ UNDERSTUDY_NOW: moment }, () => 0);
      expect([clock(), clock()]).toEqual([
        Date.UTC(2026, 10, 21, 9, 30),
        Date.UTC(2026, 10, 21, 9, 30),
      ]);
    },
  );

  test.each([
    'yesterday',
    '2026-11-21',
    '2026-11-21T09:30:00',
    '2026-13-01T00:00:00Z',
    '1795253400',
    'now',
  ])('is not set by %j', (moment) => {
    expect(() => readClock({ UNDERSTUDY_NOW: moment }, () => 0)).toThrow(/UNDERSTUDY_NOW is/);
  });
});
