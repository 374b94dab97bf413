import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultConfiguration } from '../../src/config/defaults.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { duration } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';

const file = '.github/understudy.yml';
const minutes = (count: number) => duration(count * 60_000);

function preview(...lines: string[]) {
  return parseConfiguration(['preview:', ...lines.map((line) => `  ${line}`)].join('\n'), file)
    .preview;
}

describe('a file that says nothing', () => {
  test.each([
    ['empty', ''],
    ['of comments', '# nothing\n\n# here\n'],
    ['with only a schema for editors', '# yaml-language-server: $schema=x.json\n'],
    ['of a document mark', '---\n'],
    ['of an explicit null', 'null\n'],
    ['of an empty preview', 'preview: {}\n'],
    ['of empty sections', 'preview: { eligible: { branches: {} }, probe: {}, local: {} }\n'],
  ])('%s means the defaults', (_, text) => {
    expect(parseConfiguration(text, file)).toStrictEqual(defaultConfiguration);
  });

  test('the defaults are those of the contract', () => {
    expect(defaultConfiguration.preview).toMatchObject({
      id: 'branch-hash',
      eligible: { drafts: true, forks: 'approved', max: 20, labels: { none: ['no-preview'] } },
      expireAfter: minutes(7 * 24 * 60),
      probe: { path: '/', within: minutes(2) },
      services: [{ name: 'app', local: { env: {}, sleepAfter: minutes(120) } }],
    });
  });
});

test('the whole preview section is read', () => {
  const text = `
preview:
  id: pull-request
  host: "{id}.{service}.preview.example.com"
  environment: "preview-{number}"
  eligible:
    branches: { include: ["**"], exclude: ["dependabot/**"] }
    base: [main]
    labels: { any: [], none: [no-preview] }
    drafts: false
    authors: { exclude: ["*[bot]"] }
    forks: never
    paths: ["app/**"]
    max: 5
  expire-after: 1d12h
  probe: { path: /healthz, expect: 200, within: 90s }
  target: local
  services:
    web: { paths: ["web/**"], host: "{id}.example.com" }
    api: {}
  local: { run: "node server.js", install: "npm ci", stop: "", env: { A: "1" }, health: { path: / }, sleep-after: 30m }
`;
  const shared = {
    probe: { path: '/', expect: undefined, within: duration(90_000) },
    target: 'local',
    local: {
      run: 'node server.js',
      install: 'npm ci',
      env: { A: '1' },
      health: { path: '/' },
      sleepAfter: minutes(30),
    },
    cloudformation: undefined,
    stackName: undefined,
    kubernetes: undefined,
    namespace: undefined,
  };
  expect(parseConfiguration(text, file)).toStrictEqual({
    preview: {
      id: 'pull-request',
      host: '{id}.{service}.preview.example.com',
      environment: 'preview-{number}',
      eligible: {
        branches: { include: ['**'], exclude: ['dependabot/**'] },
        base: ['main'],
        labels: { any: [], none: ['no-preview'] },
        drafts: false,
        authors: { include: [], exclude: ['*[bot]'] },
        forks: 'never',
        paths: ['app/**'],
        max: 5,
      },
      expireAfter: minutes(36 * 60),
      probe: shared.probe,
      target: 'local',
      targets: ['local'],
      services: [
        { name: 'web', paths: ['web/**'], host: '{id}.example.com', ...shared },
        {
          name: 'api',
          paths: ['app/**'],
          host: '{id}.{service}.preview.example.com',
          ...shared,
        },
      ],
    },
    pipelines: {},
    ledger: undefined,
  });
});

describe('services', () => {
  test('override key by key what stands above them', () => {
    const { services } = preview(
      'probe: { path: /up, expect: 204, within: 1m }',
      'local: { install: npm ci, run: npm start, env: { A: "1", B: "1" }, sleep-after: 1h }',
      'services:',
      '  web: { probe: { within: 5m }, local: { run: node web.js, env: { B: "2" } } }',
    );
    expect(services).toEqual([
      expect.objectContaining({
        probe: { path: '/up', expect: 204, within: minutes(5) },
        local: {
          install: 'npm ci',
          run: 'node web.js',
          env: { A: '1', B: '2' },
          sleepAfter: minutes(60),
        },
      }),
    ]);
  });

  test('take path and status from a health of their own, and leave an inherited one for a nearer probe', () => {
    const [own, nearer] = preview(
      'local: { health: { path: /above, expect: 201 } }',
      'services:',
      '  own: { local: { health: { path: /own } } }',
      '  nearer: { probe: { path: /nearer } }',
    ).services;
    expect(own).toMatchObject({ probe: { path: '/own', expect: undefined } });
    expect(own?.local.health).toEqual({ path: '/own' });
    expect(nearer).toMatchObject({ probe: { path: '/nearer', expect: 201 } });
    expect(nearer?.local).not.toHaveProperty('health');
  });

  test('keep the order of the file', () => {
    const { services } = preview('services: { zebra: {}, "2nd": {}, app: {} }');
    expect(services.map(({ name }) => name)).toEqual(['zebra', '2nd', 'app']);
  });
});

