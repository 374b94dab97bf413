import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { parseConfiguration } from '../../src/config/parse.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const pages = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const blocks = pages.flatMap((page) =>
  [...read(page).matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, text = ''], index) => ({
    name: `${page}, block ${index + 1}`,
    text,
  })),
);
const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' })
  .filter((name) => /promotions.*\.yml$/.test(name))
  .map((name) => ({ name: `examples/${name}`, text: read(`examples/${name}`) }));
const all = [...blocks, ...examples];

describe('each pipeline in the documentation', () => {
  const pipelines = all.filter(({ text }) => /^pipelines:/m.test(text));
  const validate = new Ajv({ strict: true, strictTypes: false }).compile(
    JSON.parse(read('schema/understudy.schema.json')),
  );

  test.each(pipelines)('is a good one: $name', ({ name, text }) => {
    expect(Object.keys(parseConfiguration(text, name).pipelines)).not.toEqual([]);
    expect([validate(parse(text, { version: '1.2' })), validate.errors]).toEqual([true, null]);
  });

  test('there are such', () => {
    expect(pipelines.length).toBeGreaterThanOrEqual(18);
  });
});

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

describe('each step in the documentation that promotes', () => {
  const action = parse(read('actions/promote-environment/action.yml'));
  const steps = all.flatMap(({ name, text }) =>
    /^(?:jobs|steps):/m.test(text)
      ? stepsOf(parse(text))
          .filter(({ uses = '' }) => uses.includes('/actions/promote-environment@'))
          .map((step) => ({ name, step }))
      : [],
  );

  test.each(steps)('names inputs that there are: $name', ({ step }) => {
    const unknown = Object.keys(step.with ?? {}).filter((key) => !(key in action.inputs));
    expect(unknown).toEqual([]);
  });

  test('there are such, and outputs that there are', () => {
    expect(steps.length).toBeGreaterThanOrEqual(8);
    const named = all.flatMap(({ text }) =>
      [...text.matchAll(/steps\.promote\.outputs\.([a-z-]+)/g)].map(([, output = '']) => output),
    );
    expect(named.filter((output) => !(output in action.outputs))).toEqual([]);
  });
});

function stepsOf(workflow: {
  readonly steps?: readonly Step[];
  readonly jobs?: Readonly<Record<string, { readonly steps?: readonly Step[] }>>;
}): readonly Step[] {
  const jobs = Object.values(workflow.jobs ?? {});
  return [...(workflow.steps ?? []), ...jobs.flatMap(({ steps = [] }) => steps)];
}

describe('the workflows of docs/promotions.md', () => {
  const inPage = blocks
    .filter(({ name, text }) => name.startsWith('docs/promotions.md') && /^name: /.test(text))
    .map(({ text }) => text);
  const files = examples.filter(({ text }) => /^name: /.test(text));

  test('are those of the examples, to the byte', () => {
    expect([...inPage].sort()).toEqual(files.map(({ text }) => text).sort());
  });

  test('the one that promotes has 20 lines at most', () => {
    const [first = ''] = inPage;
    expect(first).toMatch(/^name: Promote\n/);
    expect(first.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});
