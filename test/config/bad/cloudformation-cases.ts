import { type BadFile, bad } from './cases.ts';

/** A file that is sound but for the one line under `cloudformation:`. */
function inStack(name: string, line: string, column: number, ...says: string[]): BadFile {
  const text = `preview:\n  target: cloudformation\n  cloudformation:\n    template: preview.yaml\n    ${line}\n`;
  return bad(name, text, [`5:${column}`, ...says]);
}

/** As `inStack`, without the template. */
function inTemplate(name: string, line: string, column: number, ...says: string[]): BadFile {
  return bad(name, `preview:\n  cloudformation:\n    ${line}\n`, [`3:${column}`, ...says]);
}

/** A file that is sound but for the one line under `parameters:`. */
function inParameters(name: string, line: string, column: number, ...says: string[]): BadFile {
  const text = `preview:\n  cloudformation:\n    template: preview.yaml\n    parameters:\n      ${line}\n`;
  return bad(name, text, [`5:${column}`, ...says]);
}

const soundExpand = {
  stack: 'testing',
  resources: '[Service, ListenerRule]',
  domain: '"{id}.lite.$' + '{Environment}.example.com"',
  priorities: '12001-12999',
};

/** A file of mode expand whose one fault is in the last line; an empty value leaves a key out. */
function inExpand(
  name: string,
  key: string,
  value: string,
  column: number,
  ...says: string[]
): BadFile {
  const sound = Object.entries(soundExpand).filter(([other]) => other !== key);
  const lines = sound.map(([other, given]) => `      ${other}: ${given}`);
  const head = 'preview:\n  cloudformation:\n    mode: expand\n    expand:\n';
  const text = `${head}${lines.join('\n')}\n      ${key}: ${value}\n`;
  return bad(name, text, [`${5 + sound.length}:${column}`, ...says]);
}

function expandWithout(key: keyof typeof soundExpand): BadFile {
  const lines = Object.entries(soundExpand).filter(([other]) => other !== key);
  const head = 'preview:\n  cloudformation:\n    mode: expand\n    expand:\n';
  const text = `${head}${lines.map(([other, value]) => `      ${other}: ${value}\n`).join('')}`;
  return bad(`expand without ${key}`, text, [
    '5:7',
    'preview.cloudformation.expand: mode expand needs',
    `cloudformation.expand.${key}`,
  ]);
}

export const targetFaults: readonly BadFile[] = [
  bad('a target without its section', 'preview:\n  target: cloudformation\n', [
    '2:11',
    'preview.target: a stack needs "cloudformation.template"',
  ]),
  bad('a misspelt target in a map', 'preview:\n  target: { app: cloudformatoin }\n', [
    '2:18',
    'preview.target.app is "cloudformatoin"',
    'Did you mean "cloudformation"?',
  ]),
  bad(
    'a target for a service that does not exist',
    'preview:\n  target: { wev: local, api: local }\n  services: { web: { target: local }, api: {} }\n',
    ['2:18', 'there is no service "wev". Did you mean "web"?', 'Services: web, api'],
  ),
  bad(
    'a service that the map leaves out',
    'preview:\n  target: { web: local }\n  services: { web: {}, api: {}, job: {} }\n',
    ['2:11', 'it names no target for "api" and "job"'],
  ),
  bad('a target that is a list', 'preview:\n  target: [local]\n', [
    '2:11',
    'must be a target, or a mapping of services to targets, not a list',
  ]),
  bad('a target without value', 'preview:\n  target:\n', ['2:3', 'preview.target has no value']),
  bad(
    'a service on a target without its section',
    'preview: { services: { web: { target: cloudformation } } }\n',
    ['1:39', 'a stack needs "cloudformation.template"'],
  ),
  bad(
    'a service of a map without a template of its own',
    'preview:\n  target: { web: cloudformation, api: local }\n  services: { web: { cloudformation: { region: eu-west-1 } }, api: {} }\n',
    ['3:38', 'preview.services.web.cloudformation: a stack needs'],
  ),
];

