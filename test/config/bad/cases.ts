/** A file that is refused: each problem as `line:column` and words that its message contains. */
export interface BadFile {
  readonly name: string;
  readonly text: string;
  readonly problems: readonly (readonly [at: string, ...says: string[]])[];
  /** The next step of the first of them. */
  readonly hint?: string;
}

export function bad(name: string, text: string, ...problems: BadFile['problems']): BadFile {
  return { name, text, problems };
}

/** A file whose one fault is on the line under `preview:`. */
function inPreview(name: string, line: string, column: number, ...says: string[]): BadFile {
  return bad(name, `preview:\n  ${line}\n`, [`2:${column}`, ...says]);
}

/** A file whose one fault is on the line under `eligible:`. */
function inEligible(name: string, line: string, column: number, ...says: string[]): BadFile {
  return bad(name, `preview:\n  eligible:\n    ${line}\n`, [`3:${column}`, ...says]);
}

const deepFlow = `preview: ${'['.repeat(60)}${']'.repeat(60)}\n`;
const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]',
  'c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]',
  'd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]',
  'e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]',
  '',
].join('\n');

export const yamlFaults: readonly BadFile[] = [
  bad('a tab as indentation', 'preview:\n\tid: branch-hash\n', ['2:1', 'a tab', 'spaces']),
  bad('two documents', 'preview: {}\n---\npreview: {}\n', ['2:1', 'more than one YAML document']),
  bad('an unclosed flow list', 'preview:\n  eligible: { base: [main }\n', [
    '2:27',
    'not valid YAML',
  ]),
  bad('an unclosed quote', 'preview:\n  id: "branch-hash\n', ['3:1', 'not valid YAML', 'quote']),
  bad('a second colon on a line', 'preview:\n  id: a: b\n', ['2:7', 'second ": "']),
  bad('a template without quotes', 'preview:\n  host: {id}.example.com\n', [
    '2:13',
    'starts with { must be in quotes',
  ]),
  bad('a glob without quotes', 'preview:\n  eligible:\n    base: **\n', ['3:11', 'anchor']),
  bad('a lone asterisk', 'preview:\n  eligible:\n    base: *\n', [
    '3:11',
    'starts with * must be in quotes',
  ]),
  bad('a value that starts with @', 'preview:\n  id: @x\n', ['2:7', 'starts with @', 'quotes']),
  bad('a value that starts with a backtick', 'preview:\n  id: `x`\n', ['2:7', 'quotes']),
  bad('a key that stands twice', 'preview:\n  id: branch-hash\n  id: pull-request\n', [
    '3:3',
    '"id" stands here a second time',
    'line 2',
  ]),
  bad('a section that stands twice', 'preview: {}\npreview: {}\n', ['2:1', 'line 1']),
  bad('an alias without an anchor', 'preview:\n  id: *nowhere\n', ['2:7', '*nowhere', 'anchor']),
  bad('an alias of itself', 'preview: &p\n  eligible: *p\n', ['2:13', 'deeper']),
  bad('aliases that multiply', `${bomb}preview: {}\n`, ['2:32', 'more than 50']),
  bad('a merge key', 'preview:\n  <<: { id: branch-hash }\n', ['2:3', 'merge keys']),
  bad(
    'a tag of one’s own',
    'preview:\n  id: !secret x\n',
    ['2:7', 'tags are not supported'],
    ['2:15', 'branch-hash'],
  ),
  bad(
    'a binary tag',
    'preview:\n  id: !!binary aGk=\n',
    ['2:7', 'tags are not supported'],
    ['2:16', 'branch-hash'],
  ),
  bad('YAML 1.1', '%YAML 1.1\n---\npreview: {}\n', ['1:1', 'YAML 1.1', '1.2']),
  bad('a mapping as key', 'preview:\n  ? { a: 1 }\n  : 2\n', ['2:5', 'not a text']),
  bad('an empty key', 'preview:\n  : 2\n', ['2:5', 'not a text']),
  bad('the key __proto__', 'preview:\n  __proto__: { max: 1 }\n', ['2:3', 'reserved']),
  bad('the key constructor', 'preview:\n  services:\n    constructor: {}\n    web: {}\n', [
    '3:5',
    '"constructor" is reserved',
  ]),
  bad('the key prototype at the top', 'prototype: 1\n', ['1:1', 'reserved']),
  bad('nesting deeper than any configuration', deepFlow, ['1:26', 'deeper']),
  bad('nesting beyond the parser’s stack', `a: ${'['.repeat(200_000)}`, ['1:1', 'too deep']),
  bad('more than 256 KiB', `# ${'x'.repeat(270_000)}\n`, ['1:1', 'KiB', 'at most 256 KiB']),
  bad('bytes that are not UTF-8', 'preview:\n  id: br\uFFFDnch\n', ['1:1', 'UTF-8']),
  bad('a NUL character', 'preview: {}\0\n', ['1:1', 'UTF-8']),
  bad('a GitHub expression', `preview:\n  host: "\${{ github.sha }}.x.org"\n`, [
    '2:9',
    'GitHub expressions',
  ]),
];

