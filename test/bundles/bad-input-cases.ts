import { promoteCases } from './promote-cases.ts';
import type { Step } from './spawn-action.ts';

/** Something a user can do wrong, and what must be said about each fault of it. */
export interface BadCase {
  readonly name: string;
  readonly step: Step;
  /** One for each annotation, in order. */
  readonly errors: readonly RegExp[];
}

const sha = 'a'.repeat(40);
const pull = {
  number: 7,
  state: 'open',
  draft: false,
  title: 'Add a cart',
  user: { login: 'octocat' },
  labels: [],
  head: { ref: 'cart', sha, repo: { full_name: 'acme/shop' } },
  base: { ref: 'main', sha: '0'.repeat(40), repo: { full_name: 'acme/shop' } },
};

/** The payload of a pull request event. */
export function pullRequestEvent(overrides: object = {}, action = 'opened') {
  return { action, number: 7, pull_request: { ...pull, ...overrides } };
}

type Action = Step['action'];

/** Cases of one input of an action that is otherwise well. */
function inputCases(
  action: Action,
  name: string,
  values: readonly string[],
  allowed: RegExp,
): BadCase[] {
  return values.map((value) => ({
    name: `${action}: ${name} ${JSON.stringify(value.slice(0, 60))}`,
    step: { action, inputs: { [name]: value }, payload: pullRequestEvent() },
    errors: [new RegExp(`input ${name} is .*allowed: .*${allowed.source}`)],
  }));
}

const inputs: readonly BadCase[] = [
  ...inputCases('compute-preview-id', 'length', ['3', '17', 'eight', '8.5', '-8'], /from 4 to 16/),
  ...inputCases(
    'compute-preview-id',
    'id',
    ['Branch-Hash', 'hash', 'pr', '__proto__'],
    /branch-hash, pull-request/,
  ),
  ...inputCases(
    'compute-preview-id',
    'check-collisions',
    ['yes', '1', 'tru', 'on'],
    /true or false/,
  ),
  ...inputCases(
    'compute-preview-id',
    'pull-request',
    ['0', '-1', 'seven', '#7', '1.5', '99999999999', '7 8'],
    /a whole number/,
  ),
  ...inputCases(
    'compute-preview-id',
    'branch',
    ['a\u0007b', 'a\nb', 'a\u001b[31mb'],
    /without control characters/,
  ),
  ...inputCases(
    'compute-preview-id',
    'config',
    ['../x.yml', '/etc/passwd', 'a/../../b.yml', '..\\x.yml'],
    /without \.\./,
  ),
  ...inputCases(
    'deploy-preview',
    'target',
    ['k8s', 'CloudFormation', 'Local', 'lokal'],
    /local, cloudformation, kubernetes/,
  ),
  ...inputCases(
    'deploy-preview',
    'commit',
    ['abc1234', 'HEAD', `${sha}a`, 'g'.repeat(40), '--upload-pack=x'],
    /40 hex digits/,
  ),
  ...inputCases(
    'deploy-preview',
    'images',
    ['web', 'web=nginx', 'web=nginx:1', 'web=x@sha256:abc', '=x@sha256:1'],
    /service=image@sha256/,
  ),
  ...inputCases('deploy-preview', 'wait', ['yes', '0', 'wait'], /true or false/),
  ...inputCases('deploy-preview', 'comment', ['no', 'never'], /true or false/),
  ...inputCases('deploy-preview', 'deployment', ['enabled'], /true or false/),
  ...inputCases(
    'deploy-preview',
    'dry-run',
    ['y', 'TrUe', '$' + '{{ inputs.dry }}'],
    /true or false/,
  ),
  ...inputCases(
    'deploy-preview',
    'timeout',
    ['30', '0s', '30 min', '1.5h', 'PT30M', '-5m', '1m1h'],
    /a duration/,
  ),
  ...inputCases('deploy-preview', 'timeout', ['6d', '25d', '4000d'], /up to 5d/),
  ...inputCases('deploy-preview', 'pull-request', ['seven', '0'], /a whole number/),
  ...inputCases('teardown-preview', 'mode', ['both', 'ONE', 'all'], /one, sweep/),
  ...inputCases(
    'teardown-preview',
    'preview-id',
    ['xyz', '1D0FD508', '-1d0fd508', 'pr-0', '123', '../../etc', 'a'.repeat(17)],
    /hex digits, or pr-/,
  ),
  ...inputCases('teardown-preview', 'expire-after', ['7', 'week', '0d'], /a duration/),
  ...inputCases(
    'teardown-preview',
    'max-removals',
    ['-1', '10001', 'many', '1e3'],
    /from 0 to 10000/,
  ),
  ...inputCases('teardown-preview', 'wait', ['maybe'], /true or false/),
  ...inputCases('understudy', 'mode', ['deploy'], /one, sweep/),
  ...inputCases('understudy', 'timeout', ['soon'], /a duration/),
  ...inputCases('understudy', 'dry-run', ['dry'], /true or false/),
  ...inputCases('understudy', 'commit', ['main'], /40 hex digits/),
];