export const cloudFormationFaults: readonly BadFile[] = [
  inStack(
    'a misspelt key in a list',
    'import: [{ type: AWS::S3::Bucket, logical-id: A, identifier: { B: c }, logicalid: B }]',
    76,
    'unknown key "logicalid" in item 1 of preview.cloudformation.import',
  ),
  inTemplate('an empty section', 'tags: {}', 5, 'a stack needs "cloudformation.template"'),
  inStack(
    'a misspelt key',
    'stackname: x',
    5,
    'unknown key "stackname"',
    'Did you mean "stack-name"?',
  ),
  inStack('a key in camelCase', 'roleArn: x', 5, 'Did you mean "role-arn"?'),
  inStack('a key of expand', 'priorities: 1-2', 5, 'It belongs in preview.cloudformation.expand.'),
  inStack('a misspelt mode', 'mode: stacks', 11, 'Did you mean "stack"?', 'Allowed: stack, expand'),
  inStack('a region that is none', 'region: Ireland', 13, '"Ireland" is not a region'),
  inStack('an availability zone', 'region: eu-west-1a', 13, '"eu-west-1a" is an availability zone'),
  inTemplate(
    'a template from the root of the machine',
    'template: /infra/a.yaml',
    15,
    'leads out of the repository',
  ),
  inTemplate(
    'a template above the repository',
    'template: ../a.yaml',
    15,
    'leads out of the repository',
  ),
  inTemplate(
    'a template over http',
    'template: http://x.org/a.yaml',
    15,
    'neither a path nor an address',
  ),
  inTemplate(
    'a template as file address',
    'template: file://a.yaml',
    15,
    'neither a path nor an address',
  ),
  inTemplate(
    'a bucket without a key',
    'template: s3://templates',
    15,
    'neither a path nor an address',
  ),
  inTemplate('a folder as template', 'template: infra/', 15, 'is a folder'),
  inTemplate('an empty template', 'template: ""', 15, 'this path is empty'),
  inTemplate('a template with backslashes', 'template: infra\\a.yaml', 15, 'has a backslash'),
  inTemplate(
    'a template written out',
    'template: { Resources: {} }',
    15,
    'must be a path, or an https or s3 address',
  ),
  inTemplate(
    'an unknown placeholder in the template',
    'template: "infra/{envronment}.yaml"',
    15,
    'unknown placeholder {envronment}',
  ),
  inTemplate(
    'a branch in the template',
    'template: "infra/{branch}.yaml"',
    15,
    'a branch may hold what leads elsewhere',
  ),
  inStack(
    'a name of a stack that all previews share',
    'stack-name: preview',
    17,
    'every preview would have the same stack',
  ),
  inStack(
    'a name of a stack with an underscore',
    'stack-name: "my_app-{id}"',
    17,
    'cannot be the name of a stack',
  ),
  inStack(
    'a name of a stack with a dot',
    'stack-name: "app.{id}"',
    17,
    'cannot be the name of a stack',
  ),
  inStack(
    'a name of a stack that begins with a digit',
    'stack-name: "{id}-app"',
    17,
    'would begin with a digit',
  ),
  inStack(
    'a branch in the name of a stack',
    'stack-name: "app-{branch}"',
    17,
    'no name of a stack can have',
  ),
  inStack(
    'an unknown placeholder in the name of a stack',
    'stack-name: "app-{pr}"',
    17,
    'unknown placeholder {pr}',
  ),
  inStack(
    'a capability that does not exist',
    'capabilities: [CAPABILITY_IAM, CAPABILITY_ALL]',
    36,
    'item 2 of preview.cloudformation.capabilities is "CAPABILITY_ALL"',
  ),
  inStack(
    'a capability in small letters',
    'capabilities: capability_iam',
    19,
    'Did you mean "CAPABILITY_IAM"?',
  ),
  inStack('a role by its name', 'role-arn: deployer', 15, '"deployer" is not the ARN of a role'),
  inStack(
    'the ARN of a user as role',
    'role-arn: arn:aws:iam::123456789012:user/x',
    15,
    'is not the ARN of a role',
  ),
  inStack(
    'an account of eleven digits',
    'role-arn: arn:aws:iam::12345678901:role/x',
    15,
    'is not the ARN of a role',
  ),
  inStack(
    'the ARN of a queue as topic',
    'notification-arns: [arn:aws:sqs:eu-west-1:123456789012:x]',
    25,
    'is not the ARN of a topic',
  ),
  inStack(
    'six topics',
    `notification-arns: [${Array.from({ length: 6 }, (_, index) => `arn:aws:sns:eu-west-1:123456789012:t${index}`).join(', ')}]`,
    24,
    'five of them at most',
  ),
  inStack(
    'a bucket with its scheme',
    's3-bucket: s3://templates',
    16,
    'has more than the name of a bucket',
  ),
  inStack('a bucket in capitals', 's3-bucket: Templates', 16, 'cannot be the name of a bucket'),
  inStack(
    'a bucket like an address',
    's3-bucket: 192.168.0.1',
    16,
    'cannot be the name of a bucket',
  ),
  inStack('a placeholder in the prefix', 's3-prefix: "{id}"', 16, 'cannot be the prefix of keys'),
  inStack(
    'an address for the output',
    'url: https://x.org',
    10,
    'url names an output of the stack',
  ),
  inStack('an output without output:', 'url: ServiceUrl', 10, 'is not of the form output:Name'),
  inStack(
    'yes for protection',
    'termination-protection: yes',
    29,
    'must be true or false, not "yes"',
  ),
  inStack('a boolean in quotes', 'empty-buckets: "true"', 20, 'must be true or false, not "true"'),
  inStack('another end of failures', 'on-failure: delete', 17, 'Allowed: rollback, keep'),
  inStack(
    'a time of seconds for alarms',
    'rollback: { monitor: 90s }',
    26,
    'not a time of whole minutes up to 3h',
  ),
  inStack(
    'a time of hours for alarms',
    'rollback: { monitor: 4h }',
    26,
    'not a time of whole minutes up to 3h',
  ),
  inStack('an alarm by its name', 'rollback: { alarms: errors }', 25, 'is not the ARN of an alarm'),
  inStack('a misspelt key of rollback', 'rollback: { alarm: x }', 17, 'Did you mean "alarms"?'),
  inStack(
    'an import without identifier',
    'import: [{ type: AWS::S3::Bucket, logical-id: Files }]',
    14,
    'identifier',
  ),
  inStack(
    'an import of an impossible type',
    'import: [{ type: Bucket, logical-id: F, identifier: { A: a } }]',
    22,
    'is not the type of a resource',
  ),
  inStack(
    'an import that is a mapping',
    'import: { type: AWS::S3::Bucket }',
    13,
    'must be a list, not a mapping',
  ),
  inStack(
    'an expansion in mode stack',
    'expand: { stack: testing }',
    13,
    'it has no effect in mode stack',
  ),
  bad(
    'services that want one stack to be two things',
    'preview:\n  cloudformation: { tags: { a: b } }\n  services:\n    web: { cloudformation: { template: a.yaml } }\n    api: { cloudformation: { template: b.yaml } }\n',
    [
      '5:28',
      'the services "web" and "api" share the stack "{repository}-preview-{id}", and differ in template',
    ],
  ),
  bad(
    'a service’s own word in a stack that is shared',
    'preview:\n  cloudformation: { template: a.yaml, parameters: { Name: "{service}" } }\n  services: { web: {}, api: {} }\n',
    ['3:29', 'it shares the stack', '{service} in parameters or tags means one service'],
  ),
];

