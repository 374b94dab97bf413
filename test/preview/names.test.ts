import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { placeholders } from '../../src/core/template.ts';
import {
  defaultTemplates,
  deriveNames,
  type NameSource,
  type NameTemplates,
} from '../../src/preview/names.ts';
import { commit } from '../builders/pull-request.ts';

function source(overrides: Partial<NameSource> = {}): NameSource {
  return {
    scheme: 'branch-hash',
    branch: 'fancy-feature-branch',
    pullRequest: 7,
    length: 8,
    repository: 'acme/shop',
    service: 'web',
    commit: commit('a'),
    ...overrides,
  };
}

function derive(templates: Partial<NameTemplates>, from: Partial<NameSource> = {}) {
  const all = { ...defaultTemplates, host: undefined, environment: 'preview', ...templates };
  return deriveNames(source(from), all);
}

describe('names', () => {
  test('come in all forms of the identifier', () => {
    expect(derive({ host: '{id}.{service}.preview.example.com' })).toEqual({
      problems: [],
      names: {
        id: '1d0fd508',
        idUpper: '1D0FD508',
        idDashed: '-1D0FD508',
        slug: 'fancy-feature-branch',
        host: '1d0fd508.web.preview.example.com',
        environment: 'preview',
        stackName: 'shop-preview-1d0fd508',
        namespace: 'shop-preview-1d0fd508',
      },
    });
  });

  test('may hold every placeholder there is', () => {
    const environment = placeholders.map((name) => `{${name}}`).join(' ');
    expect(derive({ environment }).names.environment).toBe(
      `1d0fd508 1D0FD508 7 fancy-feature-branch web shop acme ${commit('a')} aaaaaaa fancy-feature-branch`,
    );
  });

  test('leave a host out where no template names one', () => {
    expect(derive({}).names.host).toBe('');
  });

  test.each(['{repositry}', '{}', '{ id }', '{Id}', '{constructor}', '{__proto__}'])(
    'refuse the placeholder %s and name those there are',
    (unknown) => {
      const { problems } = derive({ host: `${unknown}.example.com` });
      expect(problems).toHaveLength(1);
      expect(problems[0]?.message).toContain(`unknown placeholder ${unknown}`);
      expect(problems[0]?.hint).toContain('{short-sha}');
    },
  );

  test.each([
    ['{number}', { pullRequest: undefined }],
    ['{sha}', { commit: undefined }],
    ['{short-sha}', { commit: undefined }],
  ])('refuse %s where the run does not know it', (placeholder, from) => {
    const { problems } = derive({ host: `x-${placeholder}.example.com` }, from);
    expect(problems.map(({ message }) => message)).toEqual([
      `the host name template "x-${placeholder}.example.com" needs ${placeholder}, which this run does not know`,
    ]);
  });

  test.each([
    ['a host label of 64', { host: `${'a'.repeat(64)}.example.com` }],
    ['a host of 254', { host: `${'a.'.repeat(126)}aa` }],
    ['an upper-case host', { host: '{ID}.example.com' }],
    ['a host with an empty label', { host: '{id}..example.com' }],
    ['a host that begins with a dash', { host: '-{id}.example.com' }],
    ['a host with a scheme', { host: 'https://{id}.example.com' }],
    ['a host with a port', { host: '{id}.example.com:80' }],
    ['a stack of 129', { stackName: 'a'.repeat(129) }],
    ['a stack that begins with a digit', { stackName: '{id}' }],
    ['a stack with a dot', { stackName: 'a.b' }],
    ['a namespace of 64', { namespace: 'a'.repeat(64) }],
    ['an upper-case namespace', { namespace: 'A{id}' }],
    ['a namespace that ends in a dash', { namespace: '{id}-' }],
    ['an environment of 256', { environment: 'e'.repeat(256) }],
    ['an empty environment', { environment: '' }],
  ])('refuse %s, and say the limit', (_, templates) => {
    const { problems } = derive(templates);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/is not allowed: |is not allowed/);
    expect(problems[0]?.message).not.toMatch(/undefined/);
  });

  test.each([
    ['a host label of 63', { host: `${'a'.repeat(63)}.example.com` }],
    ['a host of 253', { host: `${'a.'.repeat(126)}a` }],
    ['a stack of 128', { stackName: 'a'.repeat(128) }],
    ['a namespace of 63', { namespace: 'a'.repeat(63) }],
    ['an environment of 255', { environment: 'e'.repeat(255) }],
  ])('allow %s', (_, templates) => {
    expect(derive(templates).problems).toEqual([]);
  });

  test('say all that is wrong at once', () => {
    const templates = { host: '{ID}', stackName: '{nope}', namespace: 'A', environment: '' };
    expect(derive(templates).problems).toHaveLength(4);
  });

  test('keep branches with slashes out of hosts', () => {
    expect(derive({ host: '{branch}.example.com' }, { branch: 'feature/x' }).problems).toHaveLength(
      1,
    );
  });

  test('of defaults fit whatever the repository is called, and stay apart', () => {
    const long = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);
    fc.assert(
      fc.property(long, long, (one, other) => {
        const [a, b] = [one, other].map((name) => derive({}, { repository: `acme/${name}` }).names);
        expect(a?.namespace).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
        expect(a?.stackName).toMatch(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/);
        expect(a?.namespace === b?.namespace).toBe(one === other);
      }),
    );
  });

  test('of two long repositories with one beginning differ', () => {
    const [one, other] = ['a', 'b'].map(
      (end) => derive({}, { repository: `acme/${'x'.repeat(98)}${end}` }).names.namespace,
    );
    expect(one).toHaveLength(63);
    expect(one).not.toBe(other);
  });
});