export const shapeFaults: readonly BadFile[] = [
  bad('a list as the whole file', '- preview\n', ['1:1', 'the file must be a mapping', 'a list']),
  bad('a text as the whole file', 'preview\n', ['1:1', 'the file must be a mapping', '"preview"']),
  bad('a number as the whole file', '42\n', ['1:1', 'the file must be a mapping', '42']),
  bad('a misspelt section', 'previews: {}\n', ['1:1', '"previews"', 'Did you mean "preview"?']),
  bad('a key in capitals', 'Preview: {}\n', ['1:1', 'Did you mean "preview"?']),
  bad('staging', 'staging: {}\n', ['1:1', '"staging"', 'not supported by this version']),
  inPreview(
    'a misspelt key',
    'eligble: {}',
    3,
    'unknown key "eligble" in preview',
    'Did you mean "eligible"?',
    'Allowed: id, host',
  ),
  inPreview(
    'a key in camelCase',
    'expireAfter: 7d',
    3,
    '"expireAfter"',
    'Did you mean "expire-after"?',
  ),
  inPreview('a key with an underscore', 'expire_after: 7d', 3, 'Did you mean "expire-after"?'),
  inPreview(
    'a key of a section below',
    'drafts: false',
    3,
    '"drafts"',
    'It belongs in preview.eligible.',
  ),
  inPreview('run outside local', 'run: npm start', 3, 'It belongs in preview.local.'),
  inPreview('a key like nothing known', 'zebra: 1', 3, 'unknown key "zebra"', 'Allowed:'),
  inPreview('a number as key', '1: x', 3, 'unknown key "1" in preview'),
  inPreview(
    'a text for a section',
    'eligible: all',
    13,
    'preview.eligible must be a mapping, not "all"',
  ),
  inPreview('a list for a section', 'eligible: [main]', 13, 'must be a mapping, not a list'),
  inPreview('a section without content', 'eligible:', 3, 'preview.eligible has no value'),
  inPreview('a key without value', 'id:', 3, 'preview.id has no value'),
  inPreview('an explicit null', 'host: null', 3, 'preview.host has no value'),
  bad('preview without content', 'preview:\n', ['1:1', 'preview has no value']),
  bad('preview switched off', 'preview: false\n', ['1:10', 'preview must be a mapping, not false']),
];

