import { describe, expect, test } from '@jest/globals';
import { redactor, secretsIn } from '../../src/core/redact.ts';

describe('secretsIn', () => {
  test('finds values by the name of their variable', () => {
    const names = [
      'DB_PASSWORD',
      'GITHUB_TOKEN',
      'INPUT_GITHUB-TOKEN',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_ACCESS_KEY_ID',
      'DEPLOY_KEY',
      'apikey',
      'SENTRY_DSN',
      'DB_PWD',
    ];
    const variables = Object.fromEntries(names.map((name, index) => [name, `value-${index}`]));
    expect(secretsIn(variables)).toEqual(names.map((_, index) => `value-${index}`));
  });

  test('leaves ordinary variables alone', () => {
    const variables = {
      PATH: '/bin',
      PWD: '/home',
      KEYBOARD: 'us',
      AUTHOR: 'Ada',
      HOME: undefined,
    };
    expect(secretsIn(variables)).toEqual([]);
  });

  test('finds the password of an address, whatever the variable is called', () => {
    expect(secretsIn({ DATABASE: 'postgres://app:s3cr3t-pass@db/app?x=1' })).toEqual([
      's3cr3t-pass',
    ]);
    expect(secretsIn({ PAGE: 'https://example.com/a:b@c' })).toEqual([]);
  });
});

describe('redactor', () => {
  test('hides a secret as it is, in JSON, in an address and in Base64', () => {
    const secret = 'one "two" three/4';
    const hide = redactor([secret]);
    const shown = [
      secret,
      JSON.stringify({ secret }),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ].map(hide);
    expect(shown.join('\n')).not.toMatch(/two|dHdv/);
    expect(shown[0]).toBe('***');
  });

  test('hides the longer of two that overlap, and each line of one with several', () => {
    expect(redactor(['secret', 'secret-longer'])('a secret-longer b')).toBe('a *** b');
    const hide = redactor(['first line\nsecond line']);
    expect(hide('x second line y')).toBe('x *** y');
  });

  test('leaves what is too short to be a secret', () => {
    expect(redactor(['', 'true', '12345'])('true 12345')).toBe('true 12345');
  });
});
