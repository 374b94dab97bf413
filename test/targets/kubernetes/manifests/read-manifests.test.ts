import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import { readManifests } from '../../../../src/targets/kubernetes/manifests/read-manifests.ts';

const file = 'deploy/web.yaml';
const read = (text: string) => readManifests([{ file, text }]);
const objectsOf = (text: string) => read(text).map(({ object }) => object);

/** `line: message` of every problem. */
function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UserError)
      return error.problems.map(({ location, message }) => `${location?.line}: ${message}`);
    throw error;
  }
  return [];
}

const configMap = (data: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: app }
${data}`;

describe('manifests', () => {
  test('of several documents are objects with their places', () => {
    const text = `# the app\n---\n${configMap('data: { A: b }')}\n---\n---\n# nothing\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n`;
    expect(read(text)).toEqual([
      {
        object: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'app' },
          data: { A: 'b' },
        },
        location: { file, line: 3, column: 1 },
      },
      {
        object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
        location: { file, line: 11, column: 1 },
      },
    ]);
  });

  test('of a List are its items, with the lines of each', () => {
    const text = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Secret
    metadata: { name: one }
  - apiVersion: v1
    kind: ServiceAccountList
    items:
      - metadata: { name: two }
`;
    expect(read(text)).toEqual([
      {
        object: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' } },
        location: { file, line: 4, column: 5 },
      },
      {
        object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'two' } },
        location: { file, line: 10, column: 9 },
      },
    ]);
  });

  test('may be JSON', () => {
    const [object] = objectsOf('{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}');
    expect(object?.metadata.name).toBe('s');
  });

  test('lose what only the server writes', () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  uid: 5e1f
  resourceVersion: "12"
  creationTimestamp: null
  annotations: { kubectl.kubernetes.io/last-applied-configuration: "{}", keep: me }
status: { replicas: 1 }
`;
    expect(objectsOf(text)).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', annotations: { keep: 'me' } },
      },
    ]);
  });

  test('without any document are no objects', () => {
    expect(read('# nothing yet\n')).toEqual([]);
    expect(read('')).toEqual([]);
  });
});

describe('values are read as kubectl reads them', () => {
  const head = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w }\n';
  const specOf = (text: string) => objectsOf(`${head}spec: { value: ${text} }`)[0]?.spec;

  test.each([
    ['yes', true],
    ['Off', false],
    ['y', true],
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['1_000', 1000],
    ['12:30:45', '12:30:45'],
    ['2026-11-21', '2026-11-21'],
    ['1.10', 1.1],
    ['~', null],
    ['"yes"', 'yes'],
    ['v1', 'v1'],
  ])('%s is %j', (text, value) => {
    expect(specOf(text)).toEqual({ value });
  });

  test('anchors and merge keys are followed', () => {
    const text = `apiVersion: example.com/v1
kind: Widget
metadata: { name: w }
spec:
  one: &base { a: 1, b: 2 }
  two: { <<: *base, b: 3 }
`;
    expect(objectsOf(text)[0]?.spec).toEqual({ one: { a: 1, b: 2 }, two: { a: 1, b: 3 } });
  });
});

describe('a fault is told with its line', () => {
  test.each([
    [
      'a key that stands twice',
      configMap('data:\n  A: b\n  A: c'),
      ['6: a key stands here a second time'],
    ],
    [
      'a boolean where a text must be',
      configMap('data:\n  DEBUG: yes'),
      ['5: data.DEBUG must be a text, and is the boolean true to Kubernetes'],
    ],
    [
      'a key that is a boolean',
      configMap('data:\n  on: "x"'),
      ['5: on is a key that Kubernetes reads as true, false or nothing'],
    ],
    [
      'a number that is too long',
      configMap('data:\n  ID: 12345678901234567890'),
      ['5: 12345678901234567890 is a number of more digits than JSON keeps'],
    ],
    [
      'a commit that is a number without end',
      configMap('data:\n  SHA: 1234e567'),
      ['5: 1234e567 is a number without end'],
    ],
    ['a text', 'just a text', ['1: this is no Kubernetes object']],
    [
      'another file',
      'name: Compose\nservices: {}',
      ['1: apiVersion or kind is missing: this is no Kubernetes object'],
    ],
    ['a missing name', 'apiVersion: v1\nkind: Secret\nmetadata: {}', ['3: Secret has no name']],
    [
      'a name that is none',
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: My_App',
      ['4: "My_App" is no name of an object'],
    ],
    [
      'generateName',
      'apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: x-',
      ['4: Job has generateName, so that every deploy would make another one'],
    ],
    [
      'a kustomization',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization',
      ['1: a kustomization is no object of the cluster'],
    ],
    [
      'a template of Helm',
      'apiVersion: v1\nkind: {{ .Values.kind }}',
      ['2: this is a template, and no manifest yet'],
    ],
  ])('%s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('all of them at once, in every file', () => {
    const bad = (name: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n  containers:\n    - name: a\n      command: [sleep, 5]\n      env: [{ name: N, value: 3 }]\n`;
    const texts = ['a.yaml', 'b.yaml'].map((name) => ({ file: name, text: bad(name) }));
    expect(() => readManifests(texts)).toThrow(
      [
        'a.yaml:7:24: command[1] must be a text, and is the number 5 to Kubernetes',
        'a.yaml:8:24: env[0].value must be a text, and is the number 3 to Kubernetes',
        'b.yaml:7:24: command[1] must be a text, and is the number 5 to Kubernetes',
        'b.yaml:8:24: env[0].value must be a text, and is the number 3 to Kubernetes',
      ].join('\n'),
    );
  });

  test('an object that stands twice, whatever its version', () => {
    const scaler = (version: string) =>
      `apiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\n`;
    expect(problemsOf(`${scaler('v1')}---\n${scaler('v2')}`)).toEqual([
      '5: HorizontalPodAutoscaler web stands here a second time; the first is at deploy/web.yaml:1:1',
    ]);
  });

  test('aliases that multiply are refused', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? 'a0: &a0 [x]' : `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`,
    );
    expect(problemsOf(levels.join('\n'))).toEqual([
      '1: the file cannot be read; it nests or unfolds too deep',
    ]);
  });
});