export const parameterFaults: readonly BadFile[] = [
  inParameters(
    'an unknown placeholder',
    'ImageTag: "{shaa}"',
    17,
    'unknown placeholder {shaa}',
    'Did you mean {sha}?',
    '{digest}',
  ),
  inParameters(
    'a placeholder like nothing known',
    'ImageTag: "{revision}"',
    17,
    'unknown placeholder {revision} in "{revision}". Allowed',
  ),
  inParameters(
    'a placeholder with a dollar sign',
    'ImageTag: "$' + '{sha}"',
    17,
    'a dollar sign before it',
  ),
  inParameters(
    'a GitHub expression',
    'ImageTag: "$' + '{{ github.sha }}"',
    17,
    'GitHub expressions',
  ),
  inParameters(
    'a parameter without value',
    'ImageTag:',
    7,
    'preview.cloudformation.parameters.ImageTag has no value',
  ),
  inParameters(
    'a name with a dash',
    'image-tag: x',
    7,
    '"image-tag" cannot be the name of a parameter',
  ),
  inParameters('a comma in a list', 'Names: ["a,b"]', 15, 'item 1', 'has a comma'),
  inParameters('a branch in a list', 'Names: [a, "{branch}"]', 18, 'a branch may hold commas'),
  inParameters(
    'a branch in a mapping',
    'Config: { name: "{branch}" }',
    23,
    'a branch may hold quotes',
  ),
  inParameters(
    'a branch deep in a mapping',
    'Config: { a: [{ b: "x {branch}" }] }',
    26,
    'a branch may hold quotes',
  ),
  inParameters(
    'a list in a list',
    'Names: [[a]]',
    15,
    'item 1 of preview.cloudformation.parameters.Names must be a text, a number, true or false, not a list',
  ),
  inParameters('a null in a list', 'Names: [a, ~]', 18, 'has no value'),
  inParameters(
    'a file above the repository',
    'Policy: { file: ../policy.json }',
    23,
    'leads out of the repository',
  ),
  inParameters('a file without a path', 'Policy: { file: "" }', 23, 'this path is empty'),
  inParameters(
    'a branch in the path of a file',
    'Policy: { file: "p/{branch}" }',
    23,
    'what leads elsewhere',
  ),
  inStack(
    'parameters as a list',
    'parameters: [{ ParameterKey: a }]',
    17,
    'must be a mapping of names to values, not a list',
  ),
  inStack(
    'parameters as one text',
    'parameters: ImageTag=1',
    17,
    'must be a mapping of names to values',
  ),
  inStack('a reserved tag', 'tags: { "aws:team": web }', 13, 'begins with aws:, which is reserved'),
  inStack(
    'a tag of ours',
    'tags: { "understudy:preview": x }',
    13,
    'begins with understudy:, which is reserved',
  ),
  inStack(
    'a tag with a character that tags lack',
    'tags: { team: "a|b" }',
    19,
    'cannot be the value of a tag',
  ),
  inStack(
    'an unknown placeholder in a tag',
    'tags: { team: "{tem}" }',
    19,
    'unknown placeholder {tem}',
  ),
  inStack('a list as tag', 'tags: { team: [a] }', 19, 'must be a text, not a list'),
  inStack(
    'tags as a list',
    'tags: [{ Key: a, Value: b }]',
    11,
    'must be a mapping of keys to values, not a list',
  ),
  inStack(
    'too many tags',
    `tags: { ${Array.from({ length: 39 }, (_, index) => `t${index}: x`).join(', ')} }`,
    11,
    '50 tags at most',
  ),
];

