import { describe, expect, test } from '@jest/globals';
import { duration } from '../../../src/core/time.ts';
import { UserError } from '../../../src/core/user-error.ts';
import { valuesAt } from '../../../src/promotion/observe/file-values.ts';
import { observeStage } from '../../../src/promotion/observe/observe-stage.ts';
import type {
  HttpAnswer,
  StackSight,
  WorkloadSight,
} from '../../../src/promotion/observe/ports.ts';
import { versionInImage, versionInValue } from '../../../src/promotion/observe/version-text.ts';
import type { StageRecord } from '../../../src/promotion/records/record.ts';
import type { ObserveSettings } from '../../../src/promotion/settings.ts';
import { at } from '../../builders/promotion.ts';
import { looking, sha, view, world } from './fake-repository.ts';

const ran: Partial<StageRecord> = {
  visits: [
    { version: 'v1', health: 'healthy', since: at('08:00'), seenAt: at('09:00'), healthyFor: 1 },
  ],
};

describe('a stage by a file', () => {
  const settings = {
    from: 'file',
    file: 'envs/web.yaml',
    branch: 'main',
    path: 'image.tag',
  } as const;
  const seen = async (text: string | undefined, path: string = settings.path) => {
    const files = text === undefined ? {} : { 'envs/web.yaml': text };
    const readValues = async (...given: Parameters<typeof valuesAt>) => valuesAt(...given);
    const { looking: given, warnings } = looking(world({ files }), { readValues });
    const observation = await observeStage(view({ ...settings, path }), given);
    return { observation, warnings };
  };

  test('runs what the file says', async () => {
    const { observation, warnings } = await seen('image:\n  tag: v1.2.3 # live\n');
    expect(observation).toMatchObject({ health: 'healthy', version: 'v1.2.3' });
    expect(warnings).toEqual([]);
  });

  test('takes a commit for what is written, not for a number', async () => {
    expect((await seen('image: { tag: 12345e7 }')).observation).toMatchObject({
      version: '12345e7',
    });
    expect((await seen('image: { tag: 1234567 }')).observation).toMatchObject({
      version: '1234567',
    });
  });

  test('runs the tag or digest of an image', async () => {
    const image = (reference: string) => seen(`spec:\n  image: ${reference}\n`, 'spec.image');
    const tagged = await image('registry:5000/shop/web:v7@sha256:abc');
    expect(tagged.observation).toMatchObject({ version: 'v7' });
    const pinned = await image('shop/web@sha256:abc');
    expect(pinned.observation).toMatchObject({ version: 'sha256:abc' });
    const bare = await image('registry.example.com/shop/web');
    expect(bare.observation.health).toBe('unknown');
  });

  test('is unknown, with a warning, without the file or the value', async () => {
    for (const { observation, warnings } of [await seen(undefined), await seen('image: {}')]) {
      expect(observation).toMatchObject({ health: 'unknown' });
      expect(warnings.map(({ message }) => message)).toEqual([
        observation.health === 'unknown' && observation.evidence,
      ]);
    }
  });

  test('is unknown, with a warning, for a file that cannot be read', async () => {
    const { observation, warnings } = await seen('image: [');
    expect(observation.health).toBe('unknown');
    expect(warnings[0]?.location).toMatchObject({ file: 'envs/web.yaml', line: 1 });
  });

  test('is unknown when its documents do not agree', async () => {
    const { observation } = await seen('image: { tag: v1 }\n---\nimage: { tag: v2 }\n');
    expect(observation).toMatchObject({ health: 'unknown' });
    const agreed = await seen('image: { tag: v1 }\n---\nimage: { tag: v1 }\n');
    expect(agreed.observation).toMatchObject({ version: 'v1' });
  });
});