export const previewFaults: readonly BadFile[] = [
  inPreview(
    'a misspelt id',
    'id: branchhash',
    7,
    '"branchhash"',
    'Did you mean "branch-hash"?',
    'Allowed: branch-hash, pull-request',
  ),
  inPreview('an id like nothing known', 'id: uuid', 7, 'preview.id is "uuid". Allowed'),
  inPreview('a number for id', 'id: 3', 7, 'preview.id is 3'),
  inPreview(
    'an unknown placeholder',
    'host: "{idd}.x.org"',
    9,
    'unknown placeholder {idd}',
    'Did you mean {id}?',
    '{short-sha}',
  ),
  inPreview('an empty placeholder', 'host: "{}.x.org"', 9, 'unknown placeholder {}'),
  inPreview('an unclosed placeholder', 'host: "{id.x.org"', 9, 'a brace', 'never closed'),
  inPreview('a host with a scheme', 'host: "https://{id}.x.org"', 9, 'more than a host name'),
  inPreview('a host with a port', 'host: "{id}.x.org:8080"', 9, 'more than a host name'),
  inPreview('a host with a path', 'host: "{id}.x.org/app"', 9, 'more than a host name'),
  inPreview('a host with an underscore', 'host: "{id}.my_app.org"', 9, 'no DNS name'),
  inPreview('a host in capitals', 'host: "{id}.X.org"', 9, 'no DNS name'),
  inPreview('an empty host', 'host: ""', 9, 'no DNS name'),
  inPreview('a host with an empty label', 'host: "{id}..org"', 9, 'no DNS name'),
  inPreview(
    'a label of 64 characters in the host',
    `host: "{id}.${'a'.repeat(64)}.org"`,
    9,
    'no DNS name',
  ),
  inPreview(
    'a host that all previews share',
    'host: preview.x.org',
    9,
    'every preview would have the same host',
  ),
  inPreview(
    'a list for the host',
    'host: ["{id}.x.org"]',
    9,
    'preview.host must be a template of a host name, not a list',
  ),
  inPreview('an empty environment', 'environment: ""', 16, '1 to 255 characters'),
  inPreview(
    'an unknown placeholder in environment',
    'environment: "pr-{pr}"',
    16,
    'unknown placeholder {pr}',
  ),
  inPreview(
    'a length of time without unit',
    'expire-after: 7',
    17,
    'must be a length of time or never, not 7',
  ),
  inPreview(
    'a length of time in words',
    'expire-after: 7 days',
    17,
    '"7 days" is neither a length of time nor never',
  ),
  inPreview('a length of time of zero', 'expire-after: 0d', 17, '"0d"'),
  inPreview('a negative length of time', 'expire-after: -1d', 17, '"-1d"'),
  inPreview('false for never', 'expire-after: false', 17, 'a length of time or never, not false'),
  inPreview(
    'a target in capitals',
    'target: Kubernetes',
    11,
    'Did you mean "kubernetes"?',
    'Allowed: local, cloudformation, kubernetes',
  ),
  inPreview('a misspelt target', 'target: locale', 11, 'Did you mean "local"?'),
  inPreview('a number as target', 'target: 1', 11, 'a mapping of services to targets, not 1'),
  inPreview(
    'a probe that is a path',
    'probe: /healthz',
    10,
    'preview.probe must be a mapping, not "/healthz"',
  ),
  inPreview(
    'a path without slash',
    'probe: { path: healthz }',
    18,
    '"healthz" is not the path of a URL',
  ),
  inPreview('a whole URL as path', 'probe: { path: "http://x/" }', 18, 'not the path of a URL'),
  inPreview(
    'a status that does not exist',
    'probe: { expect: 99 }',
    20,
    '99 is not a whole number from 100 to 599',
  ),
  inPreview(
    'a status in quotes',
    'probe: { expect: "200" }',
    20,
    'must be a whole number from 100 to 599, not "200"',
  ),
  inPreview('several statuses', 'probe: { expect: [200, 204] }', 20, 'not a list'),
  inPreview('never to a probe', 'probe: { within: never }', 20, '"never" is not a length of time'),
  inPreview(
    'a misspelt key of the probe',
    'probe: { expects: 200 }',
    12,
    'in preview.probe',
    'Did you mean "expect"?',
  ),
];

