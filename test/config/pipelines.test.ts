import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { parseConfiguration } from '../../src/config/parse.ts';
import { type Duration, instant, parseDuration } from '../../src/core/time.ts';
import { UserError } from '../../src/core/user-error.ts';
import { emptyRecord, stageRecord } from '../../src/promotion/records/record.ts';
import { decodeRecord, encodeRecord } from '../../src/promotion/records/stored-record.ts';
import { checkStages } from '../../src/promotion/stage-graph.ts';
import { hold } from '../../src/promotion/transitions/hold.ts';
import { parseLocal } from '../../src/promotion/windows/calendar.ts';
import { parseWindowRule } from '../../src/promotion/windows/window-rule.ts';

const file = '.github/understudy.yml';
const length = (text: string) => parseDuration(text) as Duration;

/** The pipeline named app. */
function app(...lines: string[]) {
  const text = ['pipelines:', '  app:', ...lines.map((line) => `    ${line}`)].join('\n');
  const found = parseConfiguration(text, file).pipelines.app;
  if (!found) throw new Error('there is no such pipeline');
  return found;
}

/** The one stage of a pipeline that has nothing else to say. */
function only(stage: string, versions = '{ branch: main }') {
  const { pipeline, stages } = app(`versions: ${versions}`, `stages: [${stage}]`);
  const [first] = pipeline.stages;
  const settings = stages[first?.name ?? ''];
  if (!first || !settings) throw new Error('there is no such stage');
  return { ...first, ...settings };
}

/** All that the file can say. */
const whole = `
pipelines:
  app:
    versions: { branch: main, checks: [build, "test (20)"] }
    order: queue
    finish-within: 3d
    stages:
      - name: staging
        observe: { http: { url: "https://staging.example.com/version", version: build.commit, expect: 200, within: 5s } }
        via: { dispatch: { workflow: deploy.yml, ref: "{version}", inputs: { version: "{version}", region: 1.10, dry-run: false } } }
      - name: eu
        environment: Production EU
        url: https://eu.example.com
        after: staging
        observe: { kubernetes: { context: eu, namespace: web, kind: StatefulSet, name: web, version: { label: app.kubernetes.io/version } } }
        via:
          pull-request:
            edits:
              - { file: envs/eu.yaml, path: "images[name=web].newTag", where: { kind: Kustomization, replicas: 3 } }
              - { file: envs/eu.json, path: /image/tag, part: tag, matches: 2, value: "v{version}" }
              - { file: envs/eu.yaml, marker: "promote:eu", value: "{short-commit}" }
              - { file: eu/kustomization.yaml, kustomize: registry.example.com:5000/web }
            base: release
            title: "Promote {version} to {environment}"
            body: "From {previous}: {changelog}"
            message: "Promote {version}"
            labels: promotion
            reviewers: [octocat, team:maintainers]
            auto-merge: true
        gates:
          soak: 1h
          windows:
            allow: ["Mon-Thu 09:00-16:00", { rrule: "RRULE:FREQ=MONTHLY;BYDAY=1SA", start: 2026-11-07T08:00, length: 2h }]
            deny: 2026-12-24
            timezone: Europe/Berlin
            at-most: 1
          checks: e2e
          approval: { by: ["@octocat", write, maintainers], count: 2, self: true, expire-after: 2d }
          verification:
            runs:
              - { name: smoke, http: "https://staging.example.com/?of={commit}", expect: 204, timeout: 20s }
              - { name: e2e, command: [npm, run, e2e, --, 5] }
            valid-for: 1d
        timeout: 2h
        retry: { attempts: 5, delay: 30s, longest: 10m }
      - name: us
        after: [staging]
        observe: { cloudformation: { stack: web, region: us-east-1, version: { parameter: ImageTag } } }
        via: { ref: heads/us }
        arrival: reported
      - name: done
        after: [eu, us]
        need: any
        observe: { file: { file: done.yaml, path: version } }
  releases:
    versions: { releases: any }
    stages: [{ name: live, via: { release: { latest: false } } }]
`;