describe('a stage by HTTP', () => {
  const settings: ObserveSettings = {
    from: 'http',
    url: 'https://example.com/version',
    version: { json: 'build.commit' },
    within: duration(1000),
  };
  const seen = async (
    answer: Partial<HttpAnswer> | Error,
    more: object = {},
    record: Partial<StageRecord> = {},
  ) => {
    const ask = async (): Promise<HttpAnswer> => {
      if (answer instanceof Error) throw answer;
      return { status: 200, header: () => undefined, body: '', ...answer };
    };
    const { looking: given, warnings } = looking(world(), { ask });
    const observation = await observeStage(view({ ...settings, ...more }, {}, record), given);
    return { observation, warnings };
  };
  const body = JSON.stringify({ build: { commit: sha('a') } });

  test('is well when it answers as expected, and runs what it says', async () => {
    const { observation } = await seen({ body });
    expect(observation).toMatchObject({ health: 'healthy', version: sha('a') });
    const header = (name: string) => (name === 'X-Version' ? ' v2 ' : undefined);
    const told = await seen({ header, status: 302 }, { version: { header: 'X-Version' } });
    expect(told.observation).toMatchObject({ health: 'healthy', version: 'v2' });
    const teapot = await seen({ body, status: 418 }, { expect: 418 });
    expect(teapot.observation.health).toBe('healthy');
  });

  test('is unhealthy with any other status, at the version that it says or ran last', async () => {
    expect((await seen({ body, status: 503 })).observation).toMatchObject({
      health: 'unhealthy',
      version: sha('a'),
    });
    expect((await seen({ status: 500 }, {}, ran)).observation).toMatchObject({
      health: 'unhealthy',
      version: 'v1',
    });
    expect((await seen({ body, status: 200 }, { expect: 204 })).observation.health).toBe(
      'unhealthy',
    );
  });

  test('is unknown when nothing answers in time', async () => {
    const { observation, warnings } = await seen(
      new Error('example.com gave no answer within 1.0s'),
    );
    expect(observation).toMatchObject({
      health: 'unknown',
      evidence: 'example.com gave no answer within 1.0s',
    });
    expect(warnings).toEqual([]);
  });

  test.each([
    '',
    'not JSON',
    '{"build":{}}',
    '{"build":{"commit":{"id":1}}}',
    '{"build":{"commit":"two words"}}',
    `{"build":{"commit":"${'x'.repeat(300)}"}}`,
  ])('is unknown, with a warning, when it is well and says no version: %s', async (text) => {
    const { observation, warnings } = await seen({ body: text });
    expect(observation.health).toBe('unknown');
    expect(warnings).toHaveLength(1);
  });

  test('may say its version in a list', async () => {
    const list = JSON.stringify({ parts: [{ name: 'db' }, { name: 'web', tag: 7 }] });
    const { observation } = await seen(
      { body: list },
      { version: { json: 'parts[name=web].tag' } },
    );
    expect(observation).toMatchObject({ version: '7' });
    const first = await seen({ body: '{"a":["v1"]}' }, { version: { json: '/a/0' } });
    expect(first.observation).toMatchObject({ version: 'v1' });
  });
});

describe('a stage by a ref', () => {
  const seen = async (branches: Record<string, string>, record: Partial<StageRecord> = {}) =>
    observeStage(
      view({ from: 'ref', ref: 'heads/live' }, {}, record),
      looking(world({ commits: { a: {} }, branches })).looking,
    );

  test('runs what it points to', async () => {
    expect(await seen({ live: 'a' })).toMatchObject({ health: 'healthy', version: sha('a') });
  });

  test('that is not there runs nothing yet, and is unknown when it did before', async () => {
    expect(await seen({})).toMatchObject({ health: 'healthy', version: undefined });
    expect(await seen({}, ran)).toMatchObject({ health: 'unknown' });
  });
});

