import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readComputePreviewIdInputs } from '../../src/actions/compute-preview-id/inputs.ts';
import { readDeployInputs } from '../../src/actions/deploy-inputs.ts';
import { readPromoteInputs } from '../../src/actions/promote-environment/inputs.ts';
import { readTeardownInputs } from '../../src/actions/teardown-inputs.ts';
import { readUnderstudyInputs } from '../../src/actions/understudy/inputs.ts';
import { parseParameters } from '../../src/config/parse.ts';
import { type InputReader, readInputs } from '../../src/runner/read-inputs.ts';

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly inputs: Record<string, { description?: string; default?: string; required?: boolean }>;
  readonly outputs: Record<string, { description?: string }>;
  readonly runs: { using: string; main: string };
}

interface Contract {
  readonly action: string;
  readonly file: string;
  readonly main: string;
  readonly read: (reader: InputReader) => unknown;
  /** Outputs that the contract names. */
  readonly outputs: readonly string[];
}

const deploy = [
  'state',
  'url',
  'urls',
  'preview-id',
  'changes',
  'deployment-id',
  'rendered',
  'reason',
];
const teardown = ['removed', 'kept', 'leftovers', 'reason'];
const promote = [
  ...['decision', 'reason', 'version', 'stage', 'promotion', 'promotions', 'matrix'],
  ...['pull-request-url', 'targets', 'gates', 'wake-at'],
];
const contracts: readonly Contract[] = [
  {
    action: 'compute-preview-id',
    file: 'actions/compute-preview-id/action.yml',
    main: '../../dist/compute-preview-id/index.js',
    read: readComputePreviewIdInputs,
    outputs: [
      ...[
        'preview-id',
        'preview-id-upper',
        'preview-id-dashed',
        'slug',
        'host',
        'url',
        'environment',
      ],
      ...['stack-name', 'namespace', 'eligible', 'reason', 'names'],
    ],
  },
  {
    action: 'deploy-preview',
    file: 'actions/deploy-preview/action.yml',
    main: '../../dist/deploy-preview/index.js',
    read: (reader) => readDeployInputs(reader, parseParameters),
    outputs: deploy,
  },
  {
    action: 'teardown-preview',
    file: 'actions/teardown-preview/action.yml',
    main: '../../dist/teardown-preview/index.js',
    read: readTeardownInputs,
    outputs: teardown,
  },
  {
    action: 'promote-environment',
    file: 'actions/promote-environment/action.yml',
    main: '../../dist/promote-environment/index.js',
    read: readPromoteInputs,
    outputs: promote,
  },
  {
    action: 'understudy',
    file: 'action.yml',
    main: 'dist/understudy/index.js',
    read: (reader) => readUnderstudyInputs(reader, parseParameters),
    outputs: [...new Set(['action', ...deploy, ...teardown, ...promote])],
  },
];

const root = resolve(import.meta.dirname, '../..');

function manifestOf(file: string): Manifest {
  return parse(readFileSync(join(root, file), 'utf8')) as Manifest;
}

/** Names of the inputs that a reader asks for: those whose variables it looks up. */
function inputsRead(read: Contract['read']): string[] {
  const asked = new Set<string>();
  const recording = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  readInputs(recording, read);
  return [...asked]
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
    .sort();
}

function defaultsOf({ inputs }: Manifest): Record<string, string> {
  const given = Object.entries(inputs).filter(([, input]) => input.default !== undefined);
  return Object.fromEntries(
    given.map(([name, input]) => [`INPUT_${name.toUpperCase()}`, input.default ?? '']),
  );
}

describe.each(contracts)('$file', ({ file, main, read, outputs }) => {
  const manifest = manifestOf(file);

  test('declares exactly the inputs that are read', () => {
    expect(Object.keys(manifest.inputs).sort()).toEqual(inputsRead(read));
  });

  test('declares exactly the outputs of the contract', () => {
    expect(Object.keys(manifest.outputs).sort()).toEqual([...outputs].sort());
  });

  test('describes every input and output in words that end', () => {
    for (const { description } of Object.values({ ...manifest.inputs, ...manifest.outputs })) {
      expect(description).toMatch(/[.`]$/);
    }
    expect(manifest.description.length).toBeLessThanOrEqual(125);
  });

  test('runs its own committed bundle on Node 24', () => {
    expect(manifest.runs).toEqual({ using: 'node24', main });
    const bundle = resolve(root, dirname(file), main);
    expect(relative(root, bundle)).toMatch(/^dist\//);
    expect(existsSync(bundle)).toBe(true);
  });

  test('has defaults that are the ones in the code', () => {
    const given = defaultsOf(manifest);
    const { inputs: withDefaults, warnings } = readInputs(given, read);
    const token = { token: given['INPUT_GITHUB-TOKEN'] };
    const without = readInputs({}, read).inputs as Record<string, unknown>;
    // The length is a default of the identifier, not of the input.
    const length = 'length' in without ? { length: 8 } : {};
    expect(withDefaults).toEqual({ ...without, ...token, ...length });
    expect(warnings).toEqual([]);
  });

  test('takes the token of the run by default', () => {
    expect(manifest.inputs['github-token']?.default).toBe('$' + '{{ github.token }}');
  });

  test('requires no input, which GitHub would not enforce', () => {
    expect(Object.values(manifest.inputs).filter(({ required }) => required)).toEqual([]);
  });
});