describe('pipelines', () => {
  test('are none where the file has none', () => {
    expect(parseConfiguration('preview: {}', file).pipelines).toStrictEqual({});
  });

  test('are read as the contract has them', () => {
    const read = app(
      'versions: { branch: main, checks: [build] }',
      'order: newest',
      'stages:',
      '  - name: staging',
      '    environment: staging',
      '    observe: deployments',
      '    via: outputs',
      '  - name: production',
      '    environment: production',
      '    after: [staging]',
      '    gates:',
      '      soak: 24h',
      '      windows: { allow: ["Mon-Thu 09:00-16:00"], deny: ["2026-12-20/2027-01-05"], timezone: Europe/Berlin, at-most: 2 }',
      '      checks: [e2e]',
      '      approval: { by: [maintainers], count: 1 }',
      '    via: { pull-request: { edits: [{ file: envs/production.yaml, path: image.tag, value: "{version}" }], auto-merge: false } }',
      '    retry: { attempts: 3 }',
    );
    const retry = { attempts: 3, delay: length('1m'), longest: length('1h') };
    expect(read).toStrictEqual({
      pipeline: {
        name: 'app',
        requiredChecks: ['build'],
        order: 'newest',
        finishWithin: length('7d'),
        stages: [
          {
            name: 'staging',
            after: [],
            need: 'all',
            via: 'outputs',
            arrival: 'reported',
            gates: {},
            retry,
            timeout: length('1h'),
          },
          {
            name: 'production',
            after: ['staging'],
            need: 'all',
            via: 'pull-request',
            arrival: 'observed',
            reportEnds: true,
            gates: {
              soak: length('24h'),
              windows: {
                allow: [parseWindowRule('Mon-Thu 09:00-16:00')],
                deny: [parseWindowRule('2026-12-20/2027-01-05')],
                timezone: 'Europe/Berlin',
                atMost: 2,
              },
              checks: ['e2e'],
              approval: { by: ['maintainers'], count: 1, self: false },
            },
            retry,
            timeout: length('1h'),
          },
        ],
      },
      versions: { from: 'branch', branch: 'main' },
      stages: {
        staging: {
          environment: 'staging',
          observe: { from: 'deployments' },
          way: { via: 'outputs' },
          verifications: [],
        },
        production: {
          environment: 'production',
          observe: { from: 'deployments' },
          way: {
            via: 'pull-request',
            edits: [
              {
                file: 'envs/production.yaml',
                edit: { kind: 'path', path: 'image.tag', value: '{version}' },
              },
            ],
            base: 'main',
            labels: [],
            reviewers: [],
            draft: false,
          },
          verifications: [],
        },
      },
    });
  });

  test('have a default for all but versions and the names of stages', () => {
    expect(app('versions: { branch: trunk }', 'stages: [{ name: live }]')).toStrictEqual({
      pipeline: {
        name: 'app',
        requiredChecks: [],
        order: 'newest',
        finishWithin: length('7d'),
        stages: [
          {
            name: 'live',
            after: [],
            need: 'all',
            via: 'outputs',
            arrival: 'reported',
            gates: {},
            retry: { attempts: 3, delay: length('1m'), longest: length('1h') },
            timeout: length('1h'),
          },
        ],
      },
      versions: { from: 'branch', branch: 'trunk' },
      stages: {
        live: {
          environment: 'live',
          observe: { from: 'deployments' },
          way: { via: 'outputs' },
          verifications: [],
        },
      },
    });
  });

  test('keep the order of the file, and are named by it', () => {
    const { pipelines } = parseConfiguration(whole, file);
    expect(Object.keys(pipelines)).toEqual(['app', 'releases']);
    expect(pipelines.app?.pipeline.stages.map(({ name }) => name)).toEqual([
      'staging',
      'eu',
      'us',
      'done',
    ]);
    expect(Object.keys(pipelines.app?.stages ?? {})).toEqual(['staging', 'eu', 'us', 'done']);
    expect(checkStages(pipelines.app?.pipeline.stages ?? [])).toEqual([]);
  });

  test('may share an environment with one another', () => {
    const one = 'versions: { branch: main }, stages: [{ name: live }]';
    const { pipelines } = parseConfiguration(`pipelines: { a: { ${one} }, b: { ${one} } }`, file);
    expect(Object.values(pipelines).map(({ stages }) => stages.live?.environment)).toEqual([
      'live',
      'live',
    ]);
  });
});