describe('a stage that is a stack', () => {
  const well: StackSight = {
    state: 'well',
    meaning: 'it was updated',
    parameters: { Version: 'v2', Image: 'shop/web:v3', Secret: '****' },
    tags: {},
    outputs: { Commit: sha('a') },
  };
  const seen = async (
    sight: StackSight | undefined,
    version: { kind: 'parameter' | 'tag' | 'output'; name: string } = {
      kind: 'parameter',
      name: 'Version',
    },
    record: Partial<StageRecord> = {},
  ) => {
    const stacks = async () => ({ read: async () => sight });
    const { looking: given, warnings } = looking(world(), { stacks });
    const settings = { from: 'cloudformation', stack: 'shop', version } as const;
    return { observation: await observeStage(view(settings, {}, record), given), warnings };
  };

  test('runs what its parameter, output or tag says', async () => {
    expect((await seen(well)).observation).toMatchObject({ health: 'healthy', version: 'v2' });
    const image = await seen(well, { kind: 'parameter', name: 'Image' });
    expect(image.observation).toMatchObject({ version: 'v3' });
    const output = await seen(well, { kind: 'output', name: 'Commit' });
    expect(output.observation).toMatchObject({ version: sha('a') });
  });

  test('is unknown, with a warning, without that, or where it is hidden', async () => {
    for (const name of ['Other', 'Secret', 'constructor']) {
      const { observation, warnings } = await seen(well, { kind: 'parameter', name });
      expect(observation.health).toBe('unknown');
      expect(warnings).toHaveLength(1);
    }
  });

  test('is unknown while an operation runs, unhealthy after a failed one, empty without', async () => {
    expect((await seen({ ...well, state: 'moving' })).observation.health).toBe('unknown');
    expect((await seen({ ...well, state: 'unwell' })).observation).toMatchObject({
      health: 'unhealthy',
      version: 'v2',
    });
    expect((await seen(undefined)).observation).toMatchObject({ version: undefined });
    expect((await seen(undefined, undefined, ran)).observation.health).toBe('unknown');
  });
});

describe('a stage that is a workload', () => {
  const well: WorkloadSight = {
    state: 'well',
    detail: '2 of 2 replicas',
    images: { web: 'shop/web:v4', proxy: 'envoy' },
    labels: { version: 'v5' },
  };
  const seen = async (
    sight: WorkloadSight | undefined,
    version: { container?: string } | { label: string } = {},
  ) => {
    const workloads = async () => ({ read: async () => sight });
    const settings = {
      from: 'kubernetes',
      namespace: 'shop',
      kind: 'Deployment',
      name: 'web',
      version,
    } as const;
    return observeStage(view(settings), looking(world(), { workloads }).looking);
  };

  test('runs the image of its first container, of one by name, or what a label says', async () => {
    expect(await seen(well)).toMatchObject({ health: 'healthy', version: 'v4' });
    expect(await seen(well, { label: 'version' })).toMatchObject({ version: 'v5' });
    expect(await seen(well, { container: 'proxy' })).toMatchObject({ health: 'unknown' });
  });

  test('is unknown while it is rolled out, and unhealthy at its version when it is down', async () => {
    expect(await seen({ ...well, state: 'moving' })).toMatchObject({ health: 'unknown' });
    expect(await seen({ ...well, state: 'unwell' })).toMatchObject({
      health: 'unhealthy',
      version: 'v4',
    });
  });
});

describe('what stands in the way of looking', () => {
  test('is why the stage is unknown, and a warning where people can mend it', async () => {
    const settings = {
      from: 'cloudformation',
      stack: 'shop',
      version: { kind: 'tag', name: 'v' },
    } as const;
    const mendable = looking(world(), {
      stacks: async () => {
        throw new UserError('there are no AWS credentials', 'Sign in before this step.');
      },
    });
    expect(await observeStage(view(settings), mendable.looking)).toMatchObject({
      health: 'unknown',
      evidence: 'there are no AWS credentials',
    });
    expect(mendable.warnings).toHaveLength(1);
    const other = looking(world());
    expect(await observeStage(view(settings), other.looking)).toMatchObject({
      health: 'unknown',
      evidence: 'a stack was not expected',
    });
    expect(other.warnings).toEqual([]);
  });
});

describe('a text that names a version', () => {
  test.each([
    ['v1.2.3', 'v1.2.3'],
    ['release/1.2', 'release/1.2'],
    [' v1 ', 'v1'],
    ['web:v1', 'v1'],
    ['localhost:5000/web', undefined],
    ['registry.example.com:5000/shop/web:1@sha256:abc', '1'],
    [`sha256:${'a'.repeat(64)}`, `sha256:${'a'.repeat(64)}`],
    ['two words', undefined],
    ['a\u0007b', undefined],
    ['', undefined],
  ])('%j is %j', (text, version) => {
    expect(versionInValue(text)).toBe(version);
  });

  test('is none of an image without a tag', () => {
    expect(['web', 'web:v1', 'shop/web', 'web@sha256:abc'].map(versionInImage)).toEqual([
      undefined,
      'v1',
      undefined,
      'sha256:abc',
    ]);
  });
});
