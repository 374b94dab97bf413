import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { UserError } from '../../../src/core/user-error.ts';
import { applyEdits } from '../../../src/promotion/edits/apply-edits.ts';
import type { Edit } from '../../../src/promotion/edits/edit.ts';

function path(at: string, value: string, more: object = {}): Edit {
  return { kind: 'path', path: at, value, ...more };
}

function edit(text: string, ...edits: Edit[]) {
  return applyEdits(text, 'envs/production.yaml', edits);
}

function problemsOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const values = `# Production. Keep in step with staging!
image:   # two   spaces
  repository: "registry.example.com/web"
  tag: 'v1.0.0'   # set by promotions
replicas: 3
extra: &shared
  - {name: web, port: 80}   # flow
  - name: api
    port:    8080
again: *shared
---
kind: Deployment
metadata:
  name: web
  labels: { "app.kubernetes.io/version": v1 }
spec:
  containers:
    - name: app
      image: registry:5000/team/web:v1@sha256:abc
    - name: proxy
      image: proxy:1
`;

describe('an edit by path', () => {
  test.each([
    ['image.tag', 'v1.1.0', "  tag: 'v1.0.0' ", "  tag: 'v1.1.0' "],
    ['image.repository', 'a/b', '"registry.example.com/web"', '"a/b"'],
    ['replicas', '4', 'replicas: 3', 'replicas: 4'],
    ['extra[0].port', '81', 'port: 80}', 'port: 81}'],
    ['extra[name=api].port', '81', 'port:    8080', 'port:    81'],
    ['/extra/1/port', '81', 'port:    8080', 'port:    81'],
    ['metadata.labels["app.kubernetes.io/version"]', 'v2', 'version": v1', 'version": v2'],
    ['spec.containers[name=proxy].image', 'proxy:2', 'proxy:1', 'proxy:2'],
  ])('of %s to %s changes these bytes alone', (at, value, from, to) => {
    expect(edit(values, path(at, value))).toBe(values.replace(from, to));
  });

  test('keeps line ends, a byte order mark and a missing last line end', () => {
    expect(edit('\uFEFFa: 1\r\nb: x # y\r\nc: z', path('b', 'w'))).toBe(
      '\uFEFFa: 1\r\nb: w # y\r\nc: z',
    );
  });

  test('writes an empty value behind its colon', () => {
    expect(edit('a:\n  tag:\n  b: 1\n', path('a.tag', 'v1'))).toBe('a:\n  tag: v1\n  b: 1\n');
    expect(edit('tag: # none yet\n', path('tag', 'v1'))).toBe('tag: v1 # none yet\n');
    expect(edit('{a: , b: 1}\n', path('a', 'v1'))).toBe('{a: v1, b: 1}\n');
    expect(edit('tag:', path('tag', 'v1'))).toBe('tag: v1');
  });

  test('keeps an anchor, so that what repeats it changes with it', () => {
    const edited = edit('a: &tag v1\nb: *tag\n', path('a', 'v2'));
    expect(edited).toBe('a: &tag v2\nb: *tag\n');
  });

  test.each([
    '1234567',
    '12e4567',
    '0123456',
    '1.10',
    'yes',
    'null',
    'true',
    '~',
    'a: b',
    'a #b',
    '- a',
    '12:30',
    '1_000',
    '2026-11-24',
    '',
    '*a',
    '&a',
    '!a',
    '{a',
    '@a',
    'a\nb',
    ' a ',
    '"',
    "it's",
  ])('quotes %j where a reader would take it for something else', (value) => {
    const edited = edit('tag: abc1234 # c\n', path('tag', value));
    expect(parse(edited)).toEqual({ tag: value });
    expect(parse(edited, { version: '1.1' })).toEqual({ tag: value });
    expect(edited).toMatch(/ # c\n$/);
  });

  test('of a number that becomes a word leaves it a word', () => {
    expect(edit('tag: 1.10\n', path('tag', 'abc'))).toBe('tag: abc\n');
    expect(edit('tag: 1\n', path('tag', '12e4567'))).toBe('tag: "12e4567"\n');
  });

  test('changes the tag or digest of an image alone, and takes away the other', () => {
    const at = 'spec.containers[0].image';
    const image = 'registry:5000/team/web:v1@sha256:abc';
    expect(edit(values, path(at, 'v2', { part: 'tag' }))).toBe(
      values.replace(image, 'registry:5000/team/web:v2'),
    );
    expect(edit(values, path(at, 'sha256:def', { part: 'digest' }))).toBe(
      values.replace(image, 'registry:5000/team/web@sha256:def'),
    );
  });

  test('means documents by what they hold', () => {
    const two = 'kind: A\ntag: 1\n---\nkind: B\ntag: 1\n';
    expect(edit(two, path('tag', '2', { where: { kind: 'B' } }))).toBe(
      'kind: A\ntag: 1\n---\nkind: B\ntag: 2\n',
    );
    expect(edit(two, path('tag', '2', { matches: 2 }))).toBe(two.replaceAll('tag: 1', 'tag: 2'));
  });
});

describe('an edit that is refused', () => {
  test.each([
    ['is not there', path('image.tga', 'v2'), 'image.tga is not there'],
    ['is there too often', path('spec.containers[*].image', 'x'), '2 times, 1 expected'],
    ['repeats an anchor', path('again', 'x'), 'only repeats the anchor shared'],
    ['holds several values', path('image', 'x'), 'image is no single value'],
    ['has no such path', path('image..tag', 'x'), '"image..tag" is no path'],
    ['cannot be a tag', path('image.repository', 'a b', { part: 'tag' }), 'is no tag of an image'],
  ])('names what %s', (_, refused, message) => {
    const [problem] = problemsOf(() => edit(values, refused));
    expect(problem?.message).toContain(message);
    expect(problem?.location?.file).toBe('envs/production.yaml');
    expect(problem?.hint).not.toBe('');
  });

  test('says the line, and all that is wrong at once', () => {
    const problems = problemsOf(() => edit(values, path('again', 'x'), path('nothing', 'x')));
    expect(problems.map(({ location }) => location?.line)).toEqual([10, undefined]);
  });

  test('is that of a text of several lines', () => {
    expect(problemsOf(() => edit('a: |\n  x\n', path('a', 'y')))[0]?.message).toContain('lines');
  });

  test('is that of a file that cannot be read', () => {
    expect(problemsOf(() => edit('a: [\n', path('a', 'y')))[0]?.location?.line).toBe(2);
  });

  test('is a second one of the same value', () => {
    const problems = problemsOf(() => edit(values, path('replicas', '1'), path('replicas', '2')));
    expect(problems[0]?.message).toContain('two edits');
  });
});

describe('an edit by marker', () => {
  const marked = (value: string, marker = '{"$promotion": "ns:app:prod"}'): Edit => ({
    kind: 'marker',
    marker,
    value,
  });

  test('changes the value on the line of the comment', () => {
    const text = 'a: 1\ntag: v1 # {"$promotion": "ns:app:prod"}\nb: [x, y] # other\n';
    expect(edit(text, marked('v2'))).toBe(text.replace('v1', 'v2'));
  });

  test('does not mean a longer word', () => {
    const text = 'a: v1 # app:prod\nb: v1 # app:production\nc: v1 # my-app:prod\n';
    expect(edit(text, marked('v2', 'app:prod'))).toBe(text.replace('v1', 'v2'));
  });

  test('that nobody wrote is an error, never silence', () => {
    expect(problemsOf(() => edit('tag: v1\n', marked('v2')))[0]?.message).toContain('is not there');
  });

  test('does not mean a key, nor a value on another line', () => {
    expect(problemsOf(() => edit('# app:prod\ntag: v1\n', marked('v2', 'app:prod')))).toHaveLength(
      1,
    );
  });
});

describe('an edit of a kustomization', () => {
  const set = (image: string, value: string, what: 'newTag' | 'digest' = 'newTag'): Edit => ({
    kind: 'kustomize',
    image,
    set: what,
    value,
  });
  const text = `resources: [base]
images:
  # the application
  - name: web
    newName: registry.example.com/web
    newTag: v1 # c
  - digest: "sha256:abc"
    name: api
  - name: bare # nothing yet
  - {name: flow}
`;

  test('changes a tag that is there', () => {
    expect(edit(text, set('web', 'v2'))).toBe(text.replace('newTag: v1', 'newTag: v2'));
  });

  test('puts a tag in the place of a digest, and the other way round', () => {
    expect(edit(text, set('api', 'v2'))).toBe(text.replace('digest: "sha256:abc"', 'newTag: "v2"'));
    expect(edit(text, set('web', 'sha256:def', 'digest'))).toBe(
      text.replace('newTag: v1', 'digest: sha256:def'),
    );
  });

  test('adds a line below the name of an entry that has neither', () => {
    expect(edit(text, set('bare', '1234567'))).toBe(
      text.replace('# nothing yet\n', '# nothing yet\n    newTag: "1234567"\n'),
    );
    expect(edit(text, set('flow', 'v2'))).toBe(
      text.replace('{name: flow}', '{name: flow, newTag: v2}'),
    );
    expect(edit('images:\n- name: a', set('a', 'v1'))).toBe('images:\n- name: a\n  newTag: v1');
  });

  test('of an image that is not there is refused', () => {
    expect(problemsOf(() => edit(text, set('db', 'v2')))[0]?.message).toBe(
      'the image db is not there',
    );
  });
});

describe('an edit of JSON', () => {
  const json = '{\n\t"image": {"tag":"v1" , "port": 80},\n\t"on": true\n}\n';
  const editJson = (...edits: Edit[]) => applyEdits(json, 'values.JSON', edits);

  test('keeps every other byte, tabs too', () => {
    expect(editJson(path('image.tag', 'v2 "x"'))).toBe(json.replace('"v1"', '"v2 \\"x\\""'));
  });

  test('keeps numbers and truth values what they are', () => {
    expect(editJson(path('image.port', '81'), path('on', 'false'))).toBe(
      json.replace('80', '81').replace('true', 'false'),
    );
    expect(editJson(path('image.port', 'x'))).toBe(json.replace('80', '"x"'));
  });
});

describe('of any document', () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/);
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const tree = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1 })), {
    minKeys: 1,
  });

  test('only the value that is meant changes, and it is read back as given', () => {
    const styles = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE' as const);
    fc.assert(
      fc.property(
        tree,
        styles,
        fc.string(),
        fc.boolean(),
        fc.nat(),
        (data, style, value, flow, n) => {
          const leaves = Object.entries(data).flatMap(([outer, inner]) =>
            typeof inner === 'object' && inner !== null
              ? Object.keys(inner).map((name) => [outer, name])
              : [[outer]],
          );
          const at = leaves[n % leaves.length] ?? [];
          const options = {
            defaultStringType: style as 'PLAIN',
            collectionStyle: flow ? 'flow' : 'any',
          } as const;
          const text = stringify(data, { ...options, blockQuote: false, lineWidth: 0 });
          const edited = edit(text, path(at.join('.'), value));
          const read = parse(edited) as Record<string, Record<string, unknown>>;
          const [outer = '', inner] = at;
          const got = inner === undefined ? read[outer] : read[outer]?.[inner];
          expect(String(got)).toBe(value);
          const [document] = parseAllDocuments(text);
          const expected = document?.toJSON() as Record<string, Record<string, unknown>>;
          if (inner === undefined) expected[outer] = got as never;
          else (expected[outer] ?? {})[inner] = got;
          expect(read).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