describe('versions', () => {
  test.each([
    ['{ tags: "v*" }', { from: 'tags', pattern: 'v*' }],
    ['{ releases: prerelease }', { from: 'releases', which: 'prerelease' }],
    ['{ deployments: dev }', { from: 'deployments', environment: 'dev', branch: 'main' }],
    [
      '{ deployments: dev, branch: trunk }',
      { from: 'deployments', environment: 'dev', branch: 'trunk' },
    ],
  ])('%s', (text, source) => {
    const { versions, pipeline } = app(`versions: ${text}`, 'stages: [{ name: live }]');
    expect(versions).toStrictEqual(source);
    expect(pipeline.requiredChecks).toEqual([]);
  });
});

describe('a stage', () => {
  test.each([
    ['outputs', 'reported'],
    ['{ dispatch: deploy.yml }', 'reported'],
    ['{ ref: tags/live }', 'reported'],
    ['{ pull-request: { edits: [{ file: a.yaml, path: b }] } }', 'observed'],
  ])('that acts by %s is %s unless it says otherwise', (via, arrival) => {
    expect(only(`{ name: live, via: ${via} }`).arrival).toBe(arrival);
    const other = arrival === 'reported' ? 'observed' : 'reported';
    expect(only(`{ name: live, arrival: ${other}, via: ${via} }`).arrival).toBe(other);
  });

  test.each([
    [
      'ref',
      '{ name: live, via: { ref: tags/live }, observe: { ref: tags/live } }',
      '{ branch: main }',
    ],
    ['ref', '{ name: live, via: { ref: tags/live }, observe: deployments }', '{ branch: main }'],
    ['release', '{ name: live, via: release, observe: deployments }', '{ releases: any }'],
  ])('that acts by %s is waited for where it is said how it is seen', (_, stage, versions) => {
    expect(only(stage, versions).arrival).toBe('observed');
  });

  test('that acts by release has its version once the release is out', () => {
    expect(only('{ name: live, via: release }', '{ releases: any }')).toMatchObject({
      arrival: 'reported',
      observe: { from: 'deployments' },
    });
  });

  test('says who it is to people', () => {
    const stage =
      '{ name: eu, environment: Production EU, url: "https://x.org", deployment: true }';
    expect(only(stage)).toMatchObject({
      name: 'eu',
      environment: 'Production EU',
      url: 'https://x.org',
      deployment: true,
    });
  });

  test('comes after one or several, all of them or any', () => {
    const [, one, several] = app(
      'versions: { branch: main }',
      'stages: [{ name: a }, { name: b, after: a }, { name: c, after: [a, b], need: any }]',
    ).pipeline.stages;
    expect(one).toMatchObject({ after: ['a'], need: 'all' });
    expect(several).toMatchObject({ after: ['a', 'b'], need: 'any' });
  });
});