export const eligibleFaults: readonly BadFile[] = [
  inEligible(
    'yes for true',
    'drafts: yes',
    13,
    'preview.eligible.drafts must be true or false, not "yes"',
  ),
  inEligible('on for true', 'drafts: on', 13, 'true or false', '"on"'),
  inEligible('a boolean in quotes', 'drafts: "false"', 13, 'true or false, not "false"'),
  inEligible('a boolean as number', 'drafts: 0', 13, 'true or false, not 0'),
  inEligible(
    'a misspelt rule for forks',
    'forks: aproved',
    12,
    'Did you mean "approved"?',
    'Allowed: never, approved',
  ),
  inEligible('true for forks', 'forks: true', 12, 'preview.eligible.forks is true. Allowed'),
  inEligible('max as text', 'max: many', 10, 'must be a whole number from 1 to 1000, not "many"'),
  inEligible('max of zero', 'max: 0', 10, '0 is not a whole number from 1 to 1000'),
  inEligible('max with a fraction', 'max: 1.5', 10, '1.5'),
  inEligible('max without end', 'max: .inf', 10, 'Infinity'),
  inEligible('max that is no number', 'max: .nan', 10, 'not NaN'),
  inEligible(
    'a list for branches',
    'branches: [main]',
    15,
    'preview.eligible.branches must be a mapping, not a list',
  ),
  inEligible(
    'a number among globs',
    'base: [main, 2.0]',
    18,
    'item 2 of preview.eligible.base must be a glob, not 2',
  ),
  inEligible(
    'a null among globs',
    'base: [main, ~]',
    18,
    'item 2 of preview.eligible.base has no value',
  ),
  inEligible(
    'a mapping for globs',
    'base: { include: main }',
    11,
    'must be a glob or a list of them, not a mapping',
  ),
  inEligible('an empty glob', 'base: ""', 11, 'glob is empty'),
  inEligible('an unclosed class', 'base: ["release-[12"]', 12, 'bracket'),
  inEligible('an unclosed alternative', 'base: "{main,next"', 11, 'bracket'),
  inEligible('a bracket that was never opened', 'base: "main)"', 11, 'bracket'),
  inEligible('a negated glob', 'base: "!main"', 11, 'starts with !'),
  inEligible('a glob without end', `base: ${'x'.repeat(257)}`, 11, 'longer than 256'),
  inEligible('a ref for a branch', 'base: refs/heads/main', 11, 'is a ref, not a branch'),
  inEligible('a path from the root of the machine', 'paths: /app/**', 12, 'starts with /'),
  inEligible('a path with a leading dot', 'paths: ["./app/**"]', 13, 'starts with ./'),
  inEligible('no branch at all', 'branches: { include: [] }', 26, 'includes no branch at all'),
  inEligible(
    'a branch both in and out',
    'branches: { include: [a], exclude: [b, a] }',
    40,
    '"a" is both included and excluded',
  ),
  inEligible(
    'a label both in and out',
    'labels: { any: preview, none: [preview] }',
    35,
    '"preview" is in both any and none',
  ),
  inEligible('an empty label', 'labels: { any: [""] }', 21, 'label is empty'),
  inEligible(
    'a list for labels',
    'labels: [preview]',
    13,
    'preview.eligible.labels must be a mapping',
  ),
  inEligible(
    'an author with @',
    'authors: { exclude: "@octocat" }',
    25,
    '"@octocat" is not a login',
  ),
  inEligible(
    'an author with a space',
    'authors: { include: [the cat] }',
    26,
    '"the cat" is not a login',
  ),
  inEligible('a misspelt list of labels', 'labels: { non: [x] }', 15, 'Did you mean "none"?'),
];

const twoServices = 'preview:\n  host: "{id}.x.org"\n  services: { web: {}, api: {} }\n';

