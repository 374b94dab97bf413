import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../src/config/parse.ts';

const file = '.github/understudy.yml';
const parameterOf = (name: string) => ['$', `{${name}}`].join('');

function services(...lines: string[]) {
  const text = ['preview:', ...lines.map((line) => `  ${line}`)].join('\n');
  return parseConfiguration(text, file).preview.services;
}

function settings(...lines: string[]) {
  const [service] = services(
    'cloudformation:',
    '  template: a.yaml',
    ...lines.map((line) => `  ${line}`),
  );
  return service?.cloudformation;
}

test('the smallest section means a stack for each preview', () => {
  const text = 'preview: { target: cloudformation, cloudformation: { template: infra/a.yaml } }';
  const { target, targets, services: all } = parseConfiguration(text, file).preview;
  expect({ target, targets }).toEqual({ target: 'cloudformation', targets: ['cloudformation'] });
  expect(all).toMatchObject([{ name: 'app', target: 'cloudformation', host: undefined }]);
  expect(all[0]?.stackName).toBeUndefined();
  expect(all[0]?.cloudformation).toStrictEqual({
    mode: 'stack',
    template: 'infra/a.yaml',
    parameters: {},
    overrides: {},
    tags: {},
    capabilities: [],
    s3Prefix: 'understudy',
    notificationArns: [],
    terminationProtection: false,
    onFailure: 'rollback',
    rollbackTriggers: [],
    monitorMinutes: 0,
    import: [],
    emptyBuckets: false,
    detectDrift: false,
  });
});

test('every key of mode stack is read', () => {
  const alarm = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors';
  const topic = 'arn:aws-cn:sns:cn-north-1:123456789012:events';
  const [service] = services(
    'cloudformation:',
    '  mode: stack',
    '  region: us-gov-west-1',
    '  template: "s3://templates/{sha}/preview.yaml"',
    '  stack-name: "{repository}-pr-{number}"',
    '  parameters: { ImageTag: "{sha}" }',
    '  tags: { team: "{owner}", cost: 0042 }',
    '  capabilities: CAPABILITY_NAMED_IAM',
    '  role-arn: arn:aws-us-gov:iam::123456789012:role/path/deployer',
    '  s3-bucket: my.templates',
    '  s3-prefix: /previews/templates/',
    `  notification-arns: ${topic}`,
    '  termination-protection: true',
    '  on-failure: keep',
    `  rollback: { alarms: [${alarm}], monitor: 1h }`,
    '  import: [{ type: AWS::S3::Bucket, logical-id: Files, identifier: { BucketName: files } }]',
    '  empty-buckets: true',
    '  detect-drift: true',
    '  url: output:Url',
  );
  expect(service?.stackName).toBe('{repository}-pr-{number}');
  expect(service?.cloudformation).toStrictEqual({
    mode: 'stack',
    region: 'us-gov-west-1',
    template: 's3://templates/{sha}/preview.yaml',
    parameters: { ImageTag: '{sha}' },
    overrides: {},
    tags: { team: '{owner}', cost: '0042' },
    capabilities: ['CAPABILITY_NAMED_IAM'],
    roleArn: 'arn:aws-us-gov:iam::123456789012:role/path/deployer',
    s3Bucket: 'my.templates',
    s3Prefix: 'previews/templates',
    notificationArns: [topic],
    terminationProtection: true,
    onFailure: 'keep',
    rollbackTriggers: [alarm],
    monitorMinutes: 60,
    import: [{ type: 'AWS::S3::Bucket', logicalId: 'Files', identifier: { BucketName: 'files' } }],
    emptyBuckets: true,
    detectDrift: true,
    url: 'output:Url',
  });
});