describe('observed', () => {
  const within = length('10s');
  test.each([
    ['deployments', { from: 'deployments' }],
    ['{ ref: tags/live }', { from: 'ref', ref: 'tags/live' }],
    [
      '{ file: { file: a.yaml, path: image.tag } }',
      { from: 'file', file: 'a.yaml', branch: 'main', path: 'image.tag' },
    ],
    [
      '{ file: { file: a.json, path: /a/0, branch: env/live } }',
      { from: 'file', file: 'a.json', branch: 'env/live', path: '/a/0' },
    ],
    [
      '{ http: { url: "https://x.org/v", version: build.commit } }',
      { from: 'http', url: 'https://x.org/v', version: { json: 'build.commit' }, within },
    ],
    [
      '{ http: { url: "http://x:80", version: { header: x-version }, expect: 204, within: 1m } }',
      {
        from: 'http',
        url: 'http://x:80',
        version: { header: 'x-version' },
        expect: 204,
        within: length('1m'),
      },
    ],
    [
      '{ http: { url: "https://x.org/v", version: { json: a } } }',
      { from: 'http', url: 'https://x.org/v', version: { json: 'a' }, within },
    ],
    [
      '{ cloudformation: { stack: web, version: { output: Version } } }',
      { from: 'cloudformation', stack: 'web', version: { kind: 'output', name: 'Version' } },
    ],
    [
      '{ cloudformation: { stack: web, region: eu-west-1, version: { tag: "app:version" } } }',
      {
        from: 'cloudformation',
        stack: 'web',
        region: 'eu-west-1',
        version: { kind: 'tag', name: 'app:version' },
      },
    ],
    [
      '{ kubernetes: { namespace: web, name: api } }',
      { from: 'kubernetes', namespace: 'web', kind: 'Deployment', name: 'api', version: {} },
    ],
    [
      '{ kubernetes: { context: eu, namespace: web, kind: DaemonSet, name: api, version: { container: main } } }',
      {
        from: 'kubernetes',
        context: 'eu',
        namespace: 'web',
        kind: 'DaemonSet',
        name: 'api',
        version: { container: 'main' },
      },
    ],
  ])('by %s', (text, observe) => {
    expect(only(`{ name: live, observe: ${text} }`).observe).toStrictEqual(observe);
  });

  test('by a file on the branch of the versions, else on main', () => {
    const stage = '{ name: live, observe: { file: { file: a.yaml, path: b } } }';
    expect(only(stage, '{ branch: trunk }').observe).toMatchObject({ branch: 'trunk' });
    expect(only(stage, '{ tags: "v*" }').observe).toMatchObject({ branch: 'main' });
  });
});