const hosts: readonly BadCase[] = [
  ['{nope}.example.com', /host name template .* unknown placeholder \{nope\}/],
  ['{}.example.com', /unknown placeholder \{\}/],
  ['{ID}.example.com', /host name "0D6E4079\.example\.com".* is not allowed/],
  ['{id}..example.com', /host name .* is not allowed/],
  ['https://{id}.example.com', /host name .* is not allowed/],
  [`{id}.${'a'.repeat(64)}.com`, /host name .* 1 to 63/],
  ['a.'.repeat(140), /host name .* 253 in all/],
  ['{number}.example.com', /needs \{number\}, which this run does not know/],
  ['{sha}.example.com', /needs \{sha\}, which this run does not know/],
].map(([host, error]) => ({
  name: `compute-preview-id: host ${JSON.stringify(String(host).slice(0, 40))}`,
  step: {
    action: 'compute-preview-id',
    event: 'push',
    inputs: { branch: 'main', host: String(host) },
  },
  errors: [error as RegExp],
}));

const everyAction = [
  'compute-preview-id',
  'deploy-preview',
  'teardown-preview',
  'understudy',
] as const;

const events: readonly BadCase[] = [
  ['is empty', '', /event\.json is not JSON/],
  ['is cut off', '{"action": "opened"', /event\.json is not JSON/],
  ['is YAML', 'action: opened', /event\.json is not JSON/],
  ['is a list', '[]', /event\.json holds no JSON object/],
  ['is null', 'null', /event\.json holds no JSON object/],
].flatMap(([what, payload, error]) =>
  everyAction.map((action) => ({
    name: `${action}: the event ${what}`,
    step: { action, payload, inputs: action === 'compute-preview-id' ? { branch: 'x' } : {} },
    errors: [error as RegExp],
  })),
);

const shapes: readonly BadCase[] = [
  ['number', { number: '7' }],
  ['number', { number: undefined }],
  ['state', { state: 'draft' }],
  ['head', { head: null }],
  ['head.ref', { head: { ...pull.head, ref: '' } }],
  ['head.sha', { head: { ...pull.head, sha: 'abc1234' } }],
  ['head.sha', { head: { ...pull.head, sha: '--upload-pack=evil' } }],
  ['head.repo', { head: { ...pull.head, repo: 'acme/shop' } }],
  ['base', { base: undefined }],
  ['labels.0', { labels: ['bug'] }],
].flatMap(([field, overrides]) =>
  (['deploy-preview', 'understudy'] as const).map((action) => ({
    name: `${action}: the pull request of the event has a bad ${field} (${JSON.stringify(overrides).slice(0, 50)})`,
    step: { action, payload: pullRequestEvent(overrides as object) },
    errors: [new RegExp(`the event’s pull_request: ${field}`)],
  })),
);