export const serviceFaults: readonly BadFile[] = [
  inPreview(
    'services as list',
    'services: [web]',
    13,
    'must be a mapping of names to services, not a list',
  ),
  inPreview('no service', 'services: {}', 13, 'there is no service in it'),
  inPreview(
    'a service without content',
    'services: { web: }',
    15,
    'preview.services.web has no value',
  ),
  inPreview(
    'a service in capitals',
    'services: { Web: {} }',
    15,
    '"Web" cannot be the name of a service',
  ),
  inPreview(
    'a service with an underscore',
    'services: { my_app: {} }',
    15,
    'cannot be the name of a service',
  ),
  inPreview(
    'an unknown key of a service',
    'services: { web: { path: x } }',
    22,
    'in preview.services.web',
    'Did you mean "paths"?',
  ),
  inPreview(
    'a service that wants max',
    'services: { web: { max: 3 } }',
    22,
    'unknown key "max" in preview.services.web',
  ),
  bad('services that share a host', twoServices, [
    '2:9',
    'the services "web" and "api"',
    'same host',
  ]),
  bad(
    'a service that takes the host of another',
    'preview:\n  host: "{id}-{service}.x.org"\n  services:\n    web: {}\n    api: { host: "{id}-web.x.org" }\n',
    ['5:18', 'the services "web" and "api"'],
  ),
  inPreview(
    'a fixed host of a service',
    'services: { web: { host: x.org } }',
    28,
    'every preview would have the same host',
  ),
  inPreview(
    'a command as list',
    'local: { run: [node, x.js] }',
    17,
    'preview.local.run must be a command, not a list',
  ),
  inPreview(
    'a number in env',
    'local: { env: { DEBUG: 1 } }',
    26,
    'preview.local.env.DEBUG must be a text in quotes, not a number',
  ),
  inPreview(
    'a boolean in env',
    'local: { env: { CI: true } }',
    23,
    'must be a text in quotes, not a boolean',
  ),
  inPreview(
    'env as list',
    'local: { env: [A=1] }',
    17,
    'must be a mapping of names to texts, not a list',
  ),
  inPreview(
    'a variable with a dash',
    'local: { env: { A-B: x } }',
    19,
    '"A-B" is not the name of an environment variable',
  ),
  inPreview('PORT in env', 'local: { env: { PORT: "80" } }', 19, 'PORT is given by Understudy'),
  inPreview('a misspelt key of local', 'local: { instal: npm ci }', 12, 'Did you mean "install"?'),
  inPreview(
    'sleep-after without unit',
    'local: { sleep-after: 120 }',
    25,
    'a length of time or never, not 120',
  ),
  inPreview('health as text', 'local: { health: / }', 20, 'must be a mapping, not "/"'),
  inPreview(
    'health with within',
    'local: { health: { within: 1m } }',
    22,
    'unknown key "within" in preview.local.health',
  ),
];

export const severalFaults: readonly BadFile[] = [
  bad(
    'faults of every kind at once, in the order of the file',
    'previw: 1\npreview:\n  id: x\n  host: "{a}"\n  id: y\n  eligible: { drafts: yes, max: 0, base: [1, "["] }\n  local: { env: { A: 1 } }\nstaging: {}\n',
    ['1:1', '"previw"'],
    ['3:7', '"x"'],
    ['4:9', '{a}'],
    ['5:3', 'second time'],
    ['6:23', 'true or false'],
    ['6:33', '0 is not'],
    ['6:43', 'item 1'],
    ['6:46', 'item 2'],
    ['7:22', 'preview.local.env.A'],
    ['8:1', '"staging"'],
  ),
  bad(
    'all unknown keys, not only the first',
    'preview: { aa: 1, bb: 2, cc: 3 }\n',
    ['1:12', '"aa"'],
    ['1:19', '"bb"'],
    ['1:26', '"cc"'],
  ),
  bad(
    'lines that end as on Windows',
    'preview:\r\n  id: x\r\n  max: 3\r\n',
    ['2:7', '"x"'],
    ['3:3', '"max"'],
  ),
  bad('a byte order mark', '\uFEFFpreview:\n  id: x\n', ['2:7', '"x"']),
  bad('a byte order mark before the fault', '\uFEFFnope: 1\n', ['1:1', '"nope"']),
];
