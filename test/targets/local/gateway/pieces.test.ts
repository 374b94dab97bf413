import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readArguments } from '../../../../src/targets/local/gateway/arguments.ts';
import { restartDelay } from '../../../../src/targets/local/gateway/backoff.ts';
import { previewEnvironment } from '../../../../src/targets/local/gateway/environment.ts';
import {
  capLog,
  cleanLine,
  LogFollower,
  tailLog,
} from '../../../../src/targets/local/gateway/log-file.ts';
import { defaultLimits } from '../../../../src/targets/local/gateway/machine.ts';
import { render } from '../../../../src/targets/local/gateway/pages.ts';
import { identify, isRunning } from '../../../../src/targets/local/gateway/process-table.ts';

describe('restarts', () => {
  test('come after twice the time of the one before, up to half a minute', () => {
    const delays = [1, 2, 3, 4, 7, 50].map((failures) => restartDelay(failures, defaultLimits));
    expect(delays).toEqual([500, 1000, 2000, 4000, 30_000, 30_000]);
  });
});

describe('processes', () => {
  test('are told apart from later ones with the same id', () => {
    const own = identify(process.pid);
    expect(own && isRunning(own)).toBe(true);
    expect(isRunning({ pid: process.pid, started: '1' })).toBe(false);
    expect(identify(2 ** 22 + 1)).toBeUndefined();
  });
});

describe('the environment of a preview', () => {
  test('has a Compose project that Compose accepts, whatever the repository is called', () => {
    const marks = { previewId: '1d0fd508', pullRequest: 1, commit: '', requested: false };
    const given = { url: '', marker: 'm', env: {} };
    const project = (repository: string) =>
      previewEnvironment({}, { ...given, marks: { ...marks, repository } }).COMPOSE_PROJECT_NAME;
    expect(project('acme/Shop.API')).toBe('shop-api-1d0fd508');
    expect(project('acme/__')).toBe('preview-1d0fd508');
  });
});

describe('the command line', () => {
  test('takes the state folder from the option, then from the environment', () => {
    const stateOf = (line: string[], environment: Record<string, string>) => {
      const wanted = readArguments(line, environment);
      return wanted.kind === 'gateway' ? wanted.options.state : '';
    };
    expect(stateOf(['--state', '/a'], { UNDERSTUDY_HOME: '/b' })).toBe('/a');
    expect(stateOf([], { UNDERSTUDY_HOME: '/b', XDG_STATE_HOME: '/c' })).toBe('/b');
    expect(stateOf([], { XDG_STATE_HOME: '/c', HOME: '/d' })).toBe('/c/understudy');
    expect(stateOf([], { HOME: '/d' })).toBe('/d/.local/state/understudy');
  });

  test.each([
    ['--port', 'x'],
    ['--port', '65536'],
    ['--port', '-1'],
    ['--fallback', 'localhost:3000'],
    ['--public-url', 'https://example.com'],
    ['--public-url', '{host}'],
    ['--colour', 'red'],
    ['serve', ''],
  ])('refuses %s %s with one sentence', (...line) => {
    expect(() => readArguments(line.filter(Boolean), {})).toThrow(
      expect.objectContaining({ name: 'UserError' }),
    );
  });

  test('takes port and address of visitors from the environment', () => {
    const environment = { UNDERSTUDY_GATEWAY_PORT: '0', UNDERSTUDY_PUBLIC_URL: 'https://{host}/' };
    expect(readArguments([], environment)).toMatchObject({
      options: { port: 0, publicUrl: 'https://{host}', host: '127.0.0.1' },
    });
  });
});

describe('pages', () => {
  test('cannot be made to hold markup by what they tell', () => {
    const evil = '"><script>x</script>&';
    const links = [{ url: evil, text: evil, note: evil }];
    const { body } = render(
      { status: 200, title: evil, text: [evil], log: [evil], links },
      'text/html',
    );
    expect(body).not.toContain('<script>');
    expect(body).not.toContain('"><script');
    expect(body.match(/&lt;script&gt;/g)).toHaveLength(7);
  });

  test('name their language and their parts', () => {
    const { body, headers } = render(
      { status: 503, title: 'T', text: ['x'], retryAfter: 2 },
      'text/html',
    );
    expect(body).toMatch(/<html lang="en">[\s\S]*<main><h1>T<\/h1>[\s\S]*role="status"/);
    expect(headers).toMatchObject({ 'retry-after': '2', 'cache-control': 'no-store' });
  });
});

describe('logs', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'u-log-'));
    file = join(folder, '0.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('are cut at their limit and keep the last lines', () => {
    for (let round = 0; round < 5; round += 1) {
      appendFileSync(file, `${'x'.repeat(600)}\nround ${round}\n`);
      capLog(file, 1000);
    }
    const size = statSync(file).size + statSync(`${file}.1`).size;
    expect(size).toBeLessThan(3000);
    expect(tailLog(file, 3).at(-1)).toBe('round 4');
  });

  test('lose escape sequences and control characters', () => {
    expect(cleanLine('\u001b[31mred\u001b[0m\u0007\tx\r')).toBe('red  x');
    expect(cleanLine('y'.repeat(5000))).toHaveLength(2001);
  });

  test('are followed line by line, across cuts and half characters', () => {
    const lines: string[] = [];
    const follower = new LogFollower(file, (line) => lines.push(line));
    follower.poll();
    writeFileSync(file, Buffer.from('one\ntw\u00fc').subarray(0, 7));
    follower.poll();
    appendFileSync(file, Buffer.from('\u00fc').subarray(1));
    appendFileSync(file, '\n');
    follower.poll();
    writeFileSync(file, 'new\n');
    follower.poll();
    expect(lines).toEqual(['one', 'twü', 'new']);
  });
});