const environments: readonly BadCase[] = everyAction.flatMap((action) => {
  const step = { action, payload: pullRequestEvent() } as const;
  const faulty = (variable: string, value: string): BadCase => ({
    name: `${action}: ${variable} ${JSON.stringify(value)}`,
    step: { ...step, environment: { [variable]: value } },
    errors: [
      new RegExp(`${variable} is ${JSON.stringify(value).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
    ],
  });
  return [
    faulty('GITHUB_REPOSITORY', ''),
    faulty('GITHUB_REPOSITORY', 'shop'),
    faulty('GITHUB_REPOSITORY', 'acme/shop/x'),
    faulty('GITHUB_API_URL', 'api.github.com'),
    faulty('GITHUB_SERVER_URL', 'javascript:alert(1)'),
    ...(action === 'compute-preview-id' ? [] : [faulty('UNDERSTUDY_NOW', 'tomorrow')]),
  ];
});

const files: readonly BadCase[] = [
  [
    'an unknown key',
    'previw: {}\n',
    /^::error file=\.github\/understudy\.yml,line=1,col=1::.*previw/,
  ],
  [
    'a wrong value',
    'preview:\n  id: hash\n',
    /^::error file=\.github\/understudy\.yml,line=2,col=7::/,
  ],
  ['no YAML', 'preview: {\n', /^::error file=\.github\/understudy\.yml,line=/],
  ['a list', '- preview\n', /^::error file=\.github\/understudy\.yml,line=1/],
].flatMap(([what, text, error]) =>
  everyAction.map((action) => ({
    name: `${action}: a configuration with ${what}`,
    step: {
      action,
      payload: pullRequestEvent(),
      files: { '.github/understudy.yml': String(text) },
    },
    errors: [error as RegExp],
  })),
);

const configuration = 'preview: { cloudformation: { template: infra/preview.yaml } }\n';

const parameters: readonly BadCase[] = [
  ['are one word', 's3cret', /input parameters is neither a map of names to values/],
  ['are no YAML', 'Password: [s3cret', /input parameters, line \d+: this is not valid YAML/],
  ['have an alias', 'Password: *s3cret', /input parameters, line 1: this is not valid YAML/],
  ['have a bad name', 'image-tag: s3cret', /line 1: "image-tag" cannot be the name/],
  ['have no value', 'ImageTag:', /line 1: ImageTag has no value/],
  ['name a file', 'Policy: { file: s3cret.json }', /line 1: Policy names a file/],
].flatMap(([what, text, error]) =>
  (['deploy-preview', 'understudy'] as const).map((action) => ({
    name: `${action}: parameters that ${what}`,
    step: {
      action,
      inputs: { parameters: String(text) },
      payload: pullRequestEvent(),
      files: { '.github/understudy.yml': configuration },
    },
    errors: [error as RegExp],
  })),
);

const badParameters: BadCase[] = [
  {
    name: 'understudy: parameters in a step that a command starts',
    step: {
      action: 'understudy',
      event: 'issue_comment',
      inputs: { parameters: 'image-tag: s3cret' },
      payload: {
        action: 'created',
        issue: { number: 7, pull_request: {} },
        comment: { id: 1, body: '/preview', user: { login: 'octocat', type: 'User' } },
      },
    },
    errors: [/line 1: "image-tag" cannot be the name/],
  },
  {
    name: 'deploy-preview: parameters and another input',
    step: {
      action: 'deploy-preview',
      inputs: { parameters: 'image-tag: s3cret', wait: 'yes' },
      payload: pullRequestEvent(),
    },
    errors: [/line 1: "image-tag" cannot be the name/, /input wait is "yes"/],
  },
];

const stacks: readonly BadCase[] = [
  [
    'no template',
    'preview:\n  target: cloudformation\n',
    [/line=2,col=11::.*a stack needs "cloudformation\.template"/],
  ],
  [
    'a bad role and a misspelt placeholder',
    `${configuration.slice(0, -4)}, role-arn: deployer,\n  parameters: { Tag: "{shaa}" } } }\n`,
    [/line=1,col=\d+::.*not the ARN of a role/, /line=2,col=22::.*Did you mean \{sha\}/],
  ],
  [
    'mode expand and nothing to expand',
    'preview:\n  cloudformation: { mode: expand }\n',
    [/line=2,col=19::.*mode expand needs "cloudformation\.expand"/],
  ],
  [
    'a target for a service that does not exist',
    'preview:\n  target: { wev: local, web: local }\n  services: { web: {} }\n',
    [/line=2,col=18::.*no service "wev"\. Did you mean "web"/],
  ],
].flatMap(([what, text, errors]) =>
  everyAction.map((action) => ({
    name: `${action}: a configuration of CloudFormation with ${what}`,
    step: {
      action,
      payload: pullRequestEvent(),
      files: { '.github/understudy.yml': String(text) },
    },
    errors: errors as readonly RegExp[],
  })),
);

const images: readonly BadCase[] = (['deploy-preview', 'understudy'] as const).map((action) => ({
  name: `${action}: an image of a service that does not exist`,
  step: {
    action,
    inputs: { images: `wbe=registry.example.com/web@sha256:${'0'.repeat(64)}` },
    payload: pullRequestEvent(),
    files: { '.github/understudy.yml': configuration },
  },
  errors: [/input images names the service "wbe", allowed: app/],
}));

const others: readonly BadCase[] = [
  {
    name: 'compute-preview-id: neither input nor event names a branch',
    step: { action: 'compute-preview-id', event: 'schedule' },
    errors: [/names no branch.*\n.*`branch`/],
  },
  {
    name: 'compute-preview-id: id pull-request without one',
    step: {
      action: 'compute-preview-id',
      event: 'push',
      inputs: { branch: 'x', id: 'pull-request' },
    },
    errors: [/names no pull request/],
  },
  {
    name: 'compute-preview-id: collisions are to be checked without a token',
    step: {
      action: 'compute-preview-id',
      inputs: { branch: 'x', 'check-collisions': 'true', 'github-token': '' },
    },
    errors: [/input github-token is empty/],
  },
  {
    name: 'compute-preview-id: the configuration file is a directory',
    step: {
      action: 'compute-preview-id',
      inputs: { branch: 'x' },
      files: { '.github/understudy.yml/': '' },
    },
    errors: [/\.github\/understudy\.yml cannot be read: EISDIR/],
  },
  ...(['deploy-preview', 'teardown-preview', 'understudy'] as const).map((action) => ({
    name: `${action}: the token is empty`,
    step: { action, inputs: { 'github-token': '' }, payload: pullRequestEvent() },
    errors: [/input github-token is empty/],
  })),
  ...(['deploy-preview', 'teardown-preview'] as const).map((action) => ({
    name: `${action}: the event names no pull request`,
    step: { action, event: 'push' },
    errors: [/the event "push" names no pull request/],
  })),
  {
    name: 'deploy-preview: three faults at once',
    step: {
      action: 'deploy-preview',
      inputs: { wait: 'yes', timeout: '30', commit: 'HEAD' },
      payload: pullRequestEvent(),
    },
    errors: [/input commit/, /input wait/, /input timeout/],
  },
  {
    name: 'deploy-preview: cloudformation by input, of which the configuration says nothing',
    step: {
      action: 'deploy-preview',
      inputs: { target: 'cloudformation' },
      payload: pullRequestEvent(),
      files: { '.github/understudy.yml': 'preview: {}\n' },
    },
    errors: [/input target is cloudformation, but the configuration does not say how/],
  },
  {
    name: 'deploy-preview: two bad lines of images',
    step: {
      action: 'deploy-preview',
      inputs: { images: 'web=a\napi=b' },
      payload: pullRequestEvent(),
    },
    errors: [/input images is "web=a"/, /input images is "api=b"/],
  },
  {
    name: 'deploy-preview: a fault beside a slip, which may be its cause',
    step: {
      action: 'deploy-preview',
      inputs: { timeout: '30', timout: '30m' },
      payload: pullRequestEvent(),
    },
    errors: [/input timeout/, /input "timout" does not exist; did you mean "timeout"/],
  },
  {
    name: 'deploy-preview: an input that tries to be a command',
    step: {
      action: 'deploy-preview',
      inputs: { commit: '\n::set-output name=url::https://e.vil' },
      payload: pullRequestEvent(),
    },
    errors: [/input commit is "::set-output/],
  },
];

/** All of them; each must fail before any request is sent. */
export const badCases: readonly BadCase[] = [
  ...inputs,
  ...hosts,
  ...events,
  ...shapes,
  ...environments,
  ...files,
  ...parameters,
  ...badParameters,
  ...stacks,
  ...images,
  ...others,
  ...promoteCases,
] as readonly BadCase[];