describe('acted upon', () => {
  const edit = { kind: 'path', path: 'b', value: '{version}' };
  const pullRequest = {
    via: 'pull-request',
    edits: [{ file: 'a.yaml', edit }],
    base: 'trunk',
    labels: [],
    reviewers: [],
    draft: false,
  };
  const edits = 'edits: [{ file: a.yaml, path: b }]';
  test.each([
    ['outputs', { via: 'outputs' }],
    [
      '{ dispatch: deploy.yml }',
      { via: 'dispatch', workflow: 'deploy.yml', ref: 'trunk', inputs: {} },
    ],
    [
      '{ dispatch: { workflow: a.yaml, ref: "v{version}", inputs: { a: 1.10, b: true, c: "{commit}", promotion: "{promotion}-a{attempt}" } } }',
      {
        via: 'dispatch',
        workflow: 'a.yaml',
        ref: 'v{version}',
        inputs: { a: '1.10', b: 'true', c: '{commit}', promotion: '{promotion}-a{attempt}' },
      },
    ],
    [`{ pull-request: { ${edits} } }`, pullRequest],
    [`{ pull-request: { ${edits}, auto-merge: true } }`, { ...pullRequest, merge: 'merge' }],
    [
      `{ pull-request: { ${edits}, auto-merge: rebase, labels: a, reviewers: [b, team:c] } }`,
      { ...pullRequest, merge: 'rebase', labels: ['a'], reviewers: ['b', 'team:c'] },
    ],
    [
      `{ pull-request: { ${edits}, draft: true, base: prod, title: "{version}", body: "{{ a }}", message: m } }`,
      {
        ...pullRequest,
        draft: true,
        base: 'prod',
        title: '{version}',
        body: '{{ a }}',
        message: 'm',
      },
    ],
    ['{ ref: heads/live }', { via: 'ref', ref: 'heads/live' }],
  ])('by %s', (text, way) => {
    const { via, way: read } = only(`{ name: live, via: ${text} }`, '{ branch: trunk }');
    expect(read).toStrictEqual(way);
    expect(via).toBe(way.via);
  });

  test.each([
    ['release', true],
    ['{ release: {} }', true],
    ['{ release: { latest: false } }', false],
  ])('by %s', (text, latest) => {
    for (const which of ['prerelease', 'any'])
      expect(only(`{ name: live, via: ${text} }`, `{ releases: ${which} }`).way).toStrictEqual({
        via: 'release',
        latest,
      });
  });

  test.each([
    ['path: a.b, part: tag', { kind: 'path', path: 'a.b', value: '{version}', part: 'tag' }],
    [
      'path: a, matches: 2, where: { kind: Deployment, spec.replicas: 1.10 }',
      {
        kind: 'path',
        path: 'a',
        value: '{version}',
        matches: 2,
        where: { kind: 'Deployment', 'spec.replicas': '1.10' },
      },
    ],
    ['marker: m, value: "v{version}"', { kind: 'marker', marker: 'm', value: 'v{version}' }],
    [
      'kustomize: r.io:5000/web',
      { kind: 'kustomize', image: 'r.io:5000/web', set: 'newTag', value: '{version}' },
    ],
    [
      'kustomize: web, part: digest, value: "sha256:{commit}"',
      { kind: 'kustomize', image: 'web', set: 'digest', value: 'sha256:{commit}' },
    ],
  ])('by an edit: %s', (text, expected) => {
    const { way } = only(
      `{ name: live, via: { pull-request: { edits: [{ file: a.yaml, ${text} }] } } }`,
    );
    expect(way).toMatchObject({ edits: [{ file: 'a.yaml' }] });
    expect(way.via === 'pull-request' && way.edits[0]?.edit).toStrictEqual(expected);
  });

  test('by edits of which one is the same for every version', () => {
    const { way } = only(
      '{ name: live, via: { pull-request: { edits: [{ file: a.yaml, path: on, value: true }, { file: a.yaml, path: b }] } } }',
    );
    expect(way).toMatchObject({ edits: [{ edit: { value: 'true' } }, { edit }] });
  });
});