describe('ways to write', () => {
  test('a single text stands for a list of one', () => {
    const { eligible } = preview(
      'eligible: { base: main, labels: { any: preview }, paths: app/** }',
    );
    expect(eligible).toMatchObject({
      base: ['main'],
      labels: { any: ['preview'] },
      paths: ['app/**'],
    });
  });

  test('never switches off expiry and sleep', () => {
    const { expireAfter, services } = preview(
      'expire-after: never',
      'local: { sleep-after: never }',
    );
    expect(expireAfter).toBeUndefined();
    expect(services[0]?.local).toStrictEqual({ env: {} });
  });

  test('a few anchors and aliases are followed', () => {
    const { services } = preview(
      'services:',
      '  web: { local: &l { run: npm start } }',
      '  api: { local: *l }',
    );
    expect(services.map(({ local }) => local.run)).toEqual(['npm start', 'npm start']);
  });

  test.each([
    ['[ab]*'],
    ['{a,b}/**'],
    ['@(a|b)'],
    ['\\[x'],
    ['[({]x'],
    ['.github/**'],
    ['release-?'],
  ])('the glob %s is accepted', (glob) => {
    const { eligible } = preview(`eligible: { base: ${JSON.stringify(glob)} }`);
    expect(eligible.base).toEqual([glob]);
  });

  test.each([['\r\n'], ['\n']])('lines may end in %j', (end) => {
    const text = ['\uFEFFpreview:', '  id: pull-request', ''].join(end);
    expect(parseConfiguration(text, file).preview.id).toBe('pull-request');
  });

  test('names of object methods are ordinary names', () => {
    expect(preview('services: { tostring: {} }').services[0]?.name).toBe('tostring');
    const { local } =
      preview('local: { env: { toString: x, hasOwnProperty: y } }').services[0] ?? {};
    expect(local?.env).toEqual({ toString: 'x', hasOwnProperty: 'y' });
  });
});

describe('whatever the text', () => {
  const words = fc.constantFrom(
    ...['preview', 'eligible', 'services', 'local', 'env', 'host', 'max', 'base', 'drafts', 'web'],
    ...[': ', ':', '\n', '\n  ', '\n    ', '- ', '[', ']', '{', '}', ', ', '"', "'", '&a ', '*a'],
    ...['<<', '!x ', '!!set ', '? ', '| ', '> ', '#', '\t', '---\n', '...\n', '%YAML 1.1\n', '~'],
    ...[
      '{id}',
      '**',
      '7d',
      'yes',
      'true',
      '1',
      '.nan',
      '__proto__',
      '\uFEFF',
      '\uD800',
      '\0',
      '\r',
    ],
  );
  const json = fc.jsonValue({ maxDepth: 4 });

  function outcome(text: string): unknown {
    try {
      return parseConfiguration(text, file);
    } catch (error) {
      return error;
    }
  }

  test.each([
    ['of any characters', fc.string({ unit: 'binary', maxLength: 200 })],
    ['of the words of the file', fc.array(words, { maxLength: 40 }).map((parts) => parts.join(''))],
    ['of JSON', json.map((value) => JSON.stringify(value))],
    ['of JSON under preview', json.map((value) => JSON.stringify({ preview: value }))],
    [
      'of JSON under each key',
      fc
        .dictionary(
          fc.constantFrom(
            ...['id', 'host', 'environment', 'eligible', 'expire-after', 'probe', 'target'],
            ...['local', 'services', 'cloudformation', 'kubernetes'],
          ),
          fc.oneof(
            json,
            fc.dictionary(
              fc.constantFrom(
                ...[
                  'env',
                  'drafts',
                  'branches',
                  'web',
                  'parameters',
                  'tags',
                  'expand',
                  'mode',
                  'rollback',
                  ...['app', 'namespace', 'quota', 'manifests', 'images'],
                ],
              ),
              json,
            ),
          ),
        )
        .map((value) => JSON.stringify({ preview: value })),
    ],
  ])('%s, the outcome is a configuration or a UserError with places', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const result = outcome(text);
        if (!(result instanceof Error)) return expect(result).toHaveProperty('preview.services');
        expect(result).toBeInstanceOf(UserError);
        const { problems } = result as UserError;
        for (const { location } of problems) expect(location).toMatchObject({ file });
        expect(problems[0]?.location?.line).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});