describe('a parameter', () => {
  test.each([
    ['a text', '"{sha}"', '{sha}'],
    ['an empty text', '""', ''],
    ['a number as it stands', '012345678901', '012345678901'],
    ['a fraction as it stands', '1.10', '1.10'],
    ['a number that is too long for a number', '123456789012345678901', '123456789012345678901'],
    ['a boolean', 'true', 'true'],
    ['a list, joined by commas', '[subnet-1, 02, true]', 'subnet-1,02,true'],
    ['an empty list', '[]', ''],
    ['a mapping, as JSON', '{ a: 1.5, b: ["{slug}"], c: ~ }', '{"a":1.5,"b":["{slug}"],"c":null}'],
    ['JSON as text, with its own braces', `'{"a": {"b": 1}}'`, '{"a": {"b": 1}}'],
    ['text of CloudFormation', `"{id}.${parameterOf('AWS::Region')}"`, '{id}.$' + '{AWS::Region}'],
    ['a text with commas and equals signs', '"a=1,b=2"', 'a=1,b=2'],
    ['lines', '"a\\nb"', 'a\nb'],
    ['an image that the run is given', '"{image} {digest}"', '{image} {digest}'],
  ])('may be %s', (_, written, value) => {
    expect(settings(`parameters: { Value: ${written} }`)?.parameters).toEqual({ Value: value });
  });

  test('may be a file of the repository', () => {
    const { parameters } = settings('parameters: { Policy: { file: "infra/policy.json" } }') ?? {};
    expect(parameters).toEqual({ Policy: { file: 'infra/policy.json' } });
  });
});

describe('services', () => {
  test('inherit key by key, and add parameters and tags', () => {
    const [web, api] = services(
      'cloudformation: { template: a.yaml, parameters: { A: 1, B: 1 }, tags: { x: y }, stack-name: "{service}-{id}" }',
      'services:',
      '  web: { cloudformation: { parameters: { B: 2 }, tags: { z: z }, url: output:Web } }',
      '  api: { cloudformation: { template: b.yaml } }',
    );
    expect(web?.cloudformation).toMatchObject({
      template: 'a.yaml',
      parameters: { A: '1', B: '2' },
      tags: { x: 'y', z: 'z' },
      url: 'output:Web',
    });
    expect(api?.cloudformation).toMatchObject({ template: 'b.yaml', parameters: { A: '1' } });
    expect(api?.stackName).toBe('{service}-{id}');
  });

  test('may share one stack when only their addresses differ', () => {
    const all = services(
      'cloudformation: { template: a.yaml, parameters: { Tag: "{sha}" } }',
      'services:',
      '  web: { cloudformation: { url: output:Web } }',
      '  api: { cloudformation: { url: output:Api } }',
    );
    expect(all.map(({ cloudformation }) => cloudformation?.url)).toEqual([
      'output:Web',
      'output:Api',
    ]);
  });

  test('run each on its own target', () => {
    const text = `preview:
  target: { web: cloudformation, docs: local }
  cloudformation: { template: a.yaml }
  services: { docs: {}, web: {} }
`;
    const { target, targets, services: all } = parseConfiguration(text, file).preview;
    expect(all.map((service) => service.target)).toEqual(['local', 'cloudformation']);
    expect({ target, targets }).toEqual({ target: 'local', targets: ['local', 'cloudformation'] });
  });

  test('own word on the target is nearer than the map', () => {
    const [web] = services(
      'target: { web: cloudformation }',
      'services: { web: { target: local } }',
    );
    expect(web?.target).toBe('local');
  });
});

describe('without a target', () => {
  test.each([
    ['only that section stands', ['cloudformation: { template: a.yaml }'], 'cloudformation'],
    ['both sections stand', ['cloudformation: { template: a.yaml }', 'local: {}'], 'local'],
    ['neither section stands', ['id: pull-request'], 'local'],
  ])('%s', (_, lines, target) => {
    expect(services(...lines)[0]?.target).toBe(target);
  });
});

test('a section that lacks something is no fault where nothing runs on it', () => {
  const [app] = services('target: local', 'cloudformation: { region: eu-west-1 }');
  expect(app?.cloudformation).toBeUndefined();
});