describe('gates', () => {
  const gates = (text: string) =>
    app(
      'versions: { branch: main }',
      `stages: [{ name: a }, { name: b, after: a, gates: { ${text} } }]`,
    ).pipeline.stages[1]?.gates;

  test('that are not there are not asked', () => {
    expect(gates('')).toStrictEqual({});
    expect(gates('checks: []')).toStrictEqual({});
  });

  test('take windows by themselves or in a list, and UTC', () => {
    const rule = parseWindowRule('Sat,Sun');
    for (const allow of ['"Sat,Sun"', '["Sat,Sun"]'])
      expect(gates(`windows: { allow: ${allow} }`)).toStrictEqual({
        windows: { allow: [rule], deny: [], timezone: 'UTC' },
      });
  });

  test.each(['FREQ=MONTHLY;BYDAY=1MO', 'RRULE:FREQ=MONTHLY;BYDAY=1MO', 'freq=monthly;byday=1mo'])(
    'take windows that recur by %s',
    (rrule) => {
      expect(
        gates(`windows: { deny: [{ rrule: "${rrule}", start: 2026-11-02T09:00, length: 8h }] }`),
      ).toStrictEqual({
        windows: {
          allow: [],
          deny: [
            {
              kind: 'recurrence',
              text: `${rrule} for 8h`,
              rule: 'FREQ=MONTHLY;BYDAY=1MO',
              start: parseLocal('2026-11-02T09:00')?.time,
              length: length('8h'),
            },
          ],
          timezone: 'UTC',
        },
      });
    },
  );

  test.each([
    'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,25,26',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH;UNTIL=20271224T000000Z',
    'FREQ=DAILY;COUNT=10;BYHOUR=9,14;BYMINUTE=30',
    'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
    'FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
    'FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,-1',
  ])('take %s of RFC 5545', (rrule) => {
    const windows = `{ deny: [{ rrule: "${rrule}", start: 2026-11-02, length: 1d }] }`;
    expect(gates(`windows: ${windows}`)).toMatchObject({ windows: { deny: [{ rule: rrule }] } });
  });

  test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'CET'])(
    'take the time zone %s',
    (timezone) => {
      expect(gates(`windows: { allow: Sat, timezone: ${timezone} }`)).toMatchObject({
        windows: { timezone },
      });
    },
  );

  test('take an approval of one with write access who did not make it', () => {
    expect(gates('approval: {}')).toStrictEqual({
      approval: { by: ['write'], count: 1, self: false },
    });
    expect(
      gates('approval: { by: "@octocat", count: 1, self: true, expire-after: 2d }'),
    ).toStrictEqual({
      approval: { by: ['@octocat'], count: 1, self: true, expireAfter: length('2d') },
    });
  });

  test('take verifications by name, with how each is made', () => {
    const { gates: read, verifications } = only(
      '{ name: live, gates: { verification: { valid-for: 1d, runs: [{ name: up, http: "https://x.org/{version}" }, { name: e2e, command: [npm, test, 5] }, { name: slow, http: "https://x.org", expect: 204, timeout: 5m }] } } }',
    );
    expect(read).toStrictEqual({
      verification: { names: ['up', 'e2e', 'slow'], validFor: length('1d') },
    });
    expect(verifications).toStrictEqual([
      { name: 'up', kind: 'http', url: 'https://x.org/{version}', timeout: length('30s') },
      { name: 'e2e', kind: 'command', command: ['npm', 'test', '5'], timeout: length('10m') },
      { name: 'slow', kind: 'http', url: 'https://x.org', expect: 204, timeout: length('5m') },
    ]);
  });
});

test('every name that a stage may have is one under which the record keeps what it is told', () => {
  for (const name of [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'then']) {
    try {
      only(`{ name: ${name} }`);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      continue;
    }
    const held = hold(emptyRecord('app'), name, { by: 'ada', at: instant(0), why: 'a test' });
    const kept = stageRecord(decodeRecord(encodeRecord(held.record)), name);
    expect([name, kept.hold?.by]).toEqual([name, 'ada']);
  }
});

test('an address with a password is refused without being shown', () => {
  const refused = [
    'observe: { http: { url: "https://me:hunter2@example.com", version: v } }',
    'url: "https://me:hunter2@example.com"',
    'gates: { verification: { runs: [{ name: a, http: "https://hunter2@example.com" }] } }',
  ].map((line) => {
    try {
      only(`{ name: live, ${line} }`);
    } catch (error) {
      return error as UserError;
    }
    throw new Error('it was accepted');
  });
  for (const { message, problems } of refused) {
    expect(message).toContain('holds a name or password');
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  }
});

test('a file with anything anywhere is read, or refused with problems that people can read', () => {
  const places: (string | number)[][] = [];
  const visit = (value: unknown, path: (string | number)[]) => {
    places.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value))
      visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  visit(parse(whole), []);
  const odd = fc.oneof(
    fc.constantFrom(null, '', 'x', 0, -1, true, [], {}, [[]], [{}], { x: 1 }, '{x}', 'a\nb'),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places.slice(1)), odd, fc.boolean(), (path, value, isAdded) => {
      const changed = parse(whole);
      const above = path.slice(0, -1).reduce((node, key) => node[key], changed);
      const key = path.at(-1) ?? '';
      if (isAdded && !Array.isArray(above)) above.odd = value;
      else above[key] = value;
      try {
        parseConfiguration(stringify(changed), file);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        for (const { message, hint, location } of error.problems) {
          expect(message).not.toMatch(/undefined|\[object|Invalid (key|type)|\n/);
          expect(hint).toMatch(/^[A-Z].*\.$/s);
          expect(location?.line).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 300 },
  );
});