export const expandFaults: readonly BadFile[] = [
  bad(
    'parameters and tags of one preview in mode expand',
    'preview:\n  cloudformation:\n    mode: expand\n    parameters: { Tag: "{sha}", Owner: "{owner}" }\n    tags: { preview: "{id}" }\n    expand: { stack: t, resources: A, domain: "{id}.x.org", priorities: 1-9 }\n',
    ['4:24', '{sha} has no meaning in mode expand'],
    ['5:22', '{id} has no meaning in mode expand'],
  ),
  bad('mode expand without expand', 'preview: { cloudformation: { mode: expand } }\n', [
    '1:28',
    'mode expand needs "cloudformation.expand"',
  ]),
  expandWithout('stack'),
  expandWithout('resources'),
  expandWithout('priorities'),
  expandWithout('domain'),
  inExpand(
    'a stack with placeholders',
    'stack',
    '"testing-{id}"',
    14,
    'cannot be the name of a stack',
  ),
  inExpand(
    'resources with a dash',
    'resources: [my-service]'.slice(0, 9),
    '[my-service]',
    19,
    'cannot be a logical id',
  ),
  inExpand('a resource twice', 'resources', '[Service, Service]', 18, 'stands in it twice'),
  inExpand(
    'a domain that all previews share',
    'domain',
    'lite.example.com',
    15,
    'every preview would have the same domain',
  ),
  inExpand('a domain with a scheme', 'domain', '"https://{id}.example.com"', 15, 'no DNS name'),
  inExpand(
    'a domain of a placeholder with a dollar sign',
    'domain',
    '"$' + '{id}.example.com"',
    15,
    'a dollar sign before it',
  ),
  inExpand('a domain with an open brace', 'domain', '"{id.example.com"', 15, 'a brace'),
  inExpand(
    'priorities as one number',
    'priorities',
    '12001',
    19,
    'must be a range of priorities, not 12001',
  ),
  inExpand(
    'priorities the wrong way round',
    'priorities',
    '200-100',
    19,
    'is not a range of priorities',
  ),
  inExpand(
    'priorities above the highest',
    'priorities',
    '49000-50001',
    19,
    'is not a range of priorities',
  ),
  inExpand('priorities from zero', 'priorities', '0-10', 19, 'is not a range of priorities'),
  inExpand(
    'an image that all commits share',
    'image',
    'latest',
    14,
    'every commit would run the same image',
  ),
  inExpand(
    'a branch as tag of the image',
    'image',
    '"{branch}-{sha}"',
    14,
    'no tag of an image can have',
  ),
  inExpand('a registry that is none', 'require-image', 'dockerhub', 22, 'says of no place'),
  inExpand(
    'an address without the image',
    'require-image',
    'https://x.org/',
    22,
    'is the same for every image',
  ),
  inExpand('no attempt', 'attempts', '0', 17, '0 is not a whole number from 1 to 10'),
  inExpand(
    'a container with a space',
    'containers',
    '[my app]',
    20,
    'cannot be the name of a container',
  ),
  inExpand(
    'a root without template',
    'root',
    '{ folder: cloudformation }',
    13,
    'preview.cloudformation.expand.root needs the key template',
  ),
  inExpand(
    'a root above the repository',
    'root',
    '{ folder: .., template: index.yaml }',
    23,
    'leads out of the repository',
  ),
  inExpand(
    'a folder of releases above the repository',
    'releases',
    '../releases',
    17,
    'leads out of the repository',
  ),
  inExpand('a misspelt key', 'resource', '[Service]', 7, 'Did you mean "resources"?'),
  bad(
    'keys of mode stack in mode expand',
    'preview:\n  cloudformation:\n    mode: expand\n    termination-protection: true\n    on-failure: keep\n    empty-buckets: true\n    expand: { stack: t, resources: A, domain: "{id}.x.org", priorities: 1-9 }\n',
    ['4:29', 'it has no effect in mode expand'],
    ['5:17', 'it has no effect in mode expand'],
    ['6:20', 'it has no effect in mode expand'],
  ),
  bad(
    'two services that clone the same things',
    'preview:\n  cloudformation: { mode: expand, expand: { stack: t, resources: [Service], domain: "{id}.{service}.x.org", priorities: 1-9 } }\n  services: { web: {}, api: {} }\n',
    ['3:29', 'the services "web" and "api" would clone the same Service'],
  ),
];