describe('mode expand', () => {
  const expand = [
    'cloudformation:',
    '  mode: expand',
    '  region: eu-west-1',
    '  expand:',
    '    stack: lite-testing',
    '    resources: [Service, TaskDefinition, DomainRecord, TargetGroup, ListenerRule]',
    `    domain: "{id}.lite.${parameterOf('Environment')}.splits.org"`,
    '    priorities: 12001-12999',
  ];

  test('may be written beside mode stack, ready for the day of the change', () => {
    const template = '  template: a.yaml';
    const ready = expand.map((line) => line.replace('mode: expand', 'mode: stack'));
    expect(services(...ready, template)[0]?.cloudformation).not.toHaveProperty('expand');
    const named = '  stack-name: "x-{id}"';
    expect(services(...expand, template, named)[0]?.cloudformation?.mode).toBe('expand');
    expect(() => services(...expand.filter((line) => !line.includes('mode')), template)).toThrow(
      'it has no effect in mode stack',
    );
  });

  test('has defaults for all that the contract leaves open', () => {
    const [app] = services(...expand);
    expect(app?.host).toBeUndefined();
    expect(app?.cloudformation?.expand).toStrictEqual({
      stack: 'lite-testing',
      resources: ['Service', 'TaskDefinition', 'DomainRecord', 'TargetGroup', 'ListenerRule'],
      domain: `{id}.lite.${parameterOf('Environment')}.splits.org`,
      image: '{sha}',
      priorities: { from: 12_001, to: 12_999 },
      requireImage: 'none',
      outputs: [],
      attempts: 2,
    });
  });

  test('reads every further key', () => {
    const [app] = services(
      ...expand,
      '    service: lite',
      '    image: "{image}"',
      '    containers: app',
      '    require-image: "https://registry.example.com/{sha}"',
      '    outputs: Url',
      '    attempts: 5',
      '    root: { folder: cloudformation/, template: index.yaml }',
      '    releases: releases/service/',
    );
    expect(app?.cloudformation?.expand).toMatchObject({
      service: 'lite',
      image: '{image}',
      containers: ['app'],
      requireImage: 'https://registry.example.com/{sha}',
      outputs: ['Url'],
      attempts: 5,
      root: { folder: 'cloudformation', template: 'index.yaml' },
      releases: 'releases/service',
    });
  });

  test('takes domain and host from one another where nothing of CloudFormation is in them', () => {
    const [byDomain] = services(
      'cloudformation: { mode: expand, expand: { stack: t, resources: A, domain: "{id}.x.org", priorities: 1-9 } }',
    );
    const [byHost] = services(
      'host: "{id}.y.org"',
      'cloudformation: { mode: expand, expand: { stack: t, resources: A, priorities: 1-9 } }',
    );
    expect(byDomain?.host).toBe('{id}.x.org');
    expect(byHost?.cloudformation?.expand?.domain).toBe('{id}.y.org');
  });

  test('a service overrides it key by key', () => {
    const [web, api] = services(
      ...expand,
      'services:',
      '  web: { cloudformation: { expand: { service: web, resources: [WebService] } } }',
      '  api: { cloudformation: { expand: { resources: [ApiService], attempts: 1 } } }',
    );
    expect(web?.cloudformation?.expand).toMatchObject({
      stack: 'lite-testing',
      service: 'web',
      resources: ['WebService'],
      attempts: 2,
    });
    expect(api?.cloudformation?.expand).toMatchObject({ resources: ['ApiService'], attempts: 1 });
  });

  test('stands beside services of mode stack', () => {
    const [web, api] = services(
      'cloudformation: { template: a.yaml, expand: { stack: t, resources: A, domain: "{id}.x.org", priorities: 1-9 } }',
      'services: { web: { cloudformation: { mode: expand } }, api: {} }',
    );
    expect(web?.cloudformation?.mode).toBe('expand');
    expect(api?.cloudformation).not.toHaveProperty('expand');
  });
});
